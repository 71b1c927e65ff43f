import { formatNumber } from "@/server/fabric/domain/health";
import {
  type BaselineAnswer,
  type Direction,
  fitBaseline,
  type KpiDay,
  type MeasuredEffect,
  measureEffect,
  predictDay,
} from "@/server/value/domain/baseline";
import {
  type Adjustment,
  againstForecast,
  type Clock,
  type CostBasis,
  measuredReturn,
  type MeasuredReturn,
  ninetyDayClock,
} from "@/server/value/domain/measured-return";
import { type ReturnRange, RETURN_WINDOW_DAYS } from "@/server/value/domain/ninety-day-return";
import { type Fact, known, unknown } from "@/server/value/domain/three-valued";

/** More drivers than this describe the noise of ninety days. */
export const MOST_DRIVERS = 4;
const DAY_MS = 86_400_000;

/** A figure by day, YYYY-MM-DD; a day that is not in it has none. */
export type ByDay = Readonly<Record<string, number>>;

/** All that is known of a use case that went live. Days are those of the KPI's zone, money in cents. */
export interface GoLiveFacts {
  liveOn: string;
  /** midnight of `liveOn` in the zone of the KPI, epoch ms UTC */
  liveMs: number;
  baselineFrom: string;
  /** the last day whose window is over */
  lastDay: string;
  unit: string;
  direction: Direction;
  values: ByDay;
  drivers: readonly { name: string; values: ByDay }[];
  centsPerUnit: number;
  oneOffCents: number;
  runCentsPerDay: number;
  usefulLifeDays: number;
  adjustments: readonly { day: string; cents: number; reason: string }[];
  /** the 90-day return that was forecast when it went live; null: nobody had estimated it */
  forecast: Pick<ReturnRange, "p10" | "p50" | "p90"> | null;
  /** use cases that went live on the same KPI since the baseline began */
  sharedWith: readonly string[];
}

/** One day of the chart. */
export interface MeasuredDay {
  day: string;
  value: number | null;
  /** what the baseline says it would have been */
  predicted: number | null;
  isLive: boolean;
}

/** The return of ninety days: measured once they are over, at the present pace before. */
export interface AgainstForecast {
  p10: number;
  p90: number;
  roi: number;
  where: "below" | "within" | "above";
  isPace: boolean;
}

export interface MeasuredValue {
  clock: Clock;
  /** `deviation` of a day from what the baseline expects, in the KPI's unit, and how much it resembles the day before */
  baseline: Fact<{ days: number; cvRmse: number; deviation: number; rho: number }>;
  effect: Fact<Omit<MeasuredEffect, "daily">>;
  /** by basis; there is no return without the name of its basis */
  returns: Fact<Readonly<Record<CostBasis, MeasuredReturn>>>;
  forecast: Fact<AgainstForecast>;
  days: MeasuredDay[];
  /** all of it in one sentence */
  says: string;
}

/**
 * What a use case is measured to have done since it went live, from the days of its KPI and of what drives it: the baseline is fitted on the
 * days before go-live, and every day since is compared with what it would have been. Whatever cannot be said is unknown with its reason; a
 * day without a value earns nothing and is counted.
 */
export function measureValue(facts: GoLiveFacts, nowMs: number): MeasuredValue {
  const { liveOn, baselineFrom, lastDay } = facts;
  const before = daysBetween(baselineFrom, dayBefore(liveOn));
  const since = lastDay < liveOn ? [] : daysBetween(liveOn, lastDay);
  const answer = fitBaseline(
    before.map((day) => kpiDay(facts, day)),
    facts.drivers.map(({ name }) => name),
  );
  const clock = ninetyDayClock(facts.liveMs, nowMs);
  const effect = effectOf(facts, answer, since);
  const returns = effect.known ? returnsOf(facts, effect.value, since) : unknown<never>(effect.why);
  const measured: Omit<MeasuredValue, "says"> = {
    clock,
    baseline: baselineOf(answer),
    effect: effect.known ? known(withoutDaily(effect.value)) : effect,
    returns,
    forecast: forecastOf(facts, answer, effect, returns),
    days: daysOf(facts, answer, [...before, ...since]),
  };
  return { ...measured, says: saysOf(facts, measured) };
}

function baselineOf(answer: BaselineAnswer): MeasuredValue["baseline"] {
  if (!answer.accepted) return unknown(answer.why);
  const { days, cvRmse, deviation, rho } = answer.baseline;
  return known({ days, cvRmse, deviation, rho });
}

/** The days of the chart: from the first of which anything is known. */
function daysOf(facts: GoLiveFacts, { baseline }: BaselineAnswer, days: readonly string[]): MeasuredDay[] {
  const all = days.map((day) => ({
    day,
    value: facts.values[day] ?? null,
    predicted: baseline ? predictDay(baseline, driversOf(facts, day)) : null,
    isLive: day >= facts.liveOn,
  }));
  const first = all.findIndex(({ value, predicted }) => value !== null || predicted !== null);
  // Without drivers the baseline expects the same on every day, also before there was any.
  const firstValue = all.findIndex(({ value }) => value !== null);
  return all.slice(Math.max(0, firstValue, first));
}

