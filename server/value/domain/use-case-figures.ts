import { certain, type Estimate, estimateFaults, estimateMean, type Shape, withoutFigure } from "./estimate";
import type { Explained } from "./explained";
import { centsFault, type Fault, numberFault } from "./fault";
import { riskAdjustedNetValue } from "./net-value";
import { forecastReturn, type ReturnForecast, type ReturnRange } from "./ninety-day-return";

/** What somebody thinks a use case brings and costs. Money is in whole cents of one currency; shares are 0–1. */
export interface UseCaseFigures {
  /** ISO 4217 */
  currency: string;
  /** once everybody uses it and it works */
  benefitCentsPerDay: Estimate;
  adoption: Estimate;
  technicalProbability: Estimate;
  oneOffCents: Estimate;
  runCentsPerDay: Estimate;
  /** days from go-live to the full benefit */
  rampDays: number;
  /** how all five spread between low, mode and high; absent: PERT */
  shape?: Shape | undefined;
}

/** The estimates of the figures by name, in the order a form asks for them. */
export const FIGURES = [
  { field: "benefitCentsPerDay", name: "Benefit per day", isMoney: true },
  { field: "oneOffCents", name: "One-off cost", isMoney: true },
  { field: "runCentsPerDay", name: "Run cost per day", isMoney: true },
  { field: "adoption", name: "Share of use", isMoney: false },
  { field: "technicalProbability", name: "Chance that it works", isMoney: false },
] as const;

const LONGEST_RAMP_DAYS = 3_650;

/** Everything wrong with figures, each at its own field; empty when a return can be forecast from them. */
export function figuresFaults(figures: UseCaseFigures): Fault[] {
  const faults: (Fault | null)[] = FIGURES.flatMap(({ field, isMoney }) => {
    const estimate = figures[field];
    const wrong = estimateFaults(field, estimate, isMoney ? { min: 0 } : { min: 0, max: 1 }).map(withoutFigure);
    if (!isMoney || wrong.length > 0) return wrong;
    return [
      centsFault(`${field}.low`, estimate.low),
      centsFault(`${field}.mode`, estimate.mode),
      centsFault(`${field}.high`, estimate.high),
    ];
  });
  if (!/^[A-Z]{3}$/.test(figures.currency)) {
    faults.push({ field: "currency", code: "currency", hint: "Use a three-letter currency code such as EUR." });
  }
  const days = numberFault("rampDays", figures.rampDays, { min: 0, max: LONGEST_RAMP_DAYS });
  faults.push(
    days ??
      (Number.isInteger(figures.rampDays)
        ? null
        : { field: "rampDays", code: "not_a_number", hint: "Enter whole days." }),
  );
  const found = faults.filter((fault) => fault !== null);
  if (found.length === 0 && figures.oneOffCents.low + figures.runCentsPerDay.low <= 0) {
    found.push({
      field: "oneOffCents.low",
      code: "zero",
      hint: "Enter a cost above 0, here or per day: what costs nothing has no ratio, and ranking it first would mislead.",
    });
  }
  return found;
}

/** The expected value of one of the figures, in its own unit. */
export function expectedOf(figures: UseCaseFigures, field: (typeof FIGURES)[number]["field"]): number {
  return estimateMean(figures[field], figures.shape);
}

/** The estimates as the forecast takes them: one benefit, whose worth is already in money. */
function forecastInput(figures: UseCaseFigures): ReturnForecast {
  const { benefitCentsPerDay, adoption, rampDays, oneOffCents, runCentsPerDay, shape = "pert" } = figures;
  const once: Estimate = { low: 1, mode: 1, high: 1 };
  return {
    benefits: [{ kpi: "benefit", effectPerDay: once, centsPerUnit: benefitCentsPerDay }],
    ...{ adoption, rampDays, oneOffCents, runCentsPerDay, sharedCents: 0, shape },
  };
}

/**
 * The 90-day return of a use case on its own figures: what its assets cost counts in its net value and its readiness instead,
 * because that changes with what is there. The same seed gives the same answer.
 *
 * @throws {FigureError} naming the field
 */
export function returnOf(figures: UseCaseFigures, seed: string): ReturnRange {
  return forecastReturn(forecastInput(figures), seed);
}

/**
 * Risk-adjusted net value over twelve months, with what has still to be bought.
 *
 * @throws {FigureError} naming the field
 */
export function netValueOf(figures: UseCaseFigures, missingAssetsCents: number, discountRate: number): Explained {
  return riskAdjustedNetValue({ shape: "pert", ...figures, missingAssetsCents, discountRate });
}

/** What a use case earns and costs at the means of its estimates, all of it expected; enough to value it at another discount rate. */
export interface ExpectedCash {
  /** once ramped up, after adoption and the chance that it works */
  benefitCentsPerDay: number;
  /** after the chance that it works: what does not work is stopped */
  runCentsPerDay: number;
  rampDays: number;
  onceCents: number;
}

/** The expected cash of a use case, with what has still to be bought. */
export function expectedCash(figures: UseCaseFigures, missingAssetsCents: number): ExpectedCash {
  const works = expectedOf(figures, "technicalProbability");
  return {
    benefitCentsPerDay: works * expectedOf(figures, "adoption") * expectedOf(figures, "benefitCentsPerDay"),
    runCentsPerDay: works * expectedOf(figures, "runCentsPerDay"),
    rampDays: figures.rampDays,
    onceCents: expectedOf(figures, "oneOffCents") + missingAssetsCents,
  };
}

/** The net value of expected cash, the same as `netValueOf` the figures behind it. @throws {FigureError} for a rate of −100 % or less */
export function netValueOfCash(cash: ExpectedCash, discountRate: number): number {
  return riskAdjustedNetValue({
    benefitCentsPerDay: certain(cash.benefitCentsPerDay),
    runCentsPerDay: certain(cash.runCentsPerDay),
    oneOffCents: certain(cash.onceCents),
    ...{ adoption: certain(1), technicalProbability: certain(1), missingAssetsCents: 0, shape: "pert" },
    ...{ rampDays: cash.rampDays, discountRate },
  }).value;
}

/** What it takes to start: the expected one-off cost and what has still to be bought, in whole cents. */
export function outlayCents(figures: UseCaseFigures, missingAssetsCents: number): number {
  return Math.round(expectedOf(figures, "oneOffCents")) + missingAssetsCents;
}
