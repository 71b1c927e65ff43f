import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import type { DesiredFault } from "@/sdk/device/twin";
import type { Desired } from "@/sdk/wire/twin";
import { answerCommands } from "./commands";
import { ConfigError, type EdgeConfig } from "./config";
import { DesiredModels } from "./desired-models";
import type { EdgeDevice } from "./device";
import { watchDevice } from "./device-health";
import { type Health, serveHealth } from "./health";
import { ModelThread } from "./inference/model-thread";
import { Slots } from "./inference/slots";
import { createMetrics, watchEventLoop } from "./metrics";
import { type AdapterState, workerParts } from "./parts";
import { type CompiledRule, cleaner, compileRule } from "./pipeline/clean";
import { Pipelines } from "./pipelines";
import type { Adapter, AdapterItem, Sample } from "./samples";
import { wordsOf } from "./words";

export interface StreamInfo {
  key: string;
  unit: string;
  device?: string;
  rateHz?: number;
  clean?: EdgeConfig["streams"][number]["clean"];
}

export interface WorkerOptions {
  config: EdgeConfig;
  /** every stream of this node, those of simulated plants too */
  streams: readonly StreamInfo[];
  adapters: readonly Adapter[];
  device: EdgeDevice;
  log: Logger;
  version: string;
  /** ends this process in order, because the control plane asks for a fresh start */
  restart(): void;
}

export interface EdgeWorker {
  port: number;
  health(): Health;
  /** for the birth: which digest each slot runs */
  slots(): { slot: string; committed: string | null; trial: null }[];
  /** loads every slot's file again, beside the running model, and swaps between two windows; failures are in health */
  reload(): Promise<void>;
  stop(): Promise<void>;
}

const ADAPTER_RETRY_MS = 5_000;
const STOP_DEADLINE_MS = 2_500;

/**
 * The whole edge worker around an open device. Order at start: models, then pipelines (which are checked against the
 * models), then adapters, so that no reading is scored by half a line. A model that fails leaves its slot empty and the
 * line running; a pipeline that fails is a fault of the configuration.
 * @throws {ConfigError} naming each pipeline fault
 */
