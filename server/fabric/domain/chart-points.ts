/**
 * A stream's points as the browser gets them: parallel columns, `null` where a number is not known. `n` is how many readings a point
 * stands for; `bucketMs` is null when every point is one reading.
 */
export interface ChartPoints {
  tsMs: number[];
  mean: (number | null)[];
  min: (number | null)[];
  max: (number | null)[];
  n: number[];
  source: "raw" | "1m" | "1h" | "1d" | "none";
  bucketMs: number | null;
}

/** A rollup as the time-series port gives it, as far as it is needed here. */
interface RollupColumns {
  tsMs: Float64Array;
  values: Float64Array;
  min: Float64Array;
  max: Float64Array;
  n: Float64Array;
  source: "raw" | "1m" | "1h" | "1d";
  bucketMs: number | null;
}

interface ReadingColumns {
  tsMs: Float64Array;
  values: Float64Array;
  quality: Uint8Array;
}

const NOTHING: ChartPoints = { tsMs: [], mean: [], min: [], max: [], n: [], source: "none", bucketMs: null };
const BUCKET_STEPS_MS = [
  100, 200, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 900_000, 1_800_000,
  3_600_000,
];
/** good, uncertain, substituted: the codes whose values count (sdk/wire/quality.ts). */
const USABLE = new Set([0, 1, 7]);

/** JSON has no NaN: a point without a usable value becomes null and breaks the line. */
export function rollupPoints(series: RollupColumns | null): ChartPoints {
  if (!series || series.tsMs.length === 0) return NOTHING;
  const finite = (column: Float64Array) => Array.from(column, (x) => (Number.isFinite(x) ? x : null));
  return {
    tsMs: Array.from(series.tsMs),
    mean: finite(series.values),
    min: finite(series.min),
    max: finite(series.max),
    n: Array.from(series.n),
    source: series.source,
    bucketMs: series.bucketMs,
  };
}

/**
 * Readings as at most `maxPoints` points. Up to that many are drawn one by one; more are put into buckets of a round length that start
 * at multiples of it, with min, max and mean of the usable readings. Buckets do not move when the range does, so a live chart does
 * not flicker.
 */
