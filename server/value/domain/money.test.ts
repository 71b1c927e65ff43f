import fc from "fast-check";
import { expect, test } from "vitest";
import { FigureError } from "./fault";
import { currencyFault, moneyFault, roundCents, scaleMoney, splitCents, sumMoney } from "./money";

const eur = (cents: number) => ({ cents, currency: "EUR" });

test.each([
  [eur(Number.NaN), "cost.cents", "not_a_number"],
  [eur(Number.POSITIVE_INFINITY), "cost.cents", "not_a_number"],
  [eur(10.5), "cost.cents", "not_a_number"],
  [eur(-1), "cost.cents", "negative"],
  [{ cents: 1, currency: "euro" }, "cost.currency", "currency"],
])("%j is refused at its field", (money, field, code) => {
  expect(moneyFault("cost", money)).toMatchObject({ field, code, hint: expect.stringMatching(/\w/) });
});

test("zero and, where a sign makes sense, negative amounts are amounts", () => {
  expect(moneyFault("cost", eur(0))).toBeNull();
  expect(moneyFault("net", eur(-5), { signed: true })).toBeNull();
});

test("money of two currencies is never summed, and the refusal names the odd one out", () => {
  expect(() => sumMoney([eur(1), { cents: 1, currency: "USD" }], "EUR")).toThrow(FigureError);
  expect(
    currencyFault([
      { field: "benefit", currency: "EUR" },
      { field: "cost", currency: "USD" },
    ]),
  ).toEqual({
    field: "cost",
    code: "currency",
    hint: "This is in USD, but benefit is in EUR. Enter both in one currency.",
  });
  expect(currencyFault([])).toBeNull();
});

test("sums are exact, and refused where whole numbers end", () => {
  expect(sumMoney([eur(10), eur(20), eur(-5)], "EUR")).toEqual(eur(25));
  expect(sumMoney([], "EUR")).toEqual(eur(0));
  expect(() => sumMoney([eur(Number.MAX_SAFE_INTEGER), eur(1)], "EUR")).toThrow(FigureError);
});

test("a loss is rounded like a gain, and nothing is never minus nothing", () => {
  expect(roundCents(2.5)).toBe(3);
  expect(roundCents(-2.5)).toBe(-3);
  expect(Object.is(roundCents(-0.2), 0)).toBe(true);
  expect(scaleMoney(eur(333), 0.5)).toEqual(eur(167));
  expect(() => scaleMoney(eur(1), Number.NaN)).toThrow(FigureError);
});

test("splitting loses no cent, whatever the weights", () => {
  expect(splitCents(100, [1, 1, 1])).toEqual([34, 33, 33]);
  expect(splitCents(-100, [1, 1, 1])).toEqual([-34, -33, -33]);
  fc.assert(
    fc.property(
      fc.integer({ min: -1_000_000, max: 1_000_000 }),
      fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 9 }).filter((w) => w.some((x) => x > 0)),
      (cents, weights) => splitCents(cents, weights).reduce((a, b) => a + b, 0) === cents,
    ),
  );
});

test("shares without a weight, or with one below zero, are refused", () => {
  expect(() => splitCents(10, [0, 0])).toThrow(/above 0/);
  expect(() => splitCents(10, [2, -1])).toThrow(/0 or more/);
});
