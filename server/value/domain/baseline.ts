import { inflation, noiseOf } from "./autocorrelation";
import { studentCdf, studentQuantile } from "./distributions";
import { dot, leastSquares, quadraticForm } from "./least-squares";

/** One day of a KPI with what drives it (load, ambient, product mix), in a fixed order. `null`: no value that day. */
export interface KpiDay {
  value: number | null;
  drivers: readonly (number | null)[];
}

/** A baseline is accepted when its scatter is at most this share of the KPI's mean (CV(RMSE), as IPMVP practice has it). */
export const CV_LIMIT = 0.25;
/** Days per coefficient below which a fit describes its noise. */
const DAYS_PER_COEFFICIENT = 5;

/** What the KPI would have been: a linear model on its drivers, fitted before go-live. */
export interface Baseline {
  driverNames: readonly string[];
  /** of the intercept and the standardised drivers */
  coefficients: readonly number[];
  inverse: readonly (readonly number[])[];
  means: readonly number[];
  scales: readonly number[];
  /** the range of each driver in the baseline; a day outside it is an extrapolation */
  ranges: readonly { low: number; high: number }[];
  deviation: number;
  rho: number;
  days: number;
  cvRmse: number;
}

export type BaselineAnswer =
  | { accepted: true; baseline: Baseline }
  | { accepted: false; why: string; baseline: Baseline | null };

/**
 * Fits the baseline on consecutive days before go-live (IPMVP option C: adjusted to the drivers, not just before/after).
 * Refused, with the reason: too few days, a driver that never changed or that the others already explain, a scatter
 * above the limit. R² is no criterion: it says how much the KPI moved, not how well it is known.
 */
export function fitBaseline(
  days: readonly KpiDay[],
  driverNames: readonly string[],
  cvLimit = CV_LIMIT,
): BaselineAnswer {
  const complete = days.map((day) => completed(day, driverNames.length));
  const used = complete.filter((day) => day !== null);
  const least = DAYS_PER_COEFFICIENT * (driverNames.length + 1);
  if (used.length < least) {
    return refused(
      `The baseline has ${used.length} complete days; ${least} are the least for ${driverNames.length} drivers.`,
    );
  }
  const columns = driverNames.map((_, index) => used.map(({ drivers }) => drivers[index] ?? 0));
  const means = columns.map((column) => column.reduce((sum, x) => sum + x, 0) / column.length);
  const scales = columns.map((column, index) =>
    Math.sqrt(column.reduce((sum, x) => sum + (x - (means[index] ?? 0)) ** 2, 0) / column.length),
  );
  const still = scales.findIndex((scale, index) => scale <= 1e-9 * Math.max(1e-300, Math.abs(means[index] ?? 0)));
  if (still >= 0) return refused(`${driverNames[still]} never changed in the baseline: leave it out.`);

  const rowOf = (drivers: readonly number[]): number[] => standardised(drivers, means, scales);
  const fit = leastSquares(
    used.map(({ drivers }) => rowOf(drivers)),
    used.map(({ value }) => value),
  );
  if ("dependent" in fit) {
    return refused(`${driverNames[fit.dependent - 1]} says nothing that the other drivers do not: leave it out.`);
  }
  const residuals = complete.map((day) =>
    day === null ? null : day.value - dot(fit.coefficients, rowOf(day.drivers)),
  );
  const noise = noiseOf(residuals, driverNames.length + 1);
  if (!noise) return refused("The baseline does not scatter, or has too few neighbouring days to know how.");
  const mean = used.reduce((sum, { value }) => sum + value, 0) / used.length;
  const baseline: Baseline = {
    driverNames,
    coefficients: fit.coefficients,
    inverse: fit.inverse,
    means,
    scales,
    ranges: columns.map((column) => ({ low: Math.min(...column), high: Math.max(...column) })),
    deviation: noise.deviation,
    rho: noise.rho,
    days: used.length,
    cvRmse: noise.deviation / Math.abs(mean),
  };
  if (!(baseline.cvRmse <= cvLimit)) {
    const percent = (share: number): string => `${Math.round(share * 100)} %`;
    const scatter = Number.isFinite(baseline.cvRmse) ? percent(baseline.cvRmse) : "more than any share";
    const why = `The baseline scatters by ${scatter} of the KPI's mean; ${percent(cvLimit)} is the limit. Add what drives it.`;
    return { accepted: false, why, baseline };
  }
  return { accepted: true, baseline };
}

