import type { Gap, SealedBatch } from "@/sdk/wire/batch";
import type { Quality } from "@/sdk/wire/quality";
import type { SealableRow } from "./seal";

export const ROLLUP_MS = 60_000;
/** Rows that stand for one minute: least, mean and greatest of each column. */
const ROWS_PER_BUCKET = 3;

/**
 * What a telemetry batch shrinks to when room is short: per minute three rows with the least, the mean and the greatest
 * value of each column, at the minute's first capture time, its middle and its last, all marked `substituted`. They take
 * the first row numbers of the batch; the rest become a gap record, so stored rows and gap counts still add up to what was
 * acknowledged. `null` when that would not be at most half of the rows.
 */
export function rollUpBatch(batch: SealedBatch): { rows: SealableRow[]; gap: Gap } | null {
  if (batch.lane !== "telemetry") return null;
  const buckets = new Map<number, number[]>();
  batch.dt.forEach((dt, index) => {
    const minute = Math.floor((batch.base + dt) / ROLLUP_MS);
    const indices = buckets.get(minute);
    if (indices) indices.push(index);
    else buckets.set(minute, [index]);
  });
  if (buckets.size * ROWS_PER_BUCKET * 2 > batch.count) return null;

  const rows: SealableRow[] = [];
  for (const [, indices] of [...buckets].sort((a, b) => a[0] - b[0])) rows.push(...rollUpBucket(batch, indices));
  const times = batch.dt.map((dt) => batch.base + dt);
  const gap: Gap = {
    first: batch.first + rows.length,
    count: batch.count - rows.length,
    from: Math.min(...times),
    to: Math.max(...times),
    why: "evicted",
    kept: "rollup60s",
  };
  return { rows, gap };
}

function rollUpBucket(batch: Extract<SealedBatch, { lane: "telemetry" }>, indices: readonly number[]): SealableRow[] {
  const low: Record<string, number> = {};
  const mean: Record<string, number> = {};
  const high: Record<string, number> = {};
  for (const [alias, column] of Object.entries(batch.columns)) {
    const values = indices.flatMap((index) => {
      const value = column[index];
      return typeof value === "number" ? [value] : [];
    });
    if (values.length === 0) continue;
    low[alias] = Math.min(...values);
    high[alias] = Math.max(...values);
    mean[alias] = values.reduce((sum, value) => sum + value / values.length, 0);
  }
  const times = indices.map((index) => batch.base + (batch.dt[index] ?? 0));
  const from = Math.min(...times);
  const to = Math.max(...times);
  return [row(from, low), row((from + to) / 2, mean), row(to, high)];
}

function row(tsMs: number, v: Record<string, number>): SealableRow {
  const q: Record<string, Quality> = {};
  for (const alias of Object.keys(v)) q[alias] = "substituted";
  return { tsMs: Math.round(tsMs * 1_000) / 1_000, json: JSON.stringify({ v, q }) };
}
