import { type Explained, term } from "./explained";
import { type Estimate, demandEstimate, estimateMean, type Shape } from "./estimate";
import { demandNumber } from "./fault";

export const MONTHS = 12;
export const DAYS_PER_MONTH = 365 / MONTHS;

export interface NetValueInput {
  benefitCentsPerDay: Estimate;
  adoption: Estimate;
  technicalProbability: Estimate;
  oneOffCents: Estimate;
  runCentsPerDay: Estimate;
  /** what has to be bought for it that is not there yet */
  missingAssetsCents: number;
  rampDays: number;
  /** per year: 0.08 is 8 % */
  discountRate: number;
  shape: Shape;
}

/**
 * Risk-adjusted net present value over twelve months from go-live, at the means of the estimates:
 *
 *     −(one-off + missing assets) + P(works) · Σₘ (P(adopted) · benefitₘ · rampₘ − runₘ) / (1 + r)^(m/12)
 *
 * What does not work is stopped, so its run cost is not paid: the bracket of Cooper's expected commercial value.
 *
 * @throws {FigureError} naming the field
 */
export function riskAdjustedNetValue(input: NetValueInput): Explained {
  const { shape, rampDays, discountRate, missingAssetsCents } = input;
  const share = { min: 0, max: 1 };
  const benefit = estimateMean(demandEstimate("benefitCentsPerDay", input.benefitCentsPerDay), shape);
  const adoption = estimateMean(demandEstimate("adoption", input.adoption, share), shape);
  const works = estimateMean(demandEstimate("technicalProbability", input.technicalProbability, share), shape);
  const oneOff = estimateMean(demandEstimate("oneOffCents", input.oneOffCents, { min: 0 }), shape);
  const run = estimateMean(demandEstimate("runCentsPerDay", input.runCentsPerDay, { min: 0 }), shape);
  demandNumber("missingAssetsCents", missingAssetsCents, { min: 0 });
  demandNumber("rampDays", rampDays, { min: 0 });
  demandNumber("discountRate", discountRate, { above: -1 });

  let earned = 0;
  let spent = 0;
  for (let month = 1; month <= MONTHS; month += 1) {
    const discount = (1 + discountRate) ** (month / MONTHS);
    const ramped = rampedDays(month * DAYS_PER_MONTH, rampDays) - rampedDays((month - 1) * DAYS_PER_MONTH, rampDays);
    earned += (works * adoption * benefit * ramped) / discount;
    spent += (works * run * DAYS_PER_MONTH) / discount;
  }
  return {
    value: earned - spent - oneOff - missingAssetsCents,
    unit: "cents",
    formula: "benefit − run cost − one-off − missing assets",
    terms: [
      term("benefit", earned, "cents"),
      term("run cost", spent, "cents"),
      term("one-off", oneOff, "cents"),
      term("missing assets", missingAssetsCents, "cents"),
      term("P(works)", works),
      term("P(adopted)", adoption),
    ],
  };
}

/** Days of full effect within the first `days` after go-live, when the effect grows linearly over `rampDays`. */
export function rampedDays(days: number, rampDays: number): number {
  return days < rampDays ? days ** 2 / (2 * rampDays) : days - rampDays / 2;
}
