/**
 * A stream's points as the browser gets them: parallel columns, `null` where a number is not known. `n` is how many usable readings a
 * point stands for, `bad` how many arrived that the device itself marks as not to be used; `bucketMs` is null when every point is one
 * reading.
 */
export interface ChartPoints {
  tsMs: number[];
  mean: (number | null)[];
  min: (number | null)[];
  max: (number | null)[];
  n: number[];
  bad: number[];
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
  bad: Float64Array;
  source: "raw" | "1m" | "1h" | "1d";
  bucketMs: number | null;
}

interface ReadingColumns {
  tsMs: Float64Array;
  values: Float64Array;
  quality: Uint8Array;
}

const NOTHING: ChartPoints = { tsMs: [], mean: [], min: [], max: [], n: [], bad: [], source: "none", bucketMs: null };
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
    bad: Array.from(series.bad),
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
      bad: mean.map((value) => (value === null ? 1 : 0)),
      source: "raw",
      bucketMs: null,
    };
  }
  const atLeastMs = (range.toMs - range.fromMs) / (maxPoints - 1);
  const bucketMs = BUCKET_STEPS_MS.find((step) => step >= atLeastMs) ?? Math.ceil(atLeastMs / 3_600_000) * 3_600_000;
  const points: ChartPoints = { tsMs: [], mean: [], min: [], max: [], n: [], bad: [], source: "raw", bucketMs };
  let bucket = Number.NaN;
  let n = 0;
  let bad = 0;
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
    points.bad.push(bad);
  };
  for (let i = 0; i < count; i++) {
    const at = Math.floor((readings.tsMs[i] ?? 0) / bucketMs);
    if (at !== bucket) {
      close();
      bucket = at;
      n = bad = sum = 0;
      low = Infinity;
      high = -Infinity;
    }
    if (!usable(i)) {
      bad += 1;
      continue;
    }
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
  /** all that arrived, also what is not to be used */
  received: number;
  unusable: number;
  mean: number | null;
  min: { value: number; tsMs: number } | null;
  max: { value: number; tsMs: number } | null;
}

/** Statistics of the whole range from its points: the mean is weighted by the usable readings behind each point, the extremes are exact. */
export function rangeStats(points: ChartPoints): RangeStats {
  let usable = 0;
  let unusable = 0;
  let weighted = 0;
  let min: RangeStats["min"] = null;
  let max: RangeStats["max"] = null;
  for (const [i, tsMs] of points.tsMs.entries()) {
    const n = points.n[i] ?? 0;
    const mean = points.mean[i] ?? null;
    unusable += points.bad[i] ?? 0;
    if (mean === null) continue;
    usable += n;
    weighted += mean * n;
    const low = points.min[i] ?? mean;
    const high = points.max[i] ?? mean;
    if (min === null || low < min.value) min = { value: low, tsMs };
    if (max === null || high > max.value) max = { value: high, tsMs };
  }
  return { received: usable + unusable, unusable, mean: usable > 0 ? weighted / usable : null, min, max };
}

/** Readings since the declared rate holds, whatever their quality. */
export function receivedSince(points: ChartPoints, sinceMs: number): number {
  return points.n.reduce((sum, n, i) => ((points.tsMs[i] ?? 0) >= sinceMs ? sum + n + (points.bad[i] ?? 0) : sum), 0);
}
