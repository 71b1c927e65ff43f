/** Where ticks stand, and how a time axis reads. Pure: a chart and its test agree on the same numbers. */
export interface ValueAxis {
  min: number;
  max: number;
  ticks: number[];
}

/**
 * A value axis that holds all data and the limits that are near, with about `wanted` round ticks. Zero is on it when the data is near
 * enough that its distance to zero says something (lowest value under 70 % of the highest).
 */
export function valueAxis(
  low: number | null,
  high: number | null,
  limits: readonly (number | null)[],
  wanted = 4,
): ValueAxis {
  let min = low ?? 0;
  let max = high ?? 1;
  const span = max - min;
  for (const limit of limits) {
    // A limit further away than three times the data's own spread (or half its size) would flatten the line.
    if (limit === null) continue;
    const reach = Math.max(3 * span, Math.abs(max) * 0.75);
    if (limit > max && limit - max <= reach) max = limit;
    if (limit < min && min - limit <= reach) min = limit;
  }
  if (min > 0 && min < 0.7 * max) min = 0;
  if (max < 0 && max > 0.7 * min) max = 0;
  if (min === max) {
    const pad = Math.abs(min) * 0.05 || 1;
    min -= pad;
    max += pad;
  }
  const step = niceStep((max - min) / wanted);
  const first = Math.floor(min / step + 1e-9);
  // Nothing touches the upper edge: a label stands there.
  const last = Math.ceil((max + (max - min) * 0.03) / step - 1e-9);
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
  return { min: ticks[0] ?? min, max: ticks.at(-1) ?? max, ticks };
}

/** The round step (1, 1.5, 2, 2.5, 5 × 10ⁿ) nearest above. */
function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 1.5, 2, 2.5, 5, 10].find((f) => f * power >= rough * 0.999) ?? 10;
  return factor * power;
}

export interface TimeTick {
  tsMs: number;
  label: string;
  /** Starts a new day: drawn stronger, with its date. */
  day: boolean;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const TIME_STEPS_MS = [
  SECOND,
  2 * SECOND,
  5 * SECOND,
  10 * SECOND,
  15 * SECOND,
  30 * SECOND,
  MINUTE,
  2 * MINUTE,
  5 * MINUTE,
  10 * MINUTE,
  15 * MINUTE,
  30 * MINUTE,
  HOUR,
  2 * HOUR,
  3 * HOUR,
  6 * HOUR,
  12 * HOUR,
  DAY,
  2 * DAY,
  7 * DAY,
  14 * DAY,
  28 * DAY,
  91 * DAY,
];

/** Round times of a wall clock in `timeZone`, at most `most` of them. */
export function timeTicks(fromMs: number, toMs: number, timeZone: string, most: number): TimeTick[] {
  const stepMs = TIME_STEPS_MS.find((step) => (toMs - fromMs) / step <= most) ?? 365 * DAY;
  const offset = wallOffsetMs(fromMs, timeZone);
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    hour: "2-digit",
    minute: "2-digit",
    second: stepMs < MINUTE ? "2-digit" : undefined,
  });
  const date = new Intl.DateTimeFormat("en-GB", { timeZone, day: "numeric", month: "short" });
  const ticks: TimeTick[] = [];
  for (let tsMs = Math.ceil((fromMs + offset) / stepMs) * stepMs - offset; tsMs <= toMs; tsMs += stepMs) {
    const day = stepMs >= DAY || Math.abs((((tsMs + offset) % DAY) + DAY) % DAY) < 1;
    ticks.push({ tsMs, label: day ? date.format(tsMs) : format.format(tsMs), day });
  }
  return ticks;
}

/** How far a wall clock in the zone is ahead of UTC, in ms, to the minute. */
function wallOffsetMs(tsMs: number, timeZone: string): number {
  const text =
    new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "longOffset" })
      .formatToParts(tsMs)
      .find((part) => part.type === "timeZoneName")?.value ?? "GMT";
  const match = /GMT([+-])(\d{2}):(\d{2})/.exec(text);
  if (!match) return 0;
  return (match[1] === "-" ? -1 : 1) * (Number(match[2]) * HOUR + Number(match[3]) * MINUTE);
}

/** A full stamp for a cursor or table: `24 Nov 06:30:12`, with milliseconds when readings are closer than a second. */
export function stamp(tsMs: number, timeZone: string, fine: boolean): string {
  return new Intl.DateTimeFormat("en-GB", {
    timeZone,
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    fractionalSecondDigits: fine ? 3 : undefined,
  })
    .format(tsMs)
    .replace(",", "");
}

export interface ChartRow {
  t: number;
  mean: number | null;
  band: [number, number] | null;
}

interface Columns {
  tsMs: readonly number[];
  mean: readonly (number | null)[];
  min: readonly (number | null)[];
  max: readonly (number | null)[];
  bucketMs: number | null;
}

/** Readings newer than the points, one by one or in the buckets that the points have, so that the end of the line is no noisier. */
function tailRows(points: Columns, tail: readonly { tsMs: number; value: number | null }[]): ChartRow[] {
  const { bucketMs } = points;
  const last = points.tsMs.at(-1) ?? -Infinity;
  if (bucketMs === null)
    return tail.filter(({ tsMs }) => tsMs > last).map(({ tsMs, value }) => ({ t: tsMs, mean: value, band: null }));
  const buckets = new Map<number, number[]>();
  for (const { tsMs, value } of tail) {
    const start = Math.floor(tsMs / bucketMs) * bucketMs;
    if (start <= last || value === null) continue;
    const values = buckets.get(start) ?? [];
    values.push(value);
    buckets.set(start, values);
  }
  return [...buckets].map(([start, values]) => ({
    t: start + bucketMs / 2,
    mean: values.reduce((sum, value) => sum + value, 0) / values.length,
    band: [Math.min(...values), Math.max(...values)],
  }));
}

/**
 * Points as rows for the chart, with the line broken inside every stretch that has no data: a line drawn across a gap would be a claim
 * that nobody measured. Bucket points stand in the middle of their bucket.
 */
export function chartRows(
  points: Columns,
  breaks: readonly { fromMs: number; toMs: number }[],
  tail: readonly { tsMs: number; value: number | null }[],
): ChartRow[] {
  const shift = (points.bucketMs ?? 0) / 2;
  const rows: ChartRow[] = points.tsMs.map((tsMs, i) => {
    const low = points.min[i] ?? null;
    const high = points.max[i] ?? null;
    return {
      t: tsMs + shift,
      mean: points.mean[i] ?? null,
      band: points.bucketMs !== null && low !== null && high !== null ? [low, high] : null,
    };
  });
  rows.push(...tailRows(points, tail));
  for (const { fromMs, toMs } of breaks) rows.push({ t: (fromMs + toMs) / 2, mean: null, band: null });
  return rows.sort((a, b) => a.t - b.t);
}