export function readingPoints(
  readings: ReadingColumns,
  range: { fromMs: number; toMs: number },
  maxPoints: number,
): ChartPoints {
  const count = readings.tsMs.length;
  if (count === 0) return NOTHING;
  const usable = (i: number) => USABLE.has(readings.quality[i] ?? 0) && Number.isFinite(readings.values[i]);
  if (count <= maxPoints) {
    const mean = Array.from(readings.values, (value, i) => (usable(i) ? value : null));
    return {
      tsMs: Array.from(readings.tsMs),
      mean,
      min: mean,
      max: mean,
      n: mean.map((value) => (value === null ? 0 : 1)),
      source: "raw",
      bucketMs: null,
    };
  }
  const atLeastMs = (range.toMs - range.fromMs) / (maxPoints - 1);
  const bucketMs = BUCKET_STEPS_MS.find((step) => step >= atLeastMs) ?? Math.ceil(atLeastMs / 3_600_000) * 3_600_000;
  const points: ChartPoints = { tsMs: [], mean: [], min: [], max: [], n: [], source: "raw", bucketMs };
  let bucket = Number.NaN;
  let n = 0;
  let sum = 0;
  let low = Infinity;
  let high = -Infinity;
  const close = () => {
    if (Number.isNaN(bucket)) return;
    points.tsMs.push(bucket * bucketMs);
    points.mean.push(n > 0 ? sum / n : null);
    points.min.push(n > 0 ? low : null);
    points.max.push(n > 0 ? high : null);
    points.n.push(n);
  };
  for (let i = 0; i < count; i++) {
    const at = Math.floor((readings.tsMs[i] ?? 0) / bucketMs);
    if (at !== bucket) {
      close();
      bucket = at;
      n = sum = 0;
      low = Infinity;
      high = -Infinity;
    }
    if (!usable(i)) continue;
    const value = readings.values[i] ?? 0;
    n += 1;
    sum += value;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  close();
  return points;
}

export interface RangeStats {
  received: number;
  mean: number | null;
  min: { value: number; tsMs: number } | null;
  max: { value: number; tsMs: number } | null;
}

/** Statistics of the whole range from its points: the mean is weighted by the readings behind each point, the extremes are exact. */
export function rangeStats(points: ChartPoints): RangeStats {
  let received = 0;
  let weighted = 0;
  let min: RangeStats["min"] = null;
  let max: RangeStats["max"] = null;
  for (const [i, tsMs] of points.tsMs.entries()) {
    const n = points.n[i] ?? 0;
    const mean = points.mean[i] ?? null;
    if (mean === null) continue;
    received += n;
    weighted += mean * n;
    const low = points.min[i] ?? mean;
    const high = points.max[i] ?? mean;
    if (min === null || low < min.value) min = { value: low, tsMs };
    if (max === null || high > max.value) max = { value: high, tsMs };
  }
  return { received, mean: received > 0 ? weighted / received : null, min, max };
}

export interface Stretch {
  fromMs: number;
  toMs: number;
}

/**
 * Stretches inside the range in which no reading arrived although the rate promises some: longer than three periods (of the stream or
 * of the bucket, whichever is longer). Without a rate nothing is promised, and only breaks longer than ten median steps count.
 */
export function silentStretches(
  points: ChartPoints,
  rateHz: number | null,
  range: { fromMs: number; toMs: number },
): Stretch[] {
  const present = points.tsMs.filter((_, i) => (points.mean[i] ?? null) !== null);
  if (present.length === 0) return [];
  const steps = present
    .slice(1)
    .map((ts, i) => ts - (present[i] ?? ts))
    .sort((a, b) => a - b);
  const medianStep = steps[Math.floor(steps.length / 2)] ?? 0;
  const bucketMs = points.bucketMs ?? 0;
  const limitMs =
    rateHz === null
      ? Math.max(10 * medianStep, 3 * bucketMs, 60_000)
      : Math.max(3 * (1_000 / rateHz), 3 * bucketMs, 3 * medianStep, 3_000);
  const stretches: Stretch[] = [];
  let previous = range.fromMs;
  for (const ts of present) {
    if (ts - previous > limitMs)
      stretches.push({ fromMs: previous === range.fromMs ? previous : previous + bucketMs, toMs: ts });
    previous = ts;
  }
  if (range.toMs - previous > Math.max(limitMs, 15_000))
    stretches.push({ fromMs: previous + bucketMs, toMs: range.toMs });
  return stretches;
}

/** A stream's declared rate, and since when it holds, epoch ms: a past that was written later has a pace of its own. */
export interface DeclaredRate {
  rateHz: number | null;
  sinceMs: number;
}

/** Silent stretches of a range in which the declared rate holds only from some time on; before it nothing is promised. */
export function unheardStretches(
  points: ChartPoints,
  { rateHz, sinceMs }: DeclaredRate,
  range: { fromMs: number; toMs: number },
): Stretch[] {
  if (range.fromMs >= sinceMs) return silentStretches(points, rateHz, range);
  const part = (isPart: (tsMs: number) => boolean): ChartPoints => ({
    ...points,
    tsMs: points.tsMs.filter(isPart),
    mean: points.mean.filter((_, i) => isPart(points.tsMs[i] ?? 0)),
  });
  const before = { fromMs: range.fromMs, toMs: Math.min(range.toMs, sinceMs) };
  const since = { fromMs: sinceMs, toMs: range.toMs };
  return [
    ...silentStretches(
      part((tsMs) => tsMs < sinceMs),
      null,
      before,
    ),
    ...(since.toMs > since.fromMs
      ? silentStretches(
          part((tsMs) => tsMs >= sinceMs),
          rateHz,
          since,
        )
      : []),
  ];
}

/** Readings since the declared rate holds. */
export function receivedSince(points: ChartPoints, sinceMs: number): number {
  return points.n.reduce((sum, n, i) => ((points.tsMs[i] ?? 0) >= sinceMs ? sum + n : sum), 0);
}
