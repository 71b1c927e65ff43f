import { setTimeout as sleep } from "node:timers/promises";
import type { Worker } from "node:worker_threads";
import { startModelThread } from "./bundle";
import { ModelRefused, type ModelRefusalCode } from "./refusal";
import type { Verdict } from "./scorer";
import type { ModelIo, OutputColumn } from "./session";

export type ThreadRequest =
  | { kind: "load"; id: number; model: number; bytes: Uint8Array; io: ModelIo }
  | { kind: "run"; id: number; model: number; rows: Float32Array; count: number }
  | { kind: "unload"; id: number; model: number }
  /** wakes an idle thread, so that it sees that it is over */
  | { kind: "end" };

export type ThreadAnswer =
  | { kind: "loaded"; id: number; digest: string }
  | { kind: "ran"; id: number; runMs: number; outputs: OutputColumn[] }
  | { kind: "done"; id: number }
  | { kind: "failed"; id: number; code: ModelRefusalCode | null; message: string };

/** What the thread was busy with when it was lost; null when it was idle. `model` is that of `ThreadModel.model`. */
export type Culprit = { kind: "load" | "run"; model: number } | null;

/** A model inside the thread. */
export interface ThreadModel {
  /** its number in this thread */
  model: number;
  digest: string;
  score(features: Float32Array): Promise<Verdict>;
  unload(): Promise<void>;
}

export interface ThreadOptions {
  /** windows in one run at most */
  maxBatch?: number;
  /** windows waiting per model at most; more are refused at once */
  maxQueue?: number;
  /** a run that takes longer counts as hung */
  runTimeoutMs?: number;
  onLatency?: (ms: number, windows: number) => void;
  /** the thread died or hung: every model in it is gone */
  onLost?: (why: string, culprit: Culprit) => void;
}

interface Waiting {
  features: Float32Array;
  resolve(verdict: Verdict): void;
  reject(cause: Error): void;
}

interface Pending {
  culprit: Culprit;
  resolve(answer: ThreadAnswer): void;
  reject(cause: Error): void;
  timer: NodeJS.Timeout;
}

const LOAD_TIMEOUT_MS = 15_000;
/** How long `close` waits for a run that is out, ms. */
const CLOSE_WITHIN_MS = 1_500;

/**
 * Main thread's side of the model thread. While one run is out, windows for the same model gather and go together in the
 * next: alone a window waits for nobody, under load the trip between threads is shared. Queues are bounded.
 *
 * A native run cannot be interrupted, so a hung one is abandoned with its thread: everything waiting fails, `onLost`
 * tells the owner to load its models into a new one. It is not terminated: a run that comes back after all would find its
 * thread gone and abort the process. It ends by itself once it is back.
 */
export class ModelThread {
  readonly #options: Required<ThreadOptions>;
  readonly #pending = new Map<number, Pending>();
  readonly #isOver = new Int32Array(new SharedArrayBuffer(4));
  #worker: Worker | null;
  #nextId = 0;

