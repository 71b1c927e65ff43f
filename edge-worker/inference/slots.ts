import { readFile } from "node:fs/promises";
import type { Culprit, ModelThread, ThreadModel } from "./model-thread";
import { ModelRefused } from "./refusal";
import type { Scorer } from "./scorer";
import { type ModelSidecar, parseSidecar } from "./sidecar";
import { type ProbeLimits, type ProbeReport, probeModel, readModelFile } from "./verify";

export interface SlotConfig {
  slot: string;
  /** the .onnx file; absent until the control plane has named one and it is here */
  model?: string;
  /** its manifest; default: the same name with .json */
  manifest?: string;
  /** overrides the manifest's alarm limit */
  threshold?: number;
}

export interface SlotState {
  slot: string;
  digest: string | null;
  name: string | null;
  version: string | null;
  loadedAtMs: number | null;
  /** why the last attempt to load failed; the model before it keeps running */
  error: { code: string; message: string } | null;
  /** empty without fault: the model is still to come */
  isWaiting: boolean;
}

type Loaded = Scorer & Pick<ThreadModel, "model" | "unload">;

interface Held {
  config: SlotConfig;
  sidecar: ModelSidecar | null;
  scorer: Loaded | null;
  state: SlotState;
  /** the digest that is being loaded into the thread right now */
  loading: string | null;
}

export interface SlotLimits extends ProbeLimits {
  /** memory the whole worker may take with its models, MB; without it nothing is refused for it */
  workerMb?: number;
}

/** Losses of the thread that one model may cause within `LOSSES_WITHIN_MS`; then it is not loaded any more. */
const LOSSES_BORNE = 3;
const LOSSES_WITHIN_MS = 10 * 60_000;

/** A window that read the old model just before a swap may still be on its way to it. */
const UNLOAD_AFTER_MS = 10_000;

/**
 * The models of this node by slot. **Waiting**: no file yet, windows are rejected. **Empty**: the file could not be used,
 * windows are rejected. **Serving**: `current()` gives the
 * model; loading another one first reads, scans, probes and loads it beside the old, and only then swaps the pointer, so
 * a bad file changes nothing but `error`. When the model thread is lost, `reload` fills a new one from the same files; a model
 * that passed its probe and still took the thread down three times in ten minutes is **given up**: its slot stays empty with
 * the reason until it gets another model or the worker starts anew.
 */
export class Slots {
  readonly #held = new Map<string, Held>();
  /** when each model took the thread down, by digest */
  readonly #losses = new Map<string, number[]>();
  #thread: ModelThread;

  constructor(
    thread: ModelThread,
    readonly limits: SlotLimits,
    readonly onProbe: (slot: string, report: ProbeReport) => void = () => undefined,
    readonly now: () => number = Date.now,
  ) {
    this.#thread = thread;
  }

  /** Notes which model the thread was lost with. Call before `reload`. */
  blame(culprit: Culprit, why: string): void {
    if (culprit === null) return;
    for (const { loading, scorer, state } of this.#held.values()) {
      const digest = culprit.kind === "load" ? loading : scorer?.model === culprit.model ? scorer.digest : null;
      if (digest === null) continue;
      const recent = (this.#losses.get(digest) ?? []).filter((atMs) => atMs > this.now() - LOSSES_WITHIN_MS);
      this.#losses.set(digest, [...recent, this.now()]);
      state.error = { code: "MODEL_TIMEOUT", message: why };
    }
  }

  /** During a swap both models are there for a while, so the one before it is rightly part of what is taken now. */
  #refuseTooMuch(growthMb: number): void {
    const { workerMb } = this.limits;
    const takenMb = process.memoryUsage.rss() / 1_048_576;
    if (workerMb === undefined || takenMb + growthMb <= workerMb) return;
    throw new ModelRefused(
      "MODEL_MEMORY",
      `The model adds ${Math.ceil(growthMb)} MB to the ${Math.ceil(takenMb)} MB this worker takes, more than the ${workerMb} MB it may. Use a smaller model, or raise memoryMb (EDGE_MEMORY_MB).`,
    );
  }

