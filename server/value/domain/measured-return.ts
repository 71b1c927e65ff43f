import type { MeasuredEffect } from "./baseline";
import { demandNumber } from "./fault";
import { roundCents } from "./money";
import { type ReturnRange, RETURN_WINDOW_DAYS } from "./ninety-day-return";

const DAY_MS = 86_400_000;

/** Where a use case stands in its ninety days. The clock starts once, at go-live, and never again. */
export type Clock =
  | { state: "not started" }
  | { state: "running"; day: number; daysLeft: number }
  | { state: "over"; day: number };

/** Day 1 is the day of go-live. A go-live in the future has not started the clock. */
export function ninetyDayClock(goLiveAtMs: number | null, nowMs: number): Clock {
  if (goLiveAtMs === null || nowMs < goLiveAtMs) return { state: "not started" };
  const day = Math.floor((nowMs - goLiveAtMs) / DAY_MS) + 1;
  return day > RETURN_WINDOW_DAYS
    ? { state: "over", day }
    : { state: "running", day, daysLeft: RETURN_WINDOW_DAYS - day };
}

/** Cash: the one-off is paid on day one. Amortised: it is spread over its useful life. Never shown without its name. */
export type CostBasis = "cash" | "amortised";

/** A change that has nothing to do with the use case (a new shift, a closed line), in cents on a day since go-live. */
export interface Adjustment {
  /** 0 = the day of go-live */
  day: number;
  cents: number;
  reason: string;
}

export interface MeasuredCosts {
  oneOffCents: number;
  runCentsPerDay: number;
  sharedCents: number;
  usefulLifeDays: number;
}

export interface MeasuredReturn {
  basis: CostBasis;
  benefitCents: number;
  costCents: number;
  netCents: number;
  /** ratio, with its 95 % interval; null when nothing was spent so far */
  roi: number | null;
  roiLow: number | null;
  roiHigh: number | null;
  /** the first day (1 = go-live) on which the cumulated net is at least 0; null when there is none yet */
  breakEvenDay: number | null;
  days: number;
  missingDays: number;
}

/**
 * Return to date, measured against the baseline: Σ effect of the day · value per unit, plus recorded adjustments, against
 * what was spent. A day without a measurement earns nothing and is counted: what was not seen is not claimed.
 *
 * @throws {FigureError} naming the field
 */
export function measuredReturn(
  effect: MeasuredEffect,
  centsPerUnit: number,
  costs: MeasuredCosts,
  basis: CostBasis,
  adjustments: readonly Adjustment[] = [],
): MeasuredReturn {
  demandNumber("centsPerUnit", centsPerUnit, { min: 0 });
  demandNumber("oneOffCents", costs.oneOffCents, { min: 0 });
  demandNumber("runCentsPerDay", costs.runCentsPerDay, { min: 0 });
  demandNumber("sharedCents", costs.sharedCents, { min: 0 });
  demandNumber("usefulLifeDays", costs.usefulLifeDays, { above: 0 });
  const days = effect.daily.length;
  const adjusted = Array.from({ length: days }, () => 0);
  for (const [index, { day, cents }] of adjustments.entries()) {
    demandNumber(`adjustments.${index}.day`, day, { min: 0, max: days - 1 });
    demandNumber(`adjustments.${index}.cents`, cents);
    adjusted[day] = (adjusted[day] ?? 0) + cents;
  }
  let [benefit, cost] = [0, 0];
  let breakEvenDay: number | null = null;
  for (const [day, change] of effect.daily.entries()) {
    benefit += (change ?? 0) * centsPerUnit + (adjusted[day] ?? 0);
    cost = costAfter(day + 1, costs, basis);
    if (breakEvenDay === null && benefit - cost >= 0) breakEvenDay = day + 1;
  }
  const reach = (effect.high - effect.perDay) * effect.measuredDays * centsPerUnit;
  const ratio = (earned: number): number | null => (cost > 0 ? (earned - cost) / cost : null);
  return {
    basis,
    benefitCents: roundCents(benefit),
    costCents: roundCents(cost),
    netCents: roundCents(benefit - cost),
    roi: ratio(benefit),
    roiLow: ratio(benefit - reach),
    roiHigh: ratio(benefit + reach),
    breakEvenDay,
    days,
    missingDays: effect.missingDays,
  };
}

function costAfter(days: number, costs: MeasuredCosts, basis: CostBasis): number {
  const upFront = costs.oneOffCents + costs.sharedCents;
  const paid = basis === "cash" ? upFront : upFront * Math.min(1, days / costs.usefulLifeDays);
  return paid + costs.runCentsPerDay * days;
}

/** Where a measured return lies in the range that was forecast for it. */
export function againstForecast(
  roi: number,
  { p10, p90 }: Pick<ReturnRange, "p10" | "p90">,
): "below" | "within" | "above" {
  if (roi < p10) return "below";
  return roi > p90 ? "above" : "within";
}
