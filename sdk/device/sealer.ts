import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import type { ContentEncoding, Gap } from "@/sdk/wire/batch";
import type { ClockStatus } from "@/sdk/wire/birth";
import { LANES, type Lane } from "@/sdk/wire/names";
import type { BufferStore, StoredBatch } from "./buffer/port";
import { type Envelope, type SealLimits, sealRows } from "./seal";

const gzipAsync = promisify(gzip);
const brotliAsync = promisify(brotliCompress);
/** Below this a batch is sent as it is: the header of a compressed stream eats the gain. */
const COMPRESS_FROM_BYTES = 512;

export interface SealPolicy {
  bytes: number;
  rows: number;
  /** longest wait from the first row on, in ms, per lane */
  delayMs: Record<Lane, number>;
  /** the same without a connection, where it differs: nobody waits for those rows, and fewer batches cost less */
  offlineDelayMs: Partial<Record<Lane, number>>;
  /** capture times may be this much out of order within a lane, in ms; the watermark stays behind by it */
  latenessMs: number;
  compression: ContentEncoding | "none";
}

export const DEFAULT_SEAL: SealPolicy = {
  bytes: 256 * 1024,
  rows: 500,
  delayMs: { events: 100, telemetry: 2_000, inference: 2_000, media: 2_000 },
  offlineDelayMs: {},
  latenessMs: 2_000,
  compression: "br",
};

/** Wait of a lane whose values people watch as they come, ms: a third of the 1.5 s that a value may take to an open page. */
export const LIVE_SEAL_MS = 350;

/**
 * Seals telemetry and inference after `sealMs` (one number, or one per lane) while there is a connection, and as rarely as
 * the SDK does by itself while there is none.
 */
export function liveSeal(
  sealMs: number | Partial<Record<Lane, number>> = LIVE_SEAL_MS,
): Pick<SealPolicy, "offlineDelayMs"> & { delayMs: Partial<SealPolicy["delayMs"]> } {
  const live = { telemetry: LIVE_SEAL_MS, inference: LIVE_SEAL_MS };
  return {
    delayMs: typeof sealMs === "number" ? { telemetry: sealMs, inference: sealMs } : { ...live, ...sealMs },
    offlineDelayMs: DEFAULT_SEAL.delayMs,
  };
}

interface SealerContext {
  node: string;
  store: BufferStore;
  policy: SealPolicy;
  boot: string;
  clock: () => ClockStatus;
  monoMs: () => number;
  /** true while batches are sealed without a connection to send them over */
  isOffline: () => boolean;
  /** whether a row's text says it must not be given up early */
  isPinned: (lane: Lane, json: string) => boolean;
  sealed: (lane: Lane, batch: number) => void;
  failed: (cause: unknown) => void;
}

/** The bytes a batch is stored and sent as, compressed when that saves a tenth or more. */
export async function encodeBatch(
  json: string,
  compression: ContentEncoding | "none",
): Promise<{ bytes: Buffer; encoding: ContentEncoding | null }> {
  const plain = Buffer.from(json);
  if (compression === "none" || plain.length < COMPRESS_FROM_BYTES) return { bytes: plain, encoding: null };
  const packed =
    compression === "gzip"
      ? await gzipAsync(plain, { level: 6 })
      : await brotliAsync(plain, {
          params: { [constants.BROTLI_PARAM_QUALITY]: 4, [constants.BROTLI_PARAM_SIZE_HINT]: plain.length },
        });
  return packed.length < plain.length * 0.9
    ? { bytes: packed, encoding: compression }
    : { bytes: plain, encoding: null };
}

/**
 * Turns logged rows into sealed batches: at 256 KiB, 500 rows or 2 s (events 100 ms), whichever comes first. A batch that
 * could not be stored is kept and stored again as it is, so its number never names two contents. One batch of a lane is
 * sealed at a time; lanes do not wait for each other.
 */
export class Sealer {
  private readonly timers = new Map<Lane, NodeJS.Timeout>();
  private readonly busy = new Map<Lane, Promise<void>>();
  private readonly made = new Map<Lane, { meta: Omit<StoredBatch, "sent" | "bytes">; bytes: Buffer }>();
  private readonly newestMs = new Map<Lane, number>();
  private limitBytes: number;
  private stopped = false;

  constructor(private readonly context: SealerContext) {
    this.limitBytes = context.policy.bytes;
  }

  /** Seals no larger than this from now on: the broker takes no more. */
  setLimit(bytes: number): void {
    this.limitBytes = Math.min(this.context.policy.bytes, bytes);
  }

  /** To be called after rows were logged. */
  rowsAdded(lane: Lane): void {
    if (this.stopped) return;
    const run = this.context.store.unsealed(lane);
    if (!run) return;
    if (
      run.rows.length >= this.context.policy.rows ||
      run.origin.boot !== this.context.boot ||
      this.isLarge(lane, run.rows.length)
    ) {
      this.seal(lane, false);
    } else if (!this.timers.has(lane)) {
      this.plan(lane);
    }
  }

