import { demandEstimate, type Estimate, type Shape } from "./estimate";
import { demandNumber, FigureError } from "./fault";
import { fingerprint, type Random, seededRandom } from "./random";
import { quantileOf, type Sampler, samplerOf } from "./sampling";

/** Days after go-live over which a use case has to earn its cost. Source of the return and its range: governance.md b2 and b3. */
export const RETURN_WINDOW_DAYS = 90;

const DEFAULT_DRAWS = 10_000;

/** One KPI that moves: by how much per day, and what one unit of it is worth. */
export interface Benefit {
  kpi: string;
  /** change for the better, in the KPI's unit per day */
  effectPerDay: Estimate;
  centsPerUnit: Estimate;
}

/** What the forecast is made of. All money is in one currency; the caller has seen to that (`currencyFault`). */
export interface ReturnForecast {
  benefits: readonly Benefit[];
  /** share of the people and machines that will use it, 0–1 */
  adoption: Estimate;
  /** days of linear ramp from go-live to full effect */
  rampDays: number;
  oneOffCents: Estimate;
  runCentsPerDay: Estimate;
  /** this use case's part of what it shares with others */
  sharedCents: number;
  shape: Shape;
}

/** What the draws say. P10 is the low case: one draw in ten lies below it. Ratios: 0.25 means 25 %. */
export interface ReturnRange {
  p10: number;
  p50: number;
  p90: number;
  mean: number;
  /** share of draws that earn more than they cost */
  chanceOfGain: number;
  draws: number;
  seed: string;
  /** of everything that went in: the same seed and the same hash give the same answer */
  inputHash: string;
}

/**
 * Share of the window's full benefit that is earned while the effect ramps up linearly: (90 − ramp/2)/90, and 90/(2·ramp)
 * when the ramp is longer than the window.
 */
export function rampFactor(rampDays: number, windowDays = RETURN_WINDOW_DAYS): number {
  return rampDays <= windowDays ? (windowDays - rampDays / 2) / windowDays : windowDays / (2 * rampDays);
}

/** @throws {FigureError} naming the first field that cannot be used */
function demandForecast(forecast: ReturnForecast): void {
  if (forecast.benefits.length === 0) {
    throw new FigureError({ field: "benefits", code: "missing", hint: "Name at least one KPI that this moves." });
  }
  forecast.benefits.forEach(({ effectPerDay, centsPerUnit }, index) => {
    demandEstimate(`benefits.${index}.effectPerDay`, effectPerDay);
    demandEstimate(`benefits.${index}.centsPerUnit`, centsPerUnit, { min: 0 });
  });
  demandEstimate("adoption", forecast.adoption, { min: 0, max: 1 });
  demandNumber("rampDays", forecast.rampDays, { min: 0 });
  const { low } = demandEstimate("oneOffCents", forecast.oneOffCents, { min: 0 });
  const run = demandEstimate("runCentsPerDay", forecast.runCentsPerDay, { min: 0 });
  demandNumber("sharedCents", forecast.sharedCents, { min: 0 });
  if (low + run.low + forecast.sharedCents <= 0) {
    throw new FigureError({
      field: "oneOffCents.low",
      code: "zero",
      hint: "Enter a cost above 0: what costs nothing has no ratio, and ranking it first would mislead.",
    });
  }
}

/**
 * The 90-day return as a range, by Monte Carlo: each draw takes one value of every estimate.
 *
 *     roi = (B − C) / C
 *     B   = Σ effect · value per unit · 90 d · ramp · P(adopted)
 *     C   = one-off + run cost · 90 d + shared
 *
 * Whether it works at all is not in here (a forecast of what it pays once it runs); the ranking weighs that (`net value`).
 * Runs in the browser in a few milliseconds. Modes alone would say 0.25 where there is a 28 % chance of loss.
 *
 * @throws {FigureError} naming the first field that cannot be used
 */
