import type { CopyReader, CopyWriter } from "./copy";
import { HOUR_US, lowerBound, summarise, type OrderedReadings } from "./readings";

/** Columns of table segments in the order that `writeSegments` fills. */
export const SEGMENT_COLUMNS =
  "t0, t1, tick_us, vmin, vmax, vsum, vsumsq, vfirst, vlast, stream_id, n, bad, compacted, dt, v, divisor, m, q";
const FIELDS = 18;
/** Enough for the fixed fields and three array headers of a row. */
const FIXED_BYTES = 300;
/** One array stays small enough to be read and rewritten at ease; an hour at 10 Hz still fits one segment. */
const MAX_READINGS = 50_000;
const MAX_INT4 = 2_147_483_647;
const MAX_DIVISOR = 1_000_000;

/** Bytes that a run will need at most, to size the writer. */
export function segmentBytes(count: number): number {
  return FIXED_BYTES + count * 26;
}

/**
 * Writes a run as segments, cut at UTC hours: then every segment that overlaps a range starts at or after the range's first hour.
 * @returns the number of segments
 */
export function writeSegments(writer: CopyWriter, run: OrderedReadings, compacted: boolean): number {
  let segments = 0;
  for (let from = 0; from < run.us.length; segments++) {
    const start = run.us[from] ?? 0;
    const hourEnd = (Math.floor(start / HOUR_US) + 1) * HOUR_US;
    const lastOfRun = run.us[run.us.length - 1] ?? 0;
    let to = lastOfRun < hourEnd ? run.us.length : lowerBound(run.us, hourEnd);
    if (to - from > MAX_READINGS) to = from + MAX_READINGS;
    const spacing = findSpacing(run.us, from, to);
    if (spacing.offsets === "too-far") to = lowerBound(run.us, start + MAX_INT4);
    writeSegment(
      writer,
      run,
      from,
      to,
      spacing.offsets === "too-far" ? findSpacing(run.us, from, to) : spacing,
      compacted,
    );
    from = to;
  }
  return segments;
}

interface Spacing {
  tickUs: number;
  offsets: "even" | "too-far" | Int32Array;
}

/**
 * How the times of [from, to) are stored: evenly spaced ones by their distance alone, others as multiples of a millisecond, or of a
 * microsecond where that is needed. Microseconds reach 35 minutes in int4; "too-far" says that the segment must be shorter.
 */
function findSpacing(us: Float64Array, from: number, to: number): Spacing {
  const start = us[from] ?? 0;
  const step = (us[from + 1] ?? start) - start;
  let isEven = true;
  let isWholeMs = true;
  for (let i = from + 1; i < to; i++) {
    const offset = (us[i] ?? 0) - start;
    if (isEven && offset !== step * (i - from)) isEven = false;
    if (isWholeMs && offset % 1000 !== 0) isWholeMs = false;
    if (!isEven && !isWholeMs) break;
  }
  if (isEven) return { tickUs: to - from > 1 ? step : 1000, offsets: "even" };
  const tickUs = isWholeMs ? 1000 : 1;
  if (((us[to - 1] ?? 0) - start) / tickUs > MAX_INT4) return { tickUs, offsets: "too-far" };
  const offsets = new Int32Array(to - from);
  for (let i = from; i < to; i++) offsets[i - from] = ((us[i] ?? 0) - start) / tickUs;
  return { tickUs, offsets };
}

function writeSegment(
  writer: CopyWriter,
  run: OrderedReadings,
  from: number,
  to: number,
  { tickUs, offsets }: Spacing,
  compacted: boolean,
): void {
  const statistics = summarise(run, from, to);
  writer.reserve(segmentBytes(to - from));
  writer.row(FIELDS);
  writer.timeUs(run.us[from] ?? 0);
  writer.timeUs(run.us[to - 1] ?? 0);
  writer.int8(tickUs);
  writer.float8(statistics.min);
  writer.float8(statistics.max);
  writer.float8(statistics.sum);
  writer.float8(statistics.sumSquares);
  writer.float8(statistics.first);
  writer.float8(statistics.last);
  writer.int4(run.streamId);
  writer.int4(to - from);
  writer.int4(statistics.bad);
  writer.boolean(compacted);
  if (offsets instanceof Int32Array) writer.int4Array(offsets, to - from);
  else writer.null();
  const divisor = findDivisor(run.values, from, to);
  if (divisor === null) {
    writer.float8Array(run.values, from, to);
    writer.null();
    writer.null();
  } else {
    writer.null();
    writer.int4(divisor);
    writer.scaledArray(run.values, from, to, divisor);
  }
  if (run.quality && hasCode(run.quality, from, to)) writer.int2Array(run.quality, from, to);
  else writer.null();
}

/**
 * The smallest power of ten that makes every value a whole number of at most 31 bits, or null. Exact, not near: `whole / divisor`
 * must give back the same float, so nothing is rounded. What fits a divisor also fits the next one.
 */
function findDivisor(values: Float64Array, from: number, to: number): number | null {
  let divisor = 1;
  for (let i = from; i < to; i++) {
    const value = values[i] ?? Number.NaN;
    if (Number.isNaN(value)) continue;
    while (Math.round(value * divisor) / divisor !== value) {
      divisor *= 10;
      if (divisor > MAX_DIVISOR) return null;
    }
    if (Math.abs(value) * divisor > MAX_INT4) return null;
  }
  // A later value may have raised the divisor: the largest must still fit.
  for (let i = from; divisor > 1 && i < to; i++) if (Math.abs(values[i] ?? 0) * divisor > MAX_INT4) return null;
  return divisor;
}

function hasCode(quality: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (quality[i] !== 0) return true;
  return false;
}

/** Columns that `readSegment` expects, in its order. */
export const READ_COLUMNS = "stream_id, t0, tick_us, dt, v, divisor, m, q";

export function readSegment(row: CopyReader): OrderedReadings {
  const streamId = row.int4();
  const start = row.timeUs();
  const tickUs = row.int8();
  const offsets = row.int4Array();
  const floats = row.float8Array();
  const divisor = row.int4OrNull();
  const values = floats ?? row.scaledArray(divisor ?? 1);
  if (floats) row.skip();
  const quality = row.codeArray();
  const us = new Float64Array(values.length);
  for (let i = 0; i < us.length; i++) us[i] = start + (offsets ? (offsets[i] ?? 0) : i) * tickUs;
  return { streamId, us, values, quality };
}
