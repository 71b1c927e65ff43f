import { expect, test } from "vitest";
import { certain } from "./estimate";
import { benefitBesideKpis, effectCents } from "./kpi-benefit";

const EFFECT = { low: 10, mode: 40, high: 60, valueCents: { low: 10, mode: 14.5, high: 20 } };

test("an effect is worth its size times the worth of a unit", () => {
  expect(effectCents(EFFECT)).toBe(580);
});

test.each<[string, number | null, boolean | null, RegExp]>([
  ["alike", 65_000, true, /^Its KPIs are worth €580 a day, as the estimate says: €650\.$/],
  ["above", 100_000, false, /^The estimate says €1\.0 k a day, more than its KPIs are worth: €580\./],
  ["below", 20_000, false, /less than its KPIs are worth/],
])("a benefit that is %s its KPIs says so", (_, cents, isAlike, says) => {
  const beside = benefitBesideKpis([{ ...EFFECT, mode: 4_000 }], cents, "EUR");
  expect(beside?.isAlike).toBe(isAlike);
  expect(beside?.says).toMatch(says);
});

test("without an estimate, an effect or a worth there is nothing to say", () => {
  expect(benefitBesideKpis([EFFECT], null, "EUR")).toBeNull();
  expect(benefitBesideKpis([], 100, "EUR")).toBeNull();
  expect(benefitBesideKpis([{ ...EFFECT, valueCents: certain(0) }], 100, "EUR")).toBeNull();
});
