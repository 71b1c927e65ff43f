import type { Aggregate } from "./pipeline";

/** Readings of one stream inside one window, in time order; times are epoch ms. */
export interface WindowSeries {
  tsMs: readonly number[];
  values: readonly number[];
}

/**
 * Condenses a window into one number. The trainer and the edge both call this, so a model is scored on exactly what it
 * was trained on. `NaN` when the window holds too few readings to say.
 *
 *     mean      Σx / n                     std       √(Σ(x − mean)² / n), 0 for one reading
 *     rms       √(Σx² / n)                 p95       linear interpolation between order statistics (Hyndman–Fan type 7)
 *     kurtosis  m4 / m2² − 3 (excess, population), 0 when all readings are equal
 *     slope     least squares, units per second, 0 for one reading or no spread in time
 */
export function aggregate(agg: Aggregate, { tsMs, values }: WindowSeries): number {
  const n = values.length;
  if (n === 0) return Number.NaN;
  switch (agg) {
    case "mean":
      return mean(values);
    case "std":
      return Math.sqrt(centralMoment(values, 2));
    case "rms": {
      let sum = 0;
      for (const value of values) sum += value * value;
      return Math.sqrt(sum / n);
    }
    case "min":
      return values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
    case "max":
      return values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
    case "p95":
      return quantile(values, 0.95);
    case "kurtosis": {
      const variance = centralMoment(values, 2);
      return variance === 0 ? 0 : centralMoment(values, 4) / variance ** 2 - 3;
    }
    case "last":
      return values[n - 1] ?? Number.NaN;
    case "slope":
      return slope(tsMs, values);
  }
}

function mean(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

function centralMoment(values: readonly number[], power: number): number {
  const centre = mean(values);
  let sum = 0;
  for (const value of values) sum += (value - centre) ** power;
  return sum / values.length;
}

function quantile(values: readonly number[], q: number): number {
  const sorted = Float64Array.from(values).sort();
  const at = (sorted.length - 1) * q;
  const low = sorted[Math.floor(at)] ?? Number.NaN;
  const high = sorted[Math.ceil(at)] ?? Number.NaN;
  return low + (high - low) * (at - Math.floor(at));
}

function slope(tsMs: readonly number[], values: readonly number[]): number {
  const meanT = mean(tsMs);
  const meanV = mean(values);
  let over = 0;
  let under = 0;
  values.forEach((value, index) => {
    const t = ((tsMs[index] ?? meanT) - meanT) / 1_000;
    over += t * (value - meanV);
    under += t * t;
  });
  return under === 0 ? 0 : over / under;
}
