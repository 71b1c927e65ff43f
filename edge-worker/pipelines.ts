import type { Logger } from "pino";
import { type PipelineContext, type PipelinePlan, modelInputFaults, parsePipeline } from "@/sdk/wire/pipeline-check";
import type { PipelineFault } from "@/sdk/wire/pipeline-fault";
import { Channel } from "./channel";
import type { EdgeDevice } from "./device";
import type { ModelSidecar } from "./inference/sidecar";
import { ModelRefused } from "./inference/refusal";
import type { Slots } from "./inference/slots";
import type { EdgeMetrics } from "./metrics";
import type { PipelineOut } from "./pipeline/output";
import { runPipeline } from "./pipeline/run";
import type { WindowCounts } from "./pipeline/window";
import type { PipelineItem, Sample } from "./samples";
import { wordsOf } from "./words";

export interface PipelineState extends WindowCounts {
  pipeline: string;
  devices: (string | null)[];
  rows: number;
  rejected: number;
  lastRejection: string | null;
  /** how often it broke and was started again */
  failures: number;
  /** why it broke last; null once a row has come out since */
  failing: string | null;
}

/** The way into one pipeline on one device; the channel is a new one after the pipeline broke. */
interface Feed {
  channel: Channel<PipelineItem>;
  keys: ReadonlySet<string>;
  lastTsMs: number | null;
  lastSeenMs: number;
  tickedMs: number;
}

interface Running {
  plan: PipelinePlan;
  state: PipelineState;
  feeds: Feed[];
  done: Promise<void>;
  isStopping: boolean;
}

export interface PipelinesOptions {
  node: string;
  streams: PipelineContext["streams"];
  stateQuotaBytes: number;
  slots: Slots;
  slotNames(): string[];
  device: EdgeDevice;
  metrics: EdgeMetrics;
  log: Logger;
  now?: () => number;
  /** called for each window that was scored, whether or not its row leaves the node */
  onScored?: () => void;
}

/** Readings that wait in front of one pipeline; then the adapters wait. */
const CHANNEL_CAPACITY = 1_024;
const BYTES_PER_READING = 16;

/**
 * The pipelines that run now. `apply` checks a whole set and replaces what changed; a document with faults leaves the
 * version that runs untouched. Feeding waits when a pipeline is behind, so memory stays bounded. A pipeline that breaks is
 * failing and starts again with empty windows at the next reading; each time costs it a reading, so it cannot spin.
 */
export class Pipelines {
  readonly #running = new Map<string, Running>();

  /** stream key → who takes it, so that a sample is not shown to every pipeline */
  readonly #byKey = new Map<string, Feed[]>();

  /** the keys of a row → who takes it */
  #routes = new WeakMap<readonly string[], readonly Feed[]>();

  constructor(readonly options: PipelinesOptions) {}

  context(): PipelineContext {
    const { streams, stateQuotaBytes, slots, slotNames } = this.options;
    return {
      streams,
      stateQuotaBytes,
      slots: new Map(slotNames().map((slot) => [slot, slots.features(slot) ?? null])),
    };
  }