function effectOf(facts: GoLiveFacts, answer: BaselineAnswer, since: readonly string[]): Fact<MeasuredEffect> {
  if (since.length === 0) return unknown(`no day since it went live on ${facts.liveOn} is over yet`);
  if (!answer.accepted) return unknown(uncapped(answer.why));
  const days = since.map((day) => kpiDay(facts, day));
  const effect = measureEffect(answer.baseline, days, facts.direction);
  return effect ? known(effect) : unknown(`none of the ${since.length} days since it went live has a value`);
}

function returnsOf(facts: GoLiveFacts, effect: MeasuredEffect, since: readonly string[]): MeasuredValue["returns"] {
  const { sharedWith, centsPerUnit } = facts;
  if (sharedWith.length > 0)
    return unknown(
      `${sharedWith.join(" and ")} moved the same KPI since the baseline began, and nobody has measured one without the other; whose part is whose is not known`,
    );
  const adjustments = adjustmentsIn(facts, since);
  const of = (basis: CostBasis) => measuredReturn(effect, centsPerUnit, costsOf(facts), basis, adjustments);
  return known({ cash: of("cash"), amortised: of("amortised") });
}

function forecastOf(
  facts: GoLiveFacts,
  answer: BaselineAnswer,
  effect: Fact<MeasuredEffect>,
  returns: MeasuredValue["returns"],
): Fact<AgainstForecast> {
  const { forecast, centsPerUnit, oneOffCents, runCentsPerDay } = facts;
  if (forecast === null) return unknown("nobody had estimated it when it went live");
  if (!effect.known || !answer.accepted) return unknown(effect.known ? "there is no baseline" : effect.why);
  if (!returns.known) return unknown(returns.why);
  const { p10, p90 } = forecast;
  const window = daysBetween(facts.liveOn, facts.lastDay).slice(0, RETURN_WINDOW_DAYS);
  const isPace = window.length < RETURN_WINDOW_DAYS;
  const adjusted = adjustmentsIn(facts, window);
  let roi: number | null;
  if (isPace) {
    const extra = adjusted.reduce((sum, { cents }) => sum + cents, 0);
    const cost = oneOffCents + runCentsPerDay * RETURN_WINDOW_DAYS;
    const benefit = effect.value.perDay * RETURN_WINDOW_DAYS * centsPerUnit + extra;
    roi = cost > 0 ? (benefit - cost) / cost : null;
  } else {
    const first = measureEffect(
      answer.baseline,
      window.map((day) => kpiDay(facts, day)),
      facts.direction,
    );
    roi = first && measuredReturn(first, centsPerUnit, costsOf(facts), "cash", adjusted).roi;
  }
  if (roi === null) return unknown("nothing was spent, so there is no ratio");
  return known({ p10, p90, roi, where: againstForecast(roi, forecast), isPace });
}

function saysOf(
  { liveOn, unit }: GoLiveFacts,
  { clock, baseline, effect, returns }: Omit<MeasuredValue, "says">,
): string {
  if (clock.state === "not started") return `It goes live on ${liveOn}`;
  if (!effect.known) return baseline.known ? capped(effect.why) : `Not measured: ${uncapped(baseline.why)}`;
  const { perDay, low, high } = effect.value;
  const range = `${formatNumber(low)} to ${formatNumber(high)}`;
  if (low <= 0 && high >= 0) return `No effect can be told from the KPI's noise yet: ${range} ${unit} better a day`;
  const moved = `${formatNumber(Math.abs(perDay))} ${unit} ${perDay > 0 ? "better" : "worse"} a day`;
  if (!returns.known) return `${moved}, shared with others`;
  const { breakEvenDay } = returns.value.cash;
  return `${moved}, ${breakEvenDay === null ? "not paid back yet" : `paid back on day ${breakEvenDay}`}`;
}

const costsOf = ({ oneOffCents, runCentsPerDay, usefulLifeDays }: GoLiveFacts) => ({
  ...{ oneOffCents, runCentsPerDay, usefulLifeDays, sharedCents: 0 },
});

/** Those that lie on the given days, which follow each other from go-live on. */
function adjustmentsIn({ adjustments }: GoLiveFacts, days: readonly string[]): Adjustment[] {
  return adjustments.flatMap(({ day, cents, reason }) => {
    const index = days.indexOf(day);
    return index < 0 ? [] : [{ day: index, cents, reason }];
  });
}

const driversOf = ({ drivers }: GoLiveFacts, day: string) => drivers.map(({ values }) => values[day] ?? null);

function kpiDay(facts: GoLiveFacts, day: string): KpiDay {
  return { value: facts.values[day] ?? null, drivers: driversOf(facts, day) };
}

function withoutDaily(effect: MeasuredEffect): Omit<MeasuredEffect, "daily"> {
  const { daily: _, ...rest } = effect;
  return rest;
}

/** Every day from the first to the last, both with it. */
function daysBetween(from: string, to: string): string[] {
  const days: string[] = [];
  for (let ms = Date.parse(from); ms <= Date.parse(to); ms += DAY_MS)
    days.push(new Date(ms).toISOString().slice(0, 10));
  return days;
}

const dayBefore = (day: string) => new Date(Date.parse(day) - DAY_MS).toISOString().slice(0, 10);
const capped = (text: string) => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
const uncapped = (text: string) => `${text.slice(0, 1).toLowerCase()}${text.slice(1)}`.replace(/\.$/, "");
