import type { Aggregate } from "./pipeline";

/** Numbers by position, such as an array or a typed one. */
type Numbers = Iterable<number> & ArrayLike<number>;

/** Readings of one stream inside one window, in time order; times are epoch ms. */
export interface WindowSeries {
  tsMs: Numbers;
  values: Numbers;
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
  return aggregateRange(agg, tsMs, values, 0, values.length);
}

/** The same of the readings `[from, to)` of longer columns, without taking them out. */
export function aggregateRange(
  agg: Aggregate,
  tsMs: ArrayLike<number>,
  values: ArrayLike<number>,
  from: number,
  to: number,
): number {
  const n = to - from;
  if (n <= 0) return Number.NaN;
  switch (agg) {
    case "mean":
      return mean(values, from, to);
    case "std":
      return Math.sqrt(centralMoment(values, from, to, 2));
    case "rms": {
      let sum = 0;
      for (let at = from; at < to; at += 1) {
        const value = numberAt(values, at);
        sum += value * value;
      }
      return Math.sqrt(sum / n);
    }
    case "min": {
      let least = Number.POSITIVE_INFINITY;
      for (let at = from; at < to; at += 1) least = Math.min(least, numberAt(values, at));
      return least;
    }
    case "max": {
      let most = Number.NEGATIVE_INFINITY;
      for (let at = from; at < to; at += 1) most = Math.max(most, numberAt(values, at));
      return most;
    }
    case "p95":
      return quantile(values, from, to, 0.95);
    case "kurtosis": {
      const variance = centralMoment(values, from, to, 2);
      return variance === 0 ? 0 : centralMoment(values, from, to, 4) / variance ** 2 - 3;
    }
    case "last":
      return numberAt(values, to - 1);
    case "slope":
      return slope(tsMs, values, from, to);
  }
}

function numberAt(values: ArrayLike<number>, at: number): number {
  return values[at] ?? Number.NaN;
}

function mean(values: ArrayLike<number>, from: number, to: number): number {
  let sum = 0;
  for (let at = from; at < to; at += 1) sum += numberAt(values, at);
  return sum / (to - from);
}

function centralMoment(values: ArrayLike<number>, from: number, to: number, power: number): number {
  const centre = mean(values, from, to);
  let sum = 0;
  for (let at = from; at < to; at += 1) sum += (numberAt(values, at) - centre) ** power;
  return sum / (to - from);
}

function quantile(values: ArrayLike<number>, from: number, to: number, q: number): number {
  const sorted = new Float64Array(to - from);
  for (let at = from; at < to; at += 1) sorted[at - from] = numberAt(values, at);
  sorted.sort();
  const at = (sorted.length - 1) * q;
  const low = sorted[Math.floor(at)] ?? Number.NaN;
  const high = sorted[Math.ceil(at)] ?? Number.NaN;
  return low + (high - low) * (at - Math.floor(at));
}

function slope(tsMs: ArrayLike<number>, values: ArrayLike<number>, from: number, to: number): number {
  const meanT = mean(tsMs, from, to);
  const meanV = mean(values, from, to);
  let over = 0;
  let under = 0;
  for (let at = from; at < to; at += 1) {
    const t = (numberAt(tsMs, at) - meanT) / 1_000;
    over += t * (numberAt(values, at) - meanV);
    under += t * t;
  }
  return under === 0 ? 0 : over / under;
}