  /** Starts, replaces and stops until exactly these run; by document, its faults. */
  async apply(documents: readonly unknown[]): Promise<PipelineFault[][]> {
    const context = this.context();
    const results = documents.map((document) => parsePipeline(document, context));
    const kept = new Set<string>();
    for (const [index, result] of results.entries()) {
      const name = nameOf("plan" in result ? result.plan.name : claimedName(documents[index]));
      kept.add(name);
      if (!("plan" in result) || this.#running.get(name)?.plan.name === result.plan.name) continue;
      await this.#stop(name);
      this.#running.set(name, this.#start(result.plan));
    }
    for (const name of this.#running.keys()) if (!kept.has(name)) await this.#stop(name);
    this.#byKey.clear();
    this.#routes = new WeakMap();
    for (const { feeds } of this.#running.values()) {
      for (const feed of feeds)
        for (const key of feed.keys) this.#byKey.set(key, [...(this.#byKey.get(key) ?? []), feed]);
    }
    return results.map((result) => ("faults" in result ? result.faults : []));
  }

  /** Throws when a running pipeline could not feed this model: then it is kept out of the slot. */
  accepts(slot: string, sidecar: ModelSidecar): void {
    for (const { plan } of this.#running.values()) {
      if (plan.slot !== slot) continue;
      const [fault] = modelInputFaults(sidecar.inputs[0].features, plan.instances, this.context(), null);
      if (fault) throw new ModelRefused("MODEL_IO", `${plan.name}: ${fault.message}. ${fault.fix}`);
    }
  }

  /** Resolves when every pipeline that takes the sample has room for it; there is nothing to wait for when it gives null. */
  feed(sample: Sample): Promise<void> | null {
    const seenMs = (this.options.now ?? Date.now)();
    let waiting: Promise<void>[] | null = null;
    for (const feed of this.#feedsOf(sample)) {
      feed.lastTsMs = Math.max(feed.lastTsMs ?? sample.tsMs, sample.tsMs);
      feed.lastSeenMs = seenMs;
      feed.tickedMs = seenMs;
      if (!feed.channel.offer(sample)) (waiting ??= []).push(feed.channel.push(sample));
    }
    return waiting && Promise.all(waiting).then(() => undefined);
  }

  /** Who takes a sample. Sources send the same keys again and again, so the answer for a row's keys is kept. */
  #feedsOf(sample: Sample): readonly Feed[] {
    const { row } = sample;
    if (!row) return this.#lookUp(Object.keys(sample.values));
    let feeds = this.#routes.get(row.keys);
    if (!feeds) this.#routes.set(row.keys, (feeds = this.#lookUp(row.keys)));
    return feeds;
  }

  #lookUp(keys: readonly string[]): readonly Feed[] {
    const feeds = new Set<Feed>();
    for (const key of keys) for (const feed of this.#byKey.get(key) ?? []) feeds.add(feed);
    return [...feeds];
  }

  /** Lets time pass for inputs that have gone quiet, so that their last windows close. Call about once a second. */
  tick(): void {
    const nowMs = (this.options.now ?? Date.now)();
    for (const { plan, feeds } of this.#running.values()) {
      for (const feed of feeds) {
        if (feed.lastTsMs === null || nowMs - feed.lastSeenMs < plan.idleMs || nowMs - feed.tickedMs < plan.idleMs)
          continue;
        feed.tickedMs = nowMs;
        feed.channel.offer({ tsMs: feed.lastTsMs + (nowMs - feed.lastSeenMs), tick: true });
      }
    }
  }

  states(): PipelineState[] {
    return [...this.#running.values()].map(({ state }) => ({ ...state }));
  }

  /** Ends every pipeline after it has dealt with what it was given. */
  async stop(): Promise<void> {
    await Promise.all([...this.#running.keys()].map((name) => this.#stop(name)));
  }

  async #stop(name: string): Promise<void> {
    const running = this.#running.get(name);
    this.#running.delete(name);
    if (running) running.isStopping = true;
    for (const { channel } of running?.feeds ?? []) channel.end();
    await running?.done;
  }

  #start(plan: PipelinePlan): Running {
    const { node, streams, slots, stateQuotaBytes, metrics, log, device, onScored } = this.options;
    const state: PipelineState = {
      pipeline: plan.name,
      devices: plan.instances.map((instance) => instance.device),
      rows: 0,
      rejected: 0,
      lastRejection: null,
      failures: 0,
      failing: null,
      late: 0,
      unusable: 0,
      overflow: 0,
    };
    const inputs = plan.instances.reduce((count, instance) => count + instance.inputs.size, 0);
    const runtime = {
      node,
      counts: state,
      maxReadings: Math.max(16, Math.floor(stateQuotaBytes / BYTES_PER_READING / Math.max(1, inputs))),
      unitOf: (key: string) => streams.get(key)?.unit ?? "1",
      current: (slot: string) => slots.current(slot),
      scored: onScored ?? (() => undefined),
      reject: (_: unknown, __: string | null, cause: unknown) => {
        state.rejected += 1;
        state.lastRejection = cause instanceof Error ? cause.message : String(cause);
        metrics.windows.inc({ pipeline: plan.name });
        if (state.rejected === 1 || state.rejected % 1_000 === 0)
          log.warn(
            { pipeline: plan.name, rejected: state.rejected, why: state.lastRejection },
            "a window could not be scored",
          );
      },
    };
    const feeds: Feed[] = plan.instances.map((instance) => ({
      channel: new Channel<PipelineItem>(CHANNEL_CAPACITY),
      keys: new Set(instance.inputs.values()),
      lastTsMs: null,
      lastSeenMs: 0,
      tickedMs: 0,
    }));
    const deliver = async (out: PipelineOut): Promise<void> => {
      metrics.rows.inc({ pipeline: plan.name, lane: out.lane });
      await (out.lane === "events" ? device.event(out.row) : device.inference(out.row)).catch((cause: unknown) => {
        metrics.refused.inc({ lane: out.lane });
        log.error({ err: cause, pipeline: plan.name, lane: out.lane }, "a row was refused by the buffer");
      });
      state.rows += 1;
      state.failing = null;
    };
    const running: Running = { plan, state, feeds, done: Promise.resolve(), isStopping: false };
    const broke = (feed: Feed, cause: unknown): void => {
      state.failures += 1;
      state.failing = wordsOf(cause);
      if (!running.isStopping) feed.channel = new Channel(CHANNEL_CAPACITY);
      if (state.failures === 1 || state.failures % 1_000 === 0)
        log.error({ err: cause, pipeline: plan.name, failures: state.failures }, "the pipeline broke and starts again");
    };
    running.done = Promise.all(
      plan.instances.map(async (instance, index) => {
        const feed = feeds[index];
        for (let isOver = feed === undefined; feed && !isOver; ) {
          try {
            for await (const out of runPipeline(feed.channel, plan, instance, runtime)) await deliver(out);
            isOver = true;
          } catch (cause) {
            broke(feed, cause);
            isOver = running.isStopping;
          }
        }
      }),
    ).then(() => undefined);
    return running;
  }
}

/** The name a faulty document gives itself, so that the version of it that runs is kept. */
function claimedName(document: unknown): string {
  const name = typeof document === "object" && document !== null && "pipeline" in document ? document.pipeline : "";
  return typeof name === "string" ? name : "";
}

/** `press-vib@7` is version 7 of `press-vib`. */
function nameOf(pipeline: string): string {
  return pipeline.replace(/@\d+$/, "");
}