  constructor(options: ThreadOptions = {}) {
    this.#options = {
      maxBatch: 64,
      maxQueue: 4_096,
      runTimeoutMs: 5_000,
      onLatency: () => undefined,
      onLost: () => undefined,
      ...options,
    };
    const worker = startModelThread({
      resourceLimits: { maxOldGenerationSizeMb: 64 },
      workerData: { isOver: this.#isOver },
    });
    worker.on("message", (answer: ThreadAnswer) => {
      const pending = this.#pending.get(answer.id);
      if (!pending) return;
      this.#pending.delete(answer.id);
      clearTimeout(pending.timer);
      if (answer.kind === "failed")
        pending.reject(answer.code ? new ModelRefused(answer.code, answer.message) : new RangeError(answer.message));
      else pending.resolve(answer);
    });
    worker.on("error", (cause) => this.#lose(`the model thread stopped: ${cause.message}`));
    worker.on("exit", (code) => this.#lose(`the model thread ended with ${code}`));
    this.#worker = worker;
  }

  get isAlive(): boolean {
    return this.#worker !== null;
  }

  /** @throws {ModelRefused} when the runtime does not take it; call `probeModel` first */
  async load(bytes: Uint8Array, io: ModelIo): Promise<ThreadModel> {
    const model = this.#nextId;
    this.#nextId += 1;
    const plain = { inputs: io.inputs, outputs: io.outputs };
    const answer = await this.#ask((id) => ({ kind: "load", id, model, bytes, io: plain }), LOAD_TIMEOUT_MS);
    if (answer.kind !== "loaded") throw new RangeError(`the model thread answered ${answer.kind} to load`);
    const queue: Waiting[] = [];
    let isRunning = false;

    const pump = async (): Promise<void> => {
      if (isRunning) return;
      isRunning = true;
      // windows that arrive in the same turn of the event loop travel together
      await new Promise((next) => setImmediate(next));
      while (queue.length > 0) await this.#runBatch(model, queue.splice(0, this.#options.maxBatch));
      isRunning = false;
    };

    return {
      model,
      digest: answer.digest,
      score: (features) =>
        new Promise((resolve, reject) => {
          if (queue.length >= this.#options.maxQueue)
            return reject(new RangeError("too many windows wait for this model"));
          queue.push({ features, resolve, reject });
          void pump();
        }),
      unload: async () => {
        if (this.#worker) await this.#ask((id) => ({ kind: "unload", id, model }), LOAD_TIMEOUT_MS);
      },
    };
  }

  /** Never throws: a failure belongs to the windows of the batch. */
  async #runBatch(model: number, batch: Waiting[]): Promise<void> {
    const width = batch[0]?.features.length ?? 0;
    const rows = new Float32Array(batch.length * width);
    let at = 0;
    for (const { features } of batch) {
      rows.set(features, at);
      at += width;
    }
    try {
      const answer = await this.#ask(
        (id) => ({ kind: "run", id, model, rows, count: batch.length }),
        this.#options.runTimeoutMs,
        rows.buffer,
      );
      if (answer.kind !== "ran") throw new RangeError(`the model thread answered ${answer.kind} to run`);
      this.#options.onLatency(answer.runMs, batch.length);
      const latencyMs = answer.runMs / batch.length;
      const { outputs } = answer;
      // the output named `score`, else the first
      const scoring = outputs.find(({ name }) => name === "score") ?? outputs[0];
      batch.forEach(({ resolve }, row) => {
        const score = scoring?.values[row * scoring.width] ?? Number.NaN;
        resolve({ score, outputs: rowOf(outputs, row), latencyMs });
      });
    } catch (cause) {
      const error = cause instanceof Error ? cause : new Error(String(cause));
      for (const { reject } of batch) reject(error);
    }
  }

  #ask(
    build: (id: number) => Exclude<ThreadRequest, { kind: "end" }>,
    timeoutMs: number,
    transfer?: ArrayBuffer,
  ): Promise<ThreadAnswer> {
    const worker = this.#worker;
    if (!worker) return Promise.reject(new RangeError("the model thread is not running"));
    const id = this.#nextId;
    this.#nextId += 1;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#lose(`a model did not answer within ${timeoutMs} ms`), timeoutMs);
      const request = build(id);
      const { kind, model: asked } = request;
      const culprit = kind === "unload" ? null : { kind, model: asked };
      this.#pending.set(id, { culprit, resolve, reject, timer });
      worker.postMessage(request, transfer ? [transfer] : []);
    });
  }

  #lose(why: string): void {
    const worker = this.#worker;
    if (!worker) return;
    this.#worker = null;
    // the thread answers in the order asked, so what it was at is the oldest question
    const [oldest] = this.#pending.values();
    for (const { reject, timer } of this.#pending.values()) {
      clearTimeout(timer);
      reject(new RangeError(why));
    }
    this.#pending.clear();
    this.#dismiss(worker);
    this.#options.onLost(why, oldest?.culprit ?? null);
  }

  /** Ends the thread; what still waits fails. */
  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = null;
    for (const { reject, timer } of this.#pending.values()) {
      clearTimeout(timer);
      reject(new RangeError("the edge worker is stopping"));
    }
    this.#pending.clear();
    if (!worker) return;
    const isGone = new Promise((gone) => worker.once("exit", gone));
    this.#dismiss(worker);
    await Promise.race([isGone, sleep(CLOSE_WITHIN_MS)]);
  }

  #dismiss(worker: Worker): void {
    Atomics.store(this.#isOver, 0, 1);
    worker.postMessage({ kind: "end" } satisfies ThreadRequest);
    worker.unref();
  }
}

/** Numbers of one output that travel in a record at most. */
const MAX_OUTPUT_WIDTH = 16;

/** Every output of one window by its name. */
function rowOf(outputs: readonly OutputColumn[], row: number): Record<string, number | number[]> {
  const named: Record<string, number | number[]> = {};
  for (const { name, width, values } of outputs) {
    const first = values[row * width];
    named[name] =
      width === 1
        ? (first ?? Number.NaN)
        : [...values.subarray(row * width, row * width + Math.min(width, MAX_OUTPUT_WIDTH))];
  }
  return named;
}
