import { expect, test } from "vitest";
import { cashTable } from "./cash-table";
import { cashPlan, moneyMeasures } from "./cash-plan";
import { ratingFaults, scoreOf } from "./rating";
import { netValueOf, type UseCaseFigures } from "./use-case-figures";

const sure = (value: number) => ({ low: value, mode: value, high: value });
const figures: UseCaseFigures = {
  currency: "EUR",
  benefitCentsPerDay: { low: 8_000, mode: 10_000, high: 15_000 },
  adoption: { low: 0.6, mode: 0.8, high: 0.9 },
  technicalProbability: sure(0.75),
  oneOffCents: { low: 400_000, mode: 500_000, high: 900_000 },
  runCentsPerDay: sure(500),
  rampDays: 30,
};

test("every measure of money rests on the same cash: present value, commercial value and the ranking's net value agree", () => {
  const measures = moneyMeasures(figures, 123_400, 0.08, 6);
  const ranked = netValueOf(figures, 123_400, 0.08).value;
  expect(measures.netPresentValue.value).toBeCloseTo(ranked, 4);
  expect(measures.expectedCommercialValue.value).toBeCloseTo(ranked, 4);
  expect(measures.flow).toHaveLength(13);
  expect(measures.discountedPaybackMonths ?? 0).toBeGreaterThan(measures.paybackMonths ?? Infinity);
});

test("the table of months holds the terms of net value, payback and internal rate", () => {
  const measures = moneyMeasures(figures, 123_400, 0.08, null);
  const table = cashTable(measures);
  expect(table.map(({ month }) => month)).toEqual(Array.from({ length: 13 }, (_, month) => month));
  expect(table.at(-1)?.presentCumulated).toBeCloseTo(measures.netPresentValue.value, 4);
  expect(table.findIndex(({ cumulated }) => cumulated >= 0)).toBe(Math.ceil(measures.paybackMonths ?? Number.NaN));
  expect(table.findIndex(({ presentCumulated }) => presentCumulated >= 0)).toBe(
    Math.ceil(measures.discountedPaybackMonths ?? Number.NaN),
  );
  expect(table.reduce((sum, { atInternalRate }) => sum + (atInternalRate ?? Number.NaN), 0)).toBeCloseTo(0, 2);
});

test("payback and internal rate of a sure thing: 1,000 a day at once against 91,250 is paid back after three months", () => {
  const plain = {
    ...figures,
    benefitCentsPerDay: sure(1_000),
    adoption: sure(1),
    technicalProbability: sure(1),
    oneOffCents: sure(91_250),
    runCentsPerDay: sure(0),
    rampDays: 0,
  };
  const { paybackMonths, internalRate, wsjf } = moneyMeasures(plain, 0, 0.08, 7);
  expect(paybackMonths).toBeCloseTo(3, 9);
  // 91,250 now against 12 · 30,416.67: the annuity factor is 3, so 1 − (1 + r)⁻¹² = 3 r.
  expect(internalRate.kind).toBe("one");
  const rate = internalRate.kind === "one" ? internalRate.rate : Number.NaN;
  expect(1 - (1 + rate) ** -12).toBeCloseTo(3 * rate, 6);
  expect(wsjf?.value).toBeCloseTo(1_000, 9);
  expect(moneyMeasures(plain, 0, 0.08, null).wsjf).toBeNull();
});

test("what brings less than it costs to run is never paid back, and its delay costs nothing", () => {
  const losing = { ...figures, runCentsPerDay: sure(20_000) };
  const { paybackMonths, internalRate, wsjf } = moneyMeasures(losing, 0, 0.08, 4);
  expect(paybackMonths).toBeNull();
  expect(internalRate.kind).toBe("none");
  expect(wsjf?.value).toBe(0);
  expect(cashPlan(losing, 0).every((cash) => cash < 0)).toBe(true);
});

test("a rating says what is wrong by method and field, and scores what was rated", () => {
  const rating = {
    rice: { reach: 14, reachUnit: "pumps/mo", impact: 2, confidence: 0.8, effortPersonMonths: 0 },
    ice: null,
    wsjf: { businessValue: 8, timeCriticality: 5, riskReduction: 3, jobSize: 5, durationWeeks: -1 },
  };
  expect(ratingFaults(rating).map(({ field, code }) => `${field} ${code}`)).toEqual([
    "rice.effortPersonMonths zero",
    "wsjf.durationWeeks zero",
  ]);
  expect(ratingFaults({ ...rating, rice: null, wsjf: { ...rating.wsjf, durationWeeks: 3 } })).toEqual([]);
  expect(scoreOf(rating, "wsjf")?.value).toBeCloseTo(3.2, 9);
  expect(scoreOf(rating, "ice")).toBeNull();
});