export async function startWorker(options: WorkerOptions): Promise<EdgeWorker> {
  const { config, device, log } = options;
  const metrics = createMetrics();
  watchDevice(metrics.registry, () => device.stats());
  const stopWatching = watchEventLoop(metrics);
  const startedMs = Date.now();
  let threadTrouble: string | null = null;
  let threadRestarts = 0;
  let isStopping = false;

  const newThread = (): ModelThread =>
    new ModelThread({
      onLatency: (ms, windows) => {
        metrics.runSeconds.observe(ms / 1_000);
        metrics.batchWindows.observe(windows);
      },
      onLost: (why, culprit) => {
        if (isStopping) return;
        threadTrouble = why;
        threadRestarts += 1;
        slots.blame(culprit, why);
        log.error({ why, restarts: threadRestarts }, "the model thread was lost; its models are loaded again");
        thread = newThread();
        void slots.reload(thread).then(() => (threadTrouble = null));
      },
    });
  let thread = newThread();
  const limits = {
    memoryMb: config.probeMemoryMb,
    timeoutMs: config.probeTimeoutMs,
    workerMb: config.memoryMb,
  };
  const slots = new Slots(thread, limits, (slot, report) =>
    log.info(
      { slot, digest: report.digest, loadMs: Math.round(report.loadMs), addsMb: Math.round(report.growthMb) },
      "the model passed its probe",
    ),
  );
  for (const slot of config.slots) {
    slots.declare(slot);
    const { model } = slot;
    if (model === undefined) continue;
    await slots
      .load({ ...slot, model })
      .catch((cause: unknown) =>
        log.error({ slot: slot.slot, err: cause }, "the model was refused; the slot stays empty"),
      );
  }

  const streams = new Map(options.streams.map((stream) => [stream.key, stream]));
  const pipelines = new Pipelines({
    node: config.node,
    streams,
    slots,
    device,
    metrics,
    log,
    stateQuotaBytes: config.pipelineStateMb * 1_048_576,
    slotNames: () => slots.states().map(({ slot }) => slot),
  });
  const faults = (await pipelines.apply(config.pipelines)).flatMap((found, index) =>
    found.map(({ path, message, fix }) => ({ path: `pipelines[${index}].${path}`, message, fix })),
  );
  if (faults.length > 0) {
    await Promise.all([pipelines.stop(), thread.close()]);
    stopWatching();
    throw new ConfigError(faults);
  }
  const models = new DesiredModels({
    slots,
    source: config.controlPlaneUrl
      ? { url: config.controlPlaneUrl, node: config.node, token: config.token, dir: join(config.dataDir, "artifacts") }
      : null,
    thresholdOf: (name) => config.slots.find(({ slot }) => slot === name)?.threshold,
    accepts: (slot, sidecar) => pipelines.accepts(slot, sidecar),
    again: () => device.reapplyDesired(),
    changed: () => device.rebirth(),
    log,
  });
  let sampling = new Map<string, { everyMs: number; nextMs: number }>();
  await device.onDesired((desired) => applyDesired(desired));

  async function applyDesired(desired: Desired): Promise<DesiredFault[]> {
    const faults: DesiredFault[] = await models.apply(desired.slots);
    // without any, the node's own configuration stays in force: an empty list is how a new node's document begins
    if (desired.pipelines.length > 0) {
      const found = await pipelines.apply(
        desired.pipelines.map(({ name, version, spec }) => ({ ...spec, pipeline: `${name}@${version}` })),
      );
      found.forEach((list, index) =>
        faults.push(
          ...list.map(({ path, code, message, fix }) => ({
            path: `pipelines.${desired.pipelines[index]?.name ?? index}.${path}`,
            code,
            detail: `${message}. ${fix}`,
          })),
        ),
      );
    }
    sampling = new Map(
      Object.entries(desired.sampling).map(([key, { rateHz }]) => [
        key,
        { everyMs: 1_000 / rateHz, nextMs: Number.NEGATIVE_INFINITY },
      ]),
    );
    return faults;
  }

  const rules = new Map<string, CompiledRule>();
  for (const { key, clean, unit } of options.streams) if (clean) rules.set(key, compileRule(clean, unit));
  const mark = cleaner(rules);

  async function take(adapter: string, item: AdapterItem): Promise<void> {
    if ("event" in item) {
      await device.event({ tsMs: item.tsMs, severity: "info", ...item.event, data: item.event.data ?? {} });
      return;
    }
    const sample = mark(item);
    metrics.samples.inc({ adapter });
    if (sample !== item) for (const word of Object.values(sample.quality ?? {})) metrics.marked.inc({ quality: word });
    const written = thin(sample, sampling);
    const count = Object.keys(written.values).length;
    if (count > 0) {
      await device.write(written);
      metrics.readings.inc(count);
    }
    await pipelines.feed(sample);
  }

  const abort = new AbortController();
  const adapterStates = options.adapters.map((adapter): AdapterState => ({ adapter, state: "running", error: null }));
  const running = adapterStates.map(async (entry) => {
    const { adapter } = entry;
    while (!abort.signal.aborted) {
      try {
        for await (const item of adapter.run(abort.signal)) {
          entry.state = "running";
          await take(adapter.name, item).then(
            () => (entry.error = null),
            (cause: unknown) => {
              entry.error = wordsOf(cause);
              metrics.refused.inc({ lane: "event" in item ? "events" : "telemetry" });
            },
          );
          if (abort.signal.aborted) break;
        }
        if (!abort.signal.aborted) log.info({ adapter: adapter.name }, "the source has ended");
        entry.state = "ended";
        return;
      } catch (cause) {
        if (abort.signal.aborted) return;
        entry.state = "failed";
        entry.error = wordsOf(cause);
        log.error({ adapter: adapter.name, err: cause }, "the source failed; it is tried again");
        await sleep(ADAPTER_RETRY_MS, undefined, { signal: abort.signal }).catch(() => undefined);
      }
    }
  });
  const ticker = setInterval(() => pipelines.tick(), 1_000);

  const health = (): Health => ({
    node: config.node,
    version: options.version,
    uptimeS: Math.round((Date.now() - startedMs) / 1_000),
    rssMb: Math.round(process.memoryUsage.rss() / 1_048_576),
    parts: workerParts({
      device: device.stats(),
      adapters: adapterStates,
      slots: slots.states(),
      pipelines: pipelines.states(),
      thread: { isAlive: thread.isAlive, trouble: threadTrouble },
    }),
    slots: slots.states(),
    pipelines: pipelines.states(),
    threadRestarts,
    device: device.stats(),
  });
  const server = await serveHealth({ host: config.host, port: config.port, health, registry: metrics.registry });
  answerCommands(device, { health, restart: options.restart });
  models.start();

  return {
    port: server.port,
    health,
    slots: () => slots.states().map(({ slot, digest }) => ({ slot, committed: digest, trial: null })),
    async reload() {
      for (const slot of config.slots) {
        const { model } = slot;
        if (model === undefined) continue;
        await slots
          .load({ ...slot, model }, (sidecar) => pipelines.accepts(slot.slot, sidecar))
          .catch((cause: unknown) =>
            log.error({ slot: slot.slot, err: cause }, "the model was refused; the one before it runs on"),
          );
      }
    },
    /** Within 5 s: no new readings, windows in flight finish, what is buffered stays on disk. */
    async stop() {
      isStopping = true;
      models.stop();
      abort.abort();
      clearInterval(ticker);
      stopWatching();
      const inTime = (work: Promise<unknown>, ms: number): Promise<unknown> =>
        Promise.race([work, sleep(ms, undefined, { ref: false })]);
      await inTime(
        Promise.all(running).then(() => pipelines.stop()),
        STOP_DEADLINE_MS,
      );
      await Promise.all([thread.close(), server.close()]);
      await inTime(device.flush(), 1_000);
      await device.close();
    },
  };
}

/** Leaves out values of streams that are wanted less often; pipelines still see every one. */
function thin(sample: Sample, sampling: Map<string, { everyMs: number; nextMs: number }>): Sample {
  if (sampling.size === 0) return sample;
  const values: Record<string, number | null> = {};
  for (const [key, value] of Object.entries(sample.values)) {
    const pace = sampling.get(key);
    if (pace && sample.tsMs < pace.nextMs) continue;
    if (pace) pace.nextMs = sample.tsMs + pace.everyMs;
    values[key] = value;
  }
  return { tsMs: sample.tsMs, values, ...(sample.quality ? { quality: sample.quality } : {}) };
}
