/** The noise of a daily series: how far days scatter, and how much a day resembles the one before. */
export interface Noise {
  /** standard deviation of the days */
  deviation: number;
  /** lag-1 autocorrelation, 0 up to 0.99 */
  rho: number;
  /** days with a value */
  days: number;
}

/** Above this a series is a random walk as far as its length can tell, and no mean of it can be compared. */
const HIGHEST_RHO = 0.99;
/** Fewer pairs of neighbouring days say nothing about their likeness. */
const LEAST_PAIRS = 10;

/**
 * Deviation and lag-1 autocorrelation of daily values around their mean, `null` = a day without one. Only days that are
 * neighbours make a pair. The estimate is biased low, by about (1 + 3ρ)/n (Kendall 1954); that is added back, because too
 * low a ρ sees effects where there are none. A negative ρ counts as 0: it would promise more than white noise.
 *
 * `null` when there are fewer than ten pairs, or all days are alike.
 */
export function noiseOf(values: readonly (number | null)[], fitted = 1): Noise | null {
  const present = values.filter((value) => value !== null);
  const days = present.length;
  const mean = present.reduce((sum, value) => sum + value, 0) / days;
  let square = 0;
  let product = 0;
  let pairs = 0;
  for (const [day, value] of values.entries()) {
    if (value === null) continue;
    square += (value - mean) ** 2;
    const before = values[day - 1];
    if (before === undefined || before === null) continue;
    product += (value - mean) * (before - mean);
    pairs += 1;
  }
  if (pairs < LEAST_PAIRS || days <= fitted || square <= 1e-18 * days * mean ** 2) return null;
  const raw = product / pairs / (square / days);
  const corrected = (days * raw + 1) / (days - 3);
  return {
    deviation: Math.sqrt(square / (days - fitted)),
    rho: Math.min(HIGHEST_RHO, Math.max(0, corrected)),
    days,
  };
}

/** How many times fewer independent days there are than days: (1 + ρ)/(1 − ρ). */
export function inflation(rho: number): number {
  return (1 + rho) / (1 - rho);
}
