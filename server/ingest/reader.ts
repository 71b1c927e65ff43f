import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Worker, type WorkerOptions } from "node:worker_threads";
import { isCompressed } from "./decode";
import { type BatchPayload, type PayloadRead, readPayload } from "./read-payload";
import { type PackedReads, unpackReads } from "./reader-pack";

/** Payloads of several batches, one behind the other. */
export interface ReadRequest {
  bytes: Uint8Array<ArrayBuffer>;
  batches: (Omit<BatchPayload, "payload"> & { at: number; length: number })[];
}

type Taken = (read: PayloadRead & { sha256: Buffer }) => void;

/** Payload bytes that may be with the thread; more is left in the socket. */
const MAX_PENDING_BYTES = 4 * 1024 * 1024;
/**
 * A payload below this is read at once when nothing waits for the thread: the trip would cost more than the reading. Not one that
 * is compressed, because its size says nothing about the work.
 */
const READ_HERE_BYTES = 4 * 1024;
/** The thread's own heap, MB: a group of payloads and what reading them leaves behind. */
const THREAD_HEAP_MB = 96;
/** Of which for what was read last, MB: what one group leaves behind. Left to itself this part grows to 48 MB under load. */
const THREAD_YOUNG_HEAP_MB = 16;

/**
 * Main thread's side of the reading thread. Payloads of one turn of the event loop go over together, and so do the answers, in
 * the order asked: a trip between threads costs more than reading a small batch.
 *
 * READY: takes payloads. FULL: more than 4 MB are with the thread; `relief` says when to go on. A thread that ends by itself
 * ends the process: nothing of what it held was acknowledged, so the nodes send it again.
 */
export class Reader {
  readonly #worker: Worker;
  #gathered: { batch: BatchPayload; taken: Taken }[] = [];
  readonly #asked: { taken: Taken[]; bytes: number }[] = [];
  #pendingBytes = 0;
  #waiters: (() => void)[] = [];
  #closing = false;

  constructor(onLost: (cause: Error) => void) {
    this.#worker = startReaderThread({
      resourceLimits: { maxOldGenerationSizeMb: THREAD_HEAP_MB, maxYoungGenerationSizeMb: THREAD_YOUNG_HEAP_MB },
    });
    this.#worker.on("message", (answers: PackedReads) => this.#answered(answers));
    this.#worker.on("error", onLost);
    this.#worker.on("exit", (code) => {
      if (!this.#closing) onLost(new Error(`the reading thread ended with ${code}`));
    });
  }

  get isFull(): boolean {
    return this.#pendingBytes >= MAX_PENDING_BYTES;
  }

  /** Resolves when the thread may be given more. */
  async relief(): Promise<void> {
    while (this.isFull) await new Promise<void>((relieved) => this.#waiters.push(relieved));
  }

  /** Resolves when everything asked before has been answered. */
  async settle(): Promise<void> {
    while (this.#gathered.length > 0 || this.#asked.length > 0)
      await new Promise<void>((answered) => this.#waiters.push(answered));
  }

  /** Calls `taken` in the order asked: before this returns for a small batch with none before it, later otherwise. */
  read(batch: BatchPayload, taken: Taken): void {
    if (this.#pendingBytes === 0 && batch.payload.length < READ_HERE_BYTES && !isCompressed(batch.properties))
      return taken(readPayload(batch));
    this.#gathered.push({ batch, taken });
    this.#pendingBytes += batch.payload.length;
    if (this.#gathered.length === 1) setImmediate(() => this.#ask());
  }

  async close(): Promise<void> {
    this.#closing = true;
    await this.#worker.terminate();
  }

  #ask(): void {
    const gathered = this.#gathered;
    this.#gathered = [];
    const length = gathered.reduce((sum, { batch }) => sum + batch.payload.length, 0);
    const bytes = new Uint8Array(length);
    let at = 0;
    const batches = gathered.map(({ batch: { payload, ...rest } }) => {
      bytes.set(payload, at);
      at += payload.length;
      return { ...rest, at: at - payload.length, length: payload.length };
    });
    this.#asked.push({ taken: gathered.map(({ taken }) => taken), bytes: length });
    const request: ReadRequest = { bytes, batches };
    this.#worker.postMessage(request, [bytes.buffer]);
  }

  #answered(answers: PackedReads): void {
    const asked = this.#asked.shift();
    if (!asked) throw new Error("the reading thread answered what nobody asked");
    this.#pendingBytes -= asked.bytes;
    const reads = unpackReads(answers);
    for (const [i, taken] of asked.taken.entries()) {
      const read = reads[i];
      if (!read) throw new Error(`the reading thread answered ${reads.length} of ${asked.taken.length} batches`);
      const { sha256 } = read;
      taken({ ...read, sha256: Buffer.from(sha256.buffer, sha256.byteOffset, sha256.length) });
    }
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const answered of waiters) answered();
  }
}

/** In `dist/` the thread is a bundle beside the running one; from source it is TypeScript, and tsx is registered inside the thread. */
function startReaderThread(options: WorkerOptions): Worker {
  const bundle = fileURLToPath(new URL("./ingest-reader.js", import.meta.url));
  if (existsSync(bundle)) return new Worker(bundle, options);
  const entry = JSON.stringify(new URL("./reader-thread.ts", import.meta.url).href);
  // the package resolves to CommonJS here; the module of the same name beside it can register a loader for a thread
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx/esm/api")).href.replace(/\.cjs$/, ".mjs");
  return new Worker(
    `import(${JSON.stringify(tsx)}).then(({ register }) => { register(); return import(${entry}); });`,
    { ...options, eval: true },
  );
}
