import { promisify } from "node:util";
import { brotliDecompress, gunzip } from "node:zlib";
import { type ContentEncoding, type Gap, MAX_DECODED_BYTES, SealedBatch } from "@/sdk/wire/batch";
import type { ClockStatus } from "@/sdk/wire/birth";
import type { BufferStore, MissingBatch, StoredBatch } from "./buffer/port";
import { DeviceError } from "./errors";
import { type Quota, type Sacrifice, mayGo, sacrificesFor } from "./quota";
import { rollUpBatch } from "./rollup";
import { sealEmpty, sealRows } from "./seal";
import { encodeBatch } from "./sealer";

const gunzipAsync = promisify(gunzip);
const unbrotliAsync = promisify(brotliDecompress);

interface EvictorContext {
  node: string;
  boot: string;
  store: BufferStore;
  quota: Quota;
  clock: () => ClockStatus & { boot: string; monoMs: number };
  /** true for a batch that is under way right now */
  isUnderWay: (batch: StoredBatch) => boolean;
  compression: ContentEncoding | "none";
}

/** A stored batch's JSON text. @throws when the bytes are not what the encoding says. */
export async function decodeBatch(bytes: Buffer, encoding: ContentEncoding | null): Promise<string> {
  const limit = { maxOutputLength: MAX_DECODED_BYTES };
  if (encoding === "gzip") return (await gunzipAsync(bytes, limit)).toString("utf8");
  if (encoding === "br") return (await unbrotliAsync(bytes, limit)).toString("utf8");
  return bytes.toString("utf8");
}

/**
 * Keeps the buffer within its quota (G5). What has to go is replaced under its own batch number, first by a rollup, then by
 * a gap record: the number is still delivered, so the control plane's count of batches has no hole, and every row that was
 * acknowledged is either stored or counted as lost.
 */
export class Evictor {
  evictedRows = 0;
  /** batches being rewritten right now: the sender leaves them alone */
  private readonly claimed = new Set<string>();

  constructor(private readonly context: EvictorContext) {}

  /** True when the buffer is within its quota, or within it again. False: nothing more can be given up. */
  async makeRoom(): Promise<boolean> {
    const { store, quota } = this.context;
    for (
      let steps = sacrificesFor(store.usage(), quota);
      steps.length > 0;
      steps = sacrificesFor(store.usage(), quota)
    ) {
      const victims = this.choose(steps);
      if (victims.length === 0) return false;
      for (const victim of victims) await this.giveUp(victim);
    }
    return true;
  }

  /** Declares what damage to the disk took, so that nobody waits for it. */
  async declareMissing(lane: StoredBatch["lane"], missing: MissingBatch): Promise<void> {
    const gaps: Gap[] =
      missing.span > 0
        ? [{ first: missing.first, count: missing.span, from: missing.fromMs, to: missing.toMs, why: "damaged" }]
        : [];
    await this.putEmpty({ ...missing, lane, pinned: true }, gaps);
    this.evictedRows += missing.span;
  }

  /** Replaces one batch by a gap record. */
  async declareLost(batch: StoredBatch, why: string): Promise<void> {
    const { first, span, fromMs, toMs } = batch;
    await this.putEmpty(batch, span > 0 ? [{ first, count: span, from: fromMs, to: toMs, why }] : []);
    this.evictedRows += batch.rows;
  }

  /** Oldest batches of the first step that has any: at least a segment's worth, or giving up frees no file. */
  private choose(steps: readonly Sacrifice[]): StoredBatch[] {
    for (const { lane, take } of steps) {
      const victims: StoredBatch[] = [];
      for (const batch of this.context.store.held(lane)) {
        if (!mayGo(batch, take) || this.context.isUnderWay(batch)) continue;
        victims.push(batch);
        if (victims.length >= VICTIMS_AT_ONCE) break;
      }
      if (victims.length > 0) return victims;
    }
    return [];
  }

  isClaimed({ lane, batch }: Pick<StoredBatch, "lane" | "batch">): boolean {
    return this.claimed.has(`${lane}/${batch}`);
  }

  private async giveUp(batch: StoredBatch): Promise<void> {
    const key = `${batch.lane}/${batch.batch}`;
    if (batch.sent || this.context.isUnderWay(batch)) return;
    this.claimed.add(key);
    try {
      await this.shrink(batch);
    } finally {
      this.claimed.delete(key);
    }
  }

  private async shrink(batch: StoredBatch): Promise<void> {
    if (batch.kind === "raw" && batch.lane === "telemetry" && (await this.rollUp(batch))) return;
    await this.declareLost(batch, "evicted");
  }

  private async rollUp(batch: StoredBatch): Promise<boolean> {
    const { store, compression } = this.context;
    let original: SealedBatch;
    try {
      const text = await decodeBatch(await store.read(batch.lane, batch.batch), batch.encoding);
      original = SealedBatch.parse(JSON.parse(text));
    } catch (cause) {
      if (cause instanceof DeviceError && cause.code !== "CORRUPT") throw cause;
      return false;
    }
    const rolled = rollUpBatch(original);
    if (!rolled) return false;
    const { node, epoch, lane, first, watermark, clock } = original;
    const gaps = [...original.gaps, rolled.gap];
    const envelope = { node, epoch, lane, batch: batch.batch, first, backfill: true, clock, gaps };
    const limits = { bytes: MAX_DECODED_BYTES, rows: rolled.rows.length };
    const sealed = sealRows(rolled.rows, envelope, limits, () => watermark);
    const { bytes, encoding } = await encodeBatch(sealed.json, compression);
    await store.replaceBatch({ ...batch, rows: sealed.rows, kind: "rollup", encoding }, bytes);
    this.evictedRows += rolled.gap.count;
    return true;
  }

  private async putEmpty(
    batch: Pick<StoredBatch, "lane" | "batch" | "first" | "span" | "fromMs" | "toMs" | "pinned">,
    gaps: Gap[],
  ): Promise<void> {
    const { node, store, clock, boot } = this.context;
    const { lane, first, span, fromMs, toMs, pinned } = batch;
    const envelope = {
      node,
      epoch: store.epoch,
      lane,
      batch: batch.batch,
      first,
      watermark: null,
      backfill: true,
      clock: clock(),
      gaps,
    };
    const meta = {
      lane,
      batch: batch.batch,
      first,
      span,
      rows: 0,
      fromMs,
      toMs,
      kind: "gap" as const,
      pinned,
      boot,
      encoding: null,
    };
    await store.replaceBatch(meta, Buffer.from(sealEmpty(envelope, fromMs)));
  }
}

const VICTIMS_AT_ONCE = 16;