  #refuseGivenUp(digest: string): void {
    if ((this.#losses.get(digest)?.length ?? 0) < LOSSES_BORNE) return;
    throw new ModelRefused(
      "MODEL_TIMEOUT",
      `The model stopped the model thread ${LOSSES_BORNE} times while it was in use, so it is not loaded any more. Give the slot another model, or restart the worker to try this one again.`,
    );
  }

  current(slot: string): Scorer | null {
    return this.#held.get(slot)?.scorer ?? null;
  }

  /** What a slot's model takes; null while it is empty, undefined when there is no such slot. */
  features(slot: string): ModelSidecar["inputs"][0]["features"] | null | undefined {
    const held = this.#held.get(slot);
    return held && (held.sidecar?.inputs[0].features ?? null);
  }

  states(): SlotState[] {
    return [...this.#held.values()].map(({ state }) => ({ ...state }));
  }

  declare(config: SlotConfig): void {
    const empty = { digest: null, name: null, version: null, loadedAtMs: null, error: null };
    const state = { slot: config.slot, ...empty, isWaiting: config.model === undefined };
    this.#held.set(config.slot, { config, sidecar: null, scorer: null, state, loading: null });
  }

  /** Notes why a model that is wanted in this slot is not here yet; the one before it keeps running. */
  waitsFor(slot: string, code: string, message: string): void {
    if (!this.#held.has(slot)) this.declare({ slot });
    const held = this.#held.get(slot);
    if (held) held.state.error = { code, message };
  }

  /**
   * @param accepts throws to keep a good model out of this slot: its inputs do not fit the pipelines that use it
   * @throws {ModelRefused} and keeps what ran before
   */
  async load(
    config: SlotConfig & { model: string },
    accepts: (sidecar: ModelSidecar) => void = () => undefined,
  ): Promise<void> {
    if (!this.#held.has(config.slot)) this.declare(config);
    const held = this.#held.get(config.slot);
    if (!held) return;
    try {
      const bytes = await readModelFile(config.model);
      const sidecarFile = config.manifest ?? config.model.replace(/\.onnx$/, "") + ".json";
      const sidecar = parseSidecar(await readFile(sidecarFile, "utf8"), sidecarFile);
      accepts(sidecar);
      this.#refuseGivenUp(`sha256:${sidecar.sha256}`);
      const report = await probeModel(bytes, sidecar, this.limits);
      this.onProbe(config.slot, report);
      if (report.digest !== `sha256:${sidecar.sha256}`) {
        throw new ModelRefused(
          "MODEL_HASH",
          `${config.model} has ${report.digest}, its manifest names sha256:${sidecar.sha256}. Export both together.`,
        );
      }
      this.#refuseTooMuch(report.growthMb);
      held.loading = report.digest;
      const loaded = await this.#thread.load(bytes, sidecar).finally(() => (held.loading = null));
      if (loaded.digest !== report.digest) {
        await loaded.unload();
        throw new ModelRefused("MODEL_HASH", `${config.model} changed while it was being loaded. Load it again.`);
      }
      const previous = held.scorer;
      held.config = config;
      held.sidecar = sidecar;
      held.scorer = scorerOf(loaded, sidecar, config.threshold);
      held.state = {
        slot: config.slot,
        digest: loaded.digest,
        name: sidecar.name,
        version: sidecar.version,
        loadedAtMs: Date.now(),
        error: null,
        isWaiting: false,
      };
      if (previous) setTimeout(() => void previous.unload().catch(() => undefined), UNLOAD_AFTER_MS).unref();
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      held.state.error = { code: cause instanceof ModelRefused ? cause.code : "MODEL_UNREADABLE", message };
      held.state.isWaiting = false;
      throw cause;
    }
  }

  /** Loads every slot's file into a new thread, after the old one was lost; failures are in `states()`. */
  async reload(thread: ModelThread): Promise<void> {
    this.#thread = thread;
    for (const held of this.#held.values()) {
      held.scorer = null;
      held.state.digest = null;
      const { model } = held.config;
      if (model !== undefined) await this.load({ ...held.config, model }).catch(() => undefined);
    }
  }
}

function scorerOf(model: ThreadModel, sidecar: ModelSidecar, threshold: number | undefined): Loaded {
  return {
    model: model.model,
    digest: model.digest,
    features: sidecar.inputs[0].features,
    threshold: threshold ?? sidecar.threshold ?? Number.POSITIVE_INFINITY,
    score: model.score,
    unload: model.unload,
  };
}
