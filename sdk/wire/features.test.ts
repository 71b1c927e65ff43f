import { expect, test } from "vitest";
import { aggregate } from "./features";
import type { Aggregate } from "./pipeline";

const series = { tsMs: [0, 1_000, 2_000, 3_000, 4_000], values: [2, 4, 4, 4, 6] };

/** Known answers: numpy mean, std, percentile(95), polyfit; scipy.stats.kurtosis. */
test.each<[Aggregate, number]>([
  ["mean", 4],
  ["std", Math.sqrt(1.6)],
  ["rms", Math.sqrt(88 / 5)],
  ["min", 2],
  ["max", 6],
  ["p95", 5.6],
  ["kurtosis", -0.5],
  ["last", 6],
  ["slope", 0.8],
])("%s", (agg, expected) => expect(aggregate(agg, series)).toBeCloseTo(expected, 12));

test("an empty window has no features, a constant one has no spread", () => {
  expect(aggregate("mean", { tsMs: [], values: [] })).toBeNaN();
  const flat = { tsMs: [5], values: [3] };
  expect([aggregate("std", flat), aggregate("kurtosis", flat), aggregate("slope", flat)]).toEqual([0, 0, 0]);
});
