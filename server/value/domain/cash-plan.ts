import { type CashFlow, internalRate, type InternalRate, netPresentValue, payback } from "./cash-flow";
import { expectedCommercialValue } from "./commercial-value";
import type { Explained } from "./explained";
import { DAYS_PER_MONTH, MONTHS, rampedDays } from "./net-value";
import { expectedOf, type UseCaseFigures } from "./use-case-figures";
import { wsjfMoney } from "./wsjf";

const DAYS_PER_WEEK = 7;

/** What a use case is worth by the measures of finance, all from the same expected cash: its estimate's means, month by month. */
export interface MoneyMeasures {
  /** cents: what is paid today, then what each of twelve months after go-live is expected to bring */
  flow: CashFlow;
  netPresentValue: Explained;
  /** months until it is paid back, in money as it comes and in today's money; null when not within the year */
  paybackMonths: number | null;
  discountedPaybackMonths: number | null;
  /** per month */
  internalRate: InternalRate;
  expectedCommercialValue: Explained;
  /** cost of delay per week over the weeks that it takes; null while nobody said how long it takes */
  wsjf: Explained | null;
}

/**
 * The expected cash of a use case: the one-off cost and what has to be bought today, then for each month
 * P(works) · (P(adopted) · benefit · days of full effect − run cost). What does not work is stopped, and costs nothing more.
 */
export function cashPlan(figures: UseCaseFigures, missingAssetsCents: number): CashFlow {
  const benefit = expectedOf(figures, "benefitCentsPerDay");
  const works = expectedOf(figures, "technicalProbability");
  const adoption = expectedOf(figures, "adoption");
  const run = expectedOf(figures, "runCentsPerDay");
  const months = Array.from({ length: MONTHS }, (_, month) => {
    const full =
      rampedDays((month + 1) * DAYS_PER_MONTH, figures.rampDays) - rampedDays(month * DAYS_PER_MONTH, figures.rampDays);
    return works * (adoption * benefit * full - run * DAYS_PER_MONTH);
  });
  return [-(expectedOf(figures, "oneOffCents") + missingAssetsCents), ...months];
}

/**
 * @param discountRate per year: 0.08 is 8 %
 * @param durationWeeks how long it takes to build, where somebody said so
 * @throws {FigureError} naming the field
 */
export function moneyMeasures(
  figures: UseCaseFigures,
  missingAssetsCents: number,
  discountRate: number,
  durationWeeks: number | null,
): MoneyMeasures {
  const flow = cashPlan(figures, missingAssetsCents);
  const monthly = (1 + discountRate) ** (1 / MONTHS) - 1;
  const works = expectedOf(figures, "technicalProbability");
  const adoption = expectedOf(figures, "adoption");
  const today = (cents: (full: number) => number): number =>
    Array.from({ length: MONTHS }, (_, month) => {
      const ramped = (months: number): number => rampedDays(months * DAYS_PER_MONTH, figures.rampDays);
      return cents(ramped(month + 1) - ramped(month)) / (1 + monthly) ** (month + 1);
    }).reduce((sum, value) => sum + value, 0);
  const fullDay =
    works * (adoption * expectedOf(figures, "benefitCentsPerDay") - expectedOf(figures, "runCentsPerDay"));
  return {
    flow,
    netPresentValue: netPresentValue(flow, monthly),
    paybackMonths: payback(flow),
    discountedPaybackMonths: payback(flow, monthly),
    internalRate: internalRate(flow),
    expectedCommercialValue: expectedCommercialValue({
      presentValueCents: today((full) => expectedOf(figures, "benefitCentsPerDay") * full),
      commercialProbability: adoption,
      launchCents: today(() => expectedOf(figures, "runCentsPerDay") * DAYS_PER_MONTH),
      technicalProbability: works,
      developmentCents: expectedOf(figures, "oneOffCents") + missingAssetsCents,
    }),
    wsjf:
      durationWeeks === null
        ? null
        : wsjfMoney({
            costOfDelayCentsPerWeek: Math.max(0, fullDay) * DAYS_PER_WEEK,
            currency: figures.currency,
            durationWeeks,
          }),
  };
}
