import { expect, test } from "vitest";
import { FigureError } from "./fault";
import {
  certain,
  demandEstimate,
  estimateDeviation,
  estimateFaults,
  estimateMean,
  estimateQuantile,
  type Shape,
} from "./estimate";

// Known answers for (10, 20, 60).
test.each<[Shape, { mean: number; sd: number; p10: number; p50: number; p90: number }]>([
  ["triangular", { mean: 30, sd: 10.8012, p10: 17.0711, p50: 28.3772, p90: 45.8579 }],
  ["pert", { mean: 25, sd: 8.6603, p10: 14.4951, p50: 23.8336, p90: 37.2667 }],
])("%s over (10, 20, 60)", (shape, known) => {
  const estimate = { low: 10, mode: 20, high: 60 };
  expect(estimateMean(estimate, shape)).toBeCloseTo(known.mean, 10);
  expect(estimateDeviation(estimate, shape)).toBeCloseTo(known.sd, 4);
  expect(estimateQuantile(estimate, 0.1, shape)).toBeCloseTo(known.p10, 4);
  expect(estimateQuantile(estimate, 0.5, shape)).toBeCloseTo(known.p50, 4);
  expect(estimateQuantile(estimate, 0.9, shape)).toBeCloseTo(known.p90, 4);
});

test("a certain figure has no spread, and every quantile is itself", () => {
  expect(estimateMean(certain(7))).toBe(7);
  expect(estimateDeviation(certain(7))).toBe(0);
  expect(estimateQuantile(certain(7), 0.9)).toBe(7);
  expect(estimateQuantile(certain(7), 0.1, "triangular")).toBe(7);
});

test("an estimate out of order is refused at the field that is out of order", () => {
  expect(estimateFaults("benefit", { low: 5, mode: 4, high: 9 })).toMatchObject([
    { field: "benefit.mode", code: "order" },
  ]);
  expect(estimateFaults("benefit", { low: 1, mode: 4, high: 3 })).toMatchObject([
    { field: "benefit.high", code: "order" },
  ]);
  expect(estimateFaults("benefit", { low: 9, mode: 5, high: 1 })).toHaveLength(2);
  expect(estimateFaults("benefit", { low: 1, mode: 1, high: 1 })).toEqual([]);
});

test("every figure that is no number or out of bounds is named", () => {
  expect(estimateFaults("adoption", { low: -0.1, mode: Number.NaN, high: 1.2 }, { min: 0, max: 1 })).toMatchObject([
    { field: "adoption.low", code: "negative" },
    { field: "adoption.mode", code: "not_a_number" },
    { field: "adoption.high", code: "out_of_range" },
  ]);
  expect(() => demandEstimate("cost", { low: 2, mode: 1, high: 3 })).toThrow(FigureError);
  expect(demandEstimate("cost", certain(3))).toEqual(certain(3));
});
