import type { ReadingBlock, Readings } from "./port";

/** Pure functions over readings: order, merging, cutting at UTC hours, statistics. Times here are whole microseconds. */

export const HOUR_US = 3_600_000_000;
export const MINUTE_US = 60_000_000;

/** Usable readings enter statistics: they have a value, and nobody called it wrong. Codes: good, uncertain, substituted. */
export function isUsable(value: number, quality: number): boolean {
  return (quality === 0 || quality === 1 || quality === 7) && !Number.isNaN(value);
}

export function toUs(ms: number): number {
  return Math.round(ms * 1000);
}

/** Readings of one stream in time order (equal times by value, none last), with whole microseconds. */
export interface OrderedReadings {
  streamId: number;
  us: Float64Array;
  values: Float64Array;
  /** null when all are good */
  quality: Uint8Array | null;
}

/**
 * One ordered run per stream, in order of stream. Blocks of the same stream are joined.
 * @throws {RangeError} if columns differ in length or a time is not finite
 */
export function orderByStream(blocks: readonly ReadingBlock[]): OrderedReadings[] {
  const byStream = new Map<number, ReadingBlock[]>();
  for (const block of blocks) {
    const count = block.tsMs.length;
    if (block.values.length !== count || (block.quality && block.quality.length !== count))
      throw new RangeError(`columns of stream ${block.streamId} differ in length`);
    if (count === 0) continue;
    const sameStream = byStream.get(block.streamId);
    if (sameStream) sameStream.push(block);
    else byStream.set(block.streamId, [block]);
  }
  return [...byStream.values()].map(joinBlocks).sort((a, b) => a.streamId - b.streamId);
}

function joinBlocks(blocks: ReadingBlock[]): OrderedReadings {
  const [first] = blocks;
  if (!first) throw new RangeError("no blocks to join");
  const count = blocks.reduce((sum, block) => sum + block.tsMs.length, 0);
  const us = new Float64Array(count);
  const values = blocks.length === 1 ? first.values : new Float64Array(count);
  const needsQuality = blocks.some((block) => block.quality?.some((code) => code !== 0));
  const quality = needsQuality ? new Uint8Array(count) : null;
  let at = 0;
  for (const block of blocks) {
    if (blocks.length > 1) values.set(block.values, at);
    if (quality && block.quality) quality.set(block.quality, at);
    for (let i = 0; i < block.tsMs.length; i++) us[at + i] = Math.round((block.tsMs[i] ?? Number.NaN) * 1000);
    at += block.tsMs.length;
  }
  return inOrder({ streamId: first.streamId, us, values, quality });
}

/** The same readings by time. Returns its argument when it is in order already, which is the rule. */
export function inOrder(readings: OrderedReadings): OrderedReadings {
  const { us, values, quality } = readings;
  let ordered = true;
  for (let i = 1; i < us.length && ordered; i++) ordered = (us[i - 1] ?? 0) < (us[i] ?? 0);
  if (us.length > 0 && !Number.isFinite((us[0] ?? 0) + (us[us.length - 1] ?? 0))) ordered = false;
  if (ordered) return readings;

  if (us.some((at) => !Number.isFinite(at)))
    throw new RangeError(`a time of stream ${readings.streamId} is not a finite number`);
  const order = Uint32Array.from(us, (_, i) => i).sort((a, b) => compareReadings(us, values, quality, a, b));
  return {
    streamId: readings.streamId,
    us: Float64Array.from(order, (i) => us[i] ?? 0),
    values: Float64Array.from(order, (i) => values[i] ?? Number.NaN),
    quality: quality && Uint8Array.from(order, (i) => quality[i] ?? 0),
  };
}

/** By time; equal times by value with "none" last, then by quality: so two stores that were filled differently still answer alike. */
function compareReadings(
  us: Float64Array,
  values: Float64Array,
  quality: Uint8Array | null,
  a: number,
  b: number,
): number {
  const byTime = (us[a] ?? 0) - (us[b] ?? 0);
  if (byTime !== 0) return byTime;
  const left = values[a] ?? Number.NaN;
  const right = values[b] ?? Number.NaN;
  if (left < right) return -1;
  if (left > right) return 1;
  const byNone = Number(Number.isNaN(left)) - Number(Number.isNaN(right));
  return byNone !== 0 ? byNone : (quality?.[a] ?? 0) - (quality?.[b] ?? 0);
}

/** Joins several runs of one stream into one ordered run. */
export function mergeRuns(streamId: number, runs: readonly OrderedReadings[]): OrderedReadings {
  const [only] = runs;
  if (only && runs.length === 1) return only;
  const count = runs.reduce((sum, run) => sum + run.us.length, 0);
  const us = new Float64Array(count);
  const values = new Float64Array(count);
  const quality = runs.some((run) => run.quality) ? new Uint8Array(count) : null;
  let at = 0;
  for (const run of [...runs].sort((a, b) => (a.us[0] ?? 0) - (b.us[0] ?? 0))) {
    us.set(run.us, at);
    values.set(run.values, at);
    if (quality && run.quality) quality.set(run.quality, at);
    at += run.us.length;
  }
  return inOrder({ streamId, us, values, quality });
}

/** The readings in [fromUs, toUs), at most `limit`, as the port gives them out. */
export function toReadings(
  { us, values, quality }: OrderedReadings,
  fromUs: number,
  toUs: number,
  limit = Number.POSITIVE_INFINITY,
): Readings {
  const first = lowerBound(us, fromUs);
  const end = Math.min(lowerBound(us, toUs), first + limit);
  const tsMs = new Float64Array(end - first);
  for (let i = first; i < end; i++) tsMs[i - first] = (us[i] ?? 0) / 1000;
  return {
    tsMs,
    values: values.slice(first, end),
    quality: quality ? quality.slice(first, end) : new Uint8Array(end - first),
  };
}

/** Position of the first element >= wanted in an ascending array. */
export function lowerBound(ascending: Float64Array, wanted: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] ?? 0) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Statistics of usable readings; `n` of them, `bad` others. Without usable readings the figures are NaN. */
export interface Statistics {
  n: number;
  bad: number;
  min: number;
  max: number;
  sum: number;
  sumSquares: number;
  first: number;
  last: number;
  firstUs: number;
  lastUs: number;
}

export function summarise({ us, values, quality }: OrderedReadings, from: number, to: number): Statistics {
  let n = 0;
  let min = Number.NaN;
  let max = Number.NaN;
  let sum = 0;
  let sumSquares = 0;
  let firstAt = -1;
  let lastAt = -1;
  for (let i = from; i < to; i++) {
    const value = values[i] ?? Number.NaN;
    if (!isUsable(value, quality ? (quality[i] ?? 0) : 0)) continue;
    if (n === 0) {
      min = value;
      max = value;
      firstAt = i;
    } else if (value < min) min = value;
    else if (value > max) max = value;
    lastAt = i;
    sum += value;
    sumSquares += value * value;
    n++;
  }
  const none = n === 0;
  return {
    n,
    bad: to - from - n,
    min,
    max,
    sum: none ? Number.NaN : sum,
    sumSquares: none ? Number.NaN : sumSquares,
    first: values[firstAt] ?? Number.NaN,
    last: values[lastAt] ?? Number.NaN,
    firstUs: us[firstAt] ?? Number.NaN,
    lastUs: us[lastAt] ?? Number.NaN,
  };
}
