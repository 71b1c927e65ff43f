import { expect, test } from "vitest";
import { formatMoney, formatReturn } from "./money-words";
import { certain } from "./estimate";
import { centsOf, figureShown, figuresTyped, numberTyped } from "./typed-figures";
import {
  expectedCash,
  figuresFaults,
  netValueOf,
  netValueOfCash,
  outlayCents,
  returnOf,
  type UseCaseFigures,
} from "./use-case-figures";

const FIGURES: UseCaseFigures = {
  currency: "EUR",
  benefitCentsPerDay: { low: 20_000, mode: 40_000, high: 70_000 },
  adoption: { low: 0.5, mode: 0.8, high: 0.95 },
  technicalProbability: { low: 0.6, mode: 0.8, high: 0.9 },
  oneOffCents: { low: 900_000, mode: 1_200_000, high: 2_000_000 },
  runCentsPerDay: { low: 500, mode: 1_000, high: 2_000 },
  rampDays: 30,
};

test.each<[string, Partial<UseCaseFigures>, string, string]>([
  ["NaN money", { benefitCentsPerDay: certain(Number.NaN) }, "benefitCentsPerDay.low", "not_a_number"],
  ["negative money", { oneOffCents: { low: -1, mode: 0, high: 1 } }, "oneOffCents.low", "negative"],
  ["a fraction of a cent", { oneOffCents: certain(0.5) }, "oneOffCents.low", "not_a_number"],
  ["low above the mode", { runCentsPerDay: { low: 9, mode: 1, high: 10 } }, "runCentsPerDay.mode", "order"],
  ["the mode above high", { runCentsPerDay: { low: 1, mode: 9, high: 2 } }, "runCentsPerDay.high", "order"],
  ["more than everybody", { adoption: certain(1.5) }, "adoption.low", "out_of_range"],
  ["no currency", { currency: "€" }, "currency", "currency"],
  ["half a day of ramp", { rampDays: 1.5 }, "rampDays", "not_a_number"],
  ["a ramp of a lifetime", { rampDays: 40_000 }, "rampDays", "out_of_range"],
  ["no cost at all", { oneOffCents: certain(0), runCentsPerDay: certain(0) }, "oneOffCents.low", "zero"],
])("%s is refused at its field", (_, wrong, field, code) => {
  expect(figuresFaults({ ...FIGURES, ...wrong })[0]).toMatchObject({ field, code });
});

test("sound figures have no fault, and the same seed gives the same return", () => {
  expect(figuresFaults(FIGURES)).toEqual([]);
  const range = returnOf(FIGURES, "a/1");
  expect(returnOf(FIGURES, "a/1")).toEqual(range);
  expect(range.p10).toBeLessThan(range.p50);
  expect(range.p50).toBeLessThan(range.p90);
  // by hand at the modes: 400 €/d · 75 d · 0.8 = 24,000 € against 12,900 €
  expect(range.p50).toBeGreaterThan(0.3);
  expect(range.p50).toBeLessThan(1.2);
});

test("a triangular estimate spreads further than PERT, in the return and in every mean", () => {
  const [pert, even] = [FIGURES, { ...FIGURES, shape: "triangular" as const }];
  const width = (figures: UseCaseFigures) => returnOf(figures, "a/1").p90 - returnOf(figures, "a/1").p10;
  expect(width(even)).toBeGreaterThan(width(pert));
  // (9,000 + 12,000 + 20,000) / 3 and (9,000 + 4 · 12,000 + 20,000) / 6 euros
  expect(outlayCents(even, 0)).toBe(1_366_667);
  expect(outlayCents(pert, 0)).toBe(1_283_333);
  expect(expectedCash(even, 0).onceCents).toBeCloseTo(1_366_666.67, 1);
  expect(netValueOf(even, 0, 0.08).value).not.toBe(netValueOf(pert, 0, 0.08).value);
  expect(netValueOfCash(expectedCash(even, 0), 0.08)).toBeCloseTo(netValueOf(even, 0, 0.08).value, 4);
});

test("the outlay is the expected one-off cost and what has to be bought", () => {
  expect(outlayCents({ ...FIGURES, oneOffCents: certain(100) }, 23)).toBe(123);
});

test("what is typed is read as it was meant, or refused", () => {
  expect(numberTyped("1 200,5")).toBe(1_200.5);
  expect(numberTyped("12.50")).toBe(12.5);
  for (const text of ["", "12 €", "1.2.3", "1e9", "NaN", "12,000.50"]) expect(numberTyped(text)).toBeNaN();
  expect(centsOf(12.34)).toBe(1_234);
  expect(centsOf(12.345)).toBeNaN();
  const typed = figuresTyped((field) => (field === "rampDays" ? "30" : "80"), "EUR");
  expect(typed).toMatchObject({ adoption: certain(0.8), oneOffCents: certain(8_000), rampDays: 30 });
  expect([figureShown(1_234, true), figureShown(0.07, false)]).toEqual(["12.34", "7"]);
});

test("money and returns read as a headline says them", () => {
  const eur = [124_000_000, 3_800_000, 120_000, -42_000, 0].map((cents) => formatMoney(cents, "EUR"));
  expect(eur).toEqual(["€1.24 M", "€38 k", "€1.2 k", "−€420", "€0"]);
  expect(formatMoney(100_000, "SEK")).toBe("SEK 1.0 k");
  expect([0.254, -0.08, 0.001].map(formatReturn)).toEqual(["+25 %", "−8 %", "0 %"]);
});