export function forecastReturn(forecast: ReturnForecast, seed: string, draws = DEFAULT_DRAWS): ReturnRange {
  demandForecast(forecast);
  const random = seededRandom(seed);
  const draw = returnDrawer(forecast);
  const returns = new Float64Array(draws);
  for (let index = 0; index < draws; index += 1) {
    const { benefitCents, costCents } = draw(random);
    returns[index] = (benefitCents - costCents) / costCents;
  }
  return { ...rangeOf(returns), seed, inputHash: fingerprint(forecast) };
}

function returnDrawer(forecast: ReturnForecast): (random: Random) => { benefitCents: number; costCents: number } {
  const { shape, rampDays, sharedCents } = forecast;
  const factor = RETURN_WINDOW_DAYS * rampFactor(rampDays);
  const benefits = forecast.benefits.map(({ effectPerDay, centsPerUnit }): [Sampler, Sampler] => [
    samplerOf(effectPerDay, shape),
    samplerOf(centsPerUnit, shape),
  ]);
  const adoption = samplerOf(forecast.adoption, shape);
  const oneOff = samplerOf(forecast.oneOffCents, shape);
  const run = samplerOf(forecast.runCentsPerDay, shape);
  return (random) => {
    let perDay = 0;
    for (const [effect, value] of benefits) perDay += effect(random) * value(random);
    return {
      benefitCents: perDay * factor * adoption(random),
      costCents: oneOff(random) + run(random) * RETURN_WINDOW_DAYS + sharedCents,
    };
  };
}

function rangeOf(returns: Float64Array): Omit<ReturnRange, "seed" | "inputHash"> {
  const sorted = returns.toSorted();
  let sum = 0;
  let gains = 0;
  for (const value of sorted) {
    sum += value;
    if (value > 0) gains += 1;
  }
  return {
    p10: quantileOf(sorted, 0.1),
    p50: quantileOf(sorted, 0.5),
    p90: quantileOf(sorted, 0.9),
    mean: sum / sorted.length,
    chanceOfGain: gains / sorted.length,
    draws: sorted.length,
  };
}

/** A use case inside a portfolio, with the shared assets it stands on (`sharedCents` is ignored: the assets carry it). */
export interface PortfolioMember {
  forecast: ReturnForecast;
  assets: readonly string[];
}

/**
 * The 90-day return of several use cases together. Every shared asset is drawn once per draw and paid once, whoever uses it.
 * The P10 of a portfolio is never the sum of its members' P10s: not everything goes badly at once.
 *
 * @throws {FigureError} naming the first field that cannot be used, or an asset without a cost
 */
export function forecastPortfolio(
  members: readonly PortfolioMember[],
  assetCents: ReadonlyMap<string, Estimate>,
  seed: string,
  draws = DEFAULT_DRAWS,
): ReturnRange {
  const shared = [...new Set(members.flatMap(({ assets }) => assets))].map((asset) => {
    const estimate = assetCents.get(asset);
    if (!estimate) {
      throw new FigureError({
        field: `assets.${asset}`,
        code: "unknown_reference",
        hint: `Enter what ${asset} costs.`,
      });
    }
    return samplerOf(demandEstimate(`assets.${asset}`, estimate, { min: 0 }));
  });
  const drawers = members.map(({ forecast }) => {
    demandForecast(forecast);
    return returnDrawer({ ...forecast, sharedCents: 0 });
  });
  if (drawers.length === 0) {
    throw new FigureError({ field: "members", code: "missing", hint: "Choose at least one use case." });
  }
  const random = seededRandom(seed);
  const returns = new Float64Array(draws);
  for (let index = 0; index < draws; index += 1) {
    let [benefit, cost] = [0, 0];
    for (const asset of shared) cost += asset(random);
    for (const draw of drawers) {
      const { benefitCents, costCents } = draw(random);
      benefit += benefitCents;
      cost += costCents;
    }
    returns[index] = (benefit - cost) / cost;
  }
  return { ...rangeOf(returns), seed, inputHash: fingerprint([members, [...assetCents]]) };
}