function refused(why: string): BaselineAnswer {
  return { accepted: false, why, baseline: null };
}

function completed({ value, drivers }: KpiDay, width: number): { value: number; drivers: number[] } | null {
  if (value === null || !Number.isFinite(value)) return null;
  const present = drivers.filter((driver) => driver !== null && Number.isFinite(driver)).map(Number);
  return present.length === width && drivers.length === width ? { value, drivers: present } : null;
}

function standardised(drivers: readonly number[], means: readonly number[], scales: readonly number[]): number[] {
  return [1, ...drivers.map((x, index) => (x - (means[index] ?? 0)) / (scales[index] ?? 1))];
}

/** What the KPI would have been on a day; `null` when a driver has no value. */
export function predictDay(
  { coefficients, means, scales }: Baseline,
  drivers: readonly (number | null)[],
): number | null {
  const full = completed({ value: 0, drivers }, means.length);
  return full === null ? null : dot(coefficients, standardised(full.drivers, means, scales));
}

/** Which way is better for the KPI. */
export type Direction = "up" | "down";

/** What changed since go-live, for the better when positive, in the KPI's unit per day. */
export interface MeasuredEffect {
  perDay: number;
  /** 95 % interval */
  low: number;
  high: number;
  /** how often chance alone would show as much */
  pValue: number;
  measuredDays: number;
  missingDays: number;
  /** measured days on which a driver was outside its range in the baseline */
  extrapolatedDays: number;
  /** the change day by day; null where nothing was measured */
  daily: readonly (number | null)[];
}

/**
 * The effect since go-live: the mean distance between the baseline's prediction and what was measured, with an interval
 * that knows of both the noise of the days and the uncertainty of the baseline, widened for autocorrelation:
 *
 *     Var = σ² · (1 + ρ)/(1 − ρ) · (1/n₁ + x̄₁ᵀ(XᵀX)⁻¹x̄₁)
 *
 * Without the widening, days that resemble their neighbours showed a "saving" in one case of four where there was none.
 * `null` when no day since go-live is complete.
 */
export function measureEffect(
  baseline: Baseline,
  days: readonly KpiDay[],
  direction: Direction,
): MeasuredEffect | null {
  const sign = direction === "up" ? 1 : -1;
  const width = baseline.driverNames.length;
  const daily: (number | null)[] = [];
  const sum = Array.from({ length: width + 1 }, () => 0);
  let total = 0;
  let measuredDays = 0;
  let extrapolatedDays = 0;
  for (const day of days) {
    const full = completed(day, width);
    if (!full) {
      daily.push(null);
      continue;
    }
    const row = standardised(full.drivers, baseline.means, baseline.scales);
    const change = sign * (full.value - dot(baseline.coefficients, row));
    daily.push(change);
    total += change;
    measuredDays += 1;
    for (const [index, x] of row.entries()) sum[index] = (sum[index] ?? 0) + x;
    const outside = full.drivers.some((x, index) => {
      const range = baseline.ranges[index];
      return range !== undefined && (x < range.low || x > range.high);
    });
    if (outside) extrapolatedDays += 1;
  }
  if (measuredDays === 0) return null;
  const perDay = total / measuredDays;
  const centre = sum.map((x) => x / measuredDays);
  const spread = inflation(baseline.rho);
  const error = baseline.deviation * Math.sqrt(spread * (1 / measuredDays + quadraticForm(centre, baseline.inverse)));
  const freedom = Math.max(1, baseline.days / spread - width - 1);
  const reach = studentQuantile(0.975, freedom) * error;
  return {
    perDay,
    low: perDay - reach,
    high: perDay + reach,
    pValue: 2 * (1 - studentCdf(Math.abs(perDay / error), freedom)),
    measuredDays,
    missingDays: days.length - measuredDays,
    extrapolatedDays,
    daily,
  };
}