  /** Seals every row there is now. @throws what the disk said, when a batch could not be stored. */
  async flush(): Promise<void> {
    for (const lane of LANES) {
      for (let work = this.busy.get(lane); work; work = this.busy.get(lane)) await work;
      await this.begin(lane, true);
    }
  }

  async stop(): Promise<void> {
    this.stopped = true;
    for (const timer of this.timers.values()) clearTimeout(timer);
    await Promise.all(this.busy.values());
  }

  private readonly sizes = new Map<Lane, { rows: number; bytes: number }>();
  /** Adds up the text of rows not looked at before; a fresh start of the count after each seal. */
  private isLarge(lane: Lane, rows: number): boolean {
    const run = this.context.store.unsealed(lane);
    const seen = this.sizes.get(lane) ?? { rows: 0, bytes: 0 };
    for (let index = seen.rows; run && index < rows; index += 1) seen.bytes += run.rows[index]?.json.length ?? 0;
    seen.rows = rows;
    this.sizes.set(lane, seen);
    return seen.bytes >= this.limitBytes;
  }

  private plan(lane: Lane): void {
    const { delayMs, offlineDelayMs } = this.context.policy;
    const waitMs = (this.context.isOffline() ? offlineDelayMs[lane] : undefined) ?? delayMs[lane];
    const timer = setTimeout(() => {
      this.timers.delete(lane);
      this.seal(lane, true);
    }, waitMs);
    timer.unref();
    this.timers.set(lane, timer);
  }

  private seal(lane: Lane, due: boolean): void {
    if (this.busy.has(lane)) return;
    this.begin(lane, due).catch((cause: unknown) => this.context.failed(cause));
  }

  private begin(lane: Lane, due: boolean): Promise<void> {
    const timer = this.timers.get(lane);
    if (timer) clearTimeout(timer);
    this.timers.delete(lane);
    const work = this.sealAll(lane, due ? this.context.store.lane(lane).nextRow : 0);
    const ended = () => {
      this.busy.delete(lane);
      const isLeft = this.context.store.unsealed(lane) !== null;
      if (!this.stopped && isLeft && !this.timers.has(lane)) this.plan(lane);
    };
    this.busy.set(lane, work.then(ended, ended));
    return work;
  }

  /** Seals rows below `dueRow`, and beyond it while they fill whole batches. */
  private async sealAll(lane: Lane, dueRow: number): Promise<void> {
    const { store, policy, boot } = this.context;
    for (let run = store.unsealed(lane); run; run = store.unsealed(lane)) {
      const waiting = this.made.get(lane);
      const isFull = run.rows.length >= policy.rows || this.isLarge(lane, run.rows.length);
      if (!waiting && run.first >= dueRow && !isFull && run.origin.boot === boot) return;
      const { meta, bytes } = waiting ?? (await this.make(lane));
      this.made.set(lane, { meta, bytes });
      await store.storeBatch(meta, bytes);
      this.made.delete(lane);
      this.sizes.delete(lane);
      this.context.sealed(lane, meta.batch);
    }
  }

  private async make(lane: Lane): Promise<{ meta: Omit<StoredBatch, "sent" | "bytes">; bytes: Buffer }> {
    const { store, policy, node, boot } = this.context;
    const run = store.unsealed(lane);
    if (!run) throw new RangeError(`nothing to seal in lane ${lane}`);
    const { nextBatch, sealedRows } = store.lane(lane);
    const isOwn = run.origin.boot === boot;
    const clock = isOwn ? this.context.clock() : run.origin.clock;
    const limits: SealLimits = { bytes: this.limitBytes, rows: policy.rows };
    const envelope: Omit<Envelope, "watermark"> = {
      node,
      epoch: store.epoch,
      lane,
      batch: nextBatch,
      first: run.first,
      backfill: this.context.isOffline() || !isOwn,
      clock: { ...clock, boot: run.origin.boot, monoMs: Math.round(isOwn ? this.context.monoMs() : run.monoMs) },
      gaps: damage(sealedRows, run.first, run.rows[0]?.tsMs ?? 0),
    };
    const rows = run.rows.slice(0, policy.rows);
    const before = this.newestMs.get(lane) ?? Number.NEGATIVE_INFINITY;
    const sealed = sealRows(rows, envelope, limits, (toMs) => Math.max(0, Math.max(before, toMs) - policy.latenessMs));
    this.newestMs.set(lane, Math.max(before, sealed.toMs));
    const { bytes, encoding } = await encodeBatch(sealed.json, policy.compression);
    const meta = {
      lane,
      batch: nextBatch,
      first: sealedRows,
      span: run.first - sealedRows + sealed.rows,
      rows: sealed.rows,
      fromMs: sealed.fromMs,
      toMs: sealed.toMs,
      kind: "raw" as const,
      pinned: rows.slice(0, sealed.rows).some((row) => this.context.isPinned(lane, row.json)),
      boot: run.origin.boot,
      encoding,
    };
    return { meta, bytes };
  }
}

/** Row numbers that were given out and that a damaged log no longer has: they are declared, never skipped in silence. */
function damage(expected: number, found: number, atMs: number): Gap[] {
  return found > expected ? [{ first: expected, count: found - expected, from: atMs, to: atMs, why: "damaged" }] : [];
}
