import { expect, test } from "vitest";
import { internalRate, netPresentValue, payback } from "./cash-flow";
import { FigureError } from "./fault";

const NUMPY = [-40_000, 5_000, 8_000, 12_000, 30_000]; // the example of numpy-financial's npv
const STEADY = [-52_125, ...Array.from({ length: 8 }, () => 12_000)];
const UNEVEN = [-100_000, 13_000, 50_000, 31_000, 34_000, 18_000, 16_000, 12_000];

function rateOf(flow: readonly number[]): number {
  const found = internalRate(flow);
  return found.kind === "one" ? found.rate : Number.NaN;
}

test("net present value counts period 0 in full", () => {
  expect(netPresentValue(NUMPY, 0.08).value).toBeCloseTo(3065.22267, 5);
  expect(netPresentValue(STEADY, 0.12).value).toBeCloseTo(7486.68, 2);
  expect(netPresentValue(UNEVEN, 0.15).value).toBeCloseTo(9311.81, 2);
  expect(netPresentValue([-100], 0.5).value).toBe(-100);
});

test("its terms add up to it", () => {
  const { value, terms } = netPresentValue(UNEVEN, 0.15);
  expect(terms).toHaveLength(8);
  expect(terms.reduce((sum, { value }) => sum + value, 0)).toBeCloseTo(value, 9);
});

test("payback, plain and discounted", () => {
  expect(payback(STEADY)).toBeCloseTo(4.344, 3);
  expect(payback(STEADY, 0.12)).toBeCloseTo(6.514, 3);
  expect(payback(UNEVEN)).toBeCloseTo(3.176, 3);
  expect(payback(UNEVEN, 0.15)).toBeCloseTo(5.306, 3);
});

test("what never pays back answers null, which is not 0; what costs nothing answers 0", () => {
  expect(payback([-100, 10, 10])).toBeNull();
  expect(payback([-100, 60, 45], 0.1)).toBeNull();
  expect(payback([0, 10])).toBe(0);
});

test("internal rates with one sign change", () => {
  expect(rateOf(NUMPY)).toBeCloseTo(0.10582, 5);
  expect(rateOf(STEADY)).toBeCloseTo(0.16, 4);
  expect(rateOf(UNEVEN)).toBeCloseTo(0.1834, 4);
  expect(rateOf([-100, 50])).toBeCloseTo(-0.5, 9);
});

test("a flow that goes one way has no rate, and says why", () => {
  expect(internalRate([-100, -5])).toMatchObject({ kind: "none", why: expect.stringContaining("one way") });
  expect(internalRate([0, 0])).toMatchObject({ kind: "none" });
});

test("a flow that turns twice may have no rate at all", () => {
  expect(internalRate([100, -150, 100])).toMatchObject({ kind: "none", why: expect.stringContaining("at no rate") });
});

test("a flow with two rates lists both and calls neither the return", () => {
  const found = internalRate([-1_000, 2_500, -1_540]);
  expect(found.kind).toBe("several");
  const rates = found.kind === "several" ? found.rates : [];
  expect(rates[0]).toBeCloseTo(0.1, 9);
  expect(rates[1]).toBeCloseTo(0.4, 9);
});

test("a rate at which the value only touches 0 is found", () => {
  expect(rateOf([-100, 220, -121])).toBeCloseTo(0.1, 5);
});

test("impossible figures are refused at their field", () => {
  expect(() => netPresentValue([], 0.1)).toThrow(FigureError);
  expect(() => netPresentValue([-1, Number.NaN], 0.1)).toThrow(/cashFlow\.1/);
  expect(() => payback([-1, 2], -1)).toThrow(/rate/);
  expect(() => internalRate([Number.POSITIVE_INFINITY])).toThrow(/cashFlow\.0/);
});
