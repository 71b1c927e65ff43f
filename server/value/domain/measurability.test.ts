import { expect, test } from "vitest";
import { noiseOf } from "./autocorrelation";
import { normalQuantile } from "./distributions";
import { detectableEffect, measurability, remedyWords } from "./measurability";
import { seededRandom } from "./random";

// σ = 10.
test.each([
  [0, 90, 90, 4.176],
  [0.5, 90, 90, 7.234],
  [0.8, 90, 90, 12.529],
  [0.5, 28, 90, 10.5],
])("at ρ = %d with %d days before and %d after, %d can be seen", (rho, before, after, known) => {
  expect(detectableEffect({ deviation: 10, rho }, before, after)).toBeCloseTo(known, known === 10.5 ? 2 : 3);
});

const NOISE = { deviation: 10, rho: 0.5, days: 90 };

test("an effect as large as what can be seen is measurable, and needs no remedy", () => {
  expect(measurability(7.24, NOISE, 90, 90)).toMatchObject({ measurable: true, remedies: [] });
});

test("what would fix it does fix it, and one day less does not", () => {
  const { measurable, remedies } = measurability(6.5, NOISE, 90, 90);
  expect(measurable).toBe(false);
  const [baseline, window, quieter] = remedies;
  const before = baseline?.kind === "longer baseline" ? (baseline.days ?? 0) : 0;
  expect(measurability(6.5, NOISE, before, 90).measurable).toBe(true);
  expect(measurability(6.5, NOISE, before - 1, 90).measurable).toBe(false);
  const after = window?.kind === "longer window" ? (window.days ?? 0) : 0;
  expect(measurability(6.5, NOISE, 90, after).measurable).toBe(true);
  const explained = quieter?.kind === "less noise" ? quieter.shareToExplain : 0;
  const left = { ...NOISE, deviation: NOISE.deviation * Math.sqrt(1 - explained) };
  expect(detectableEffect(left, 90, 90)).toBeCloseTo(6.5, 9);
});

test("no baseline is long enough when the window alone hides the effect", () => {
  expect(measurability(4, NOISE, 90, 90).remedies[0]).toEqual({ kind: "longer baseline", days: null });
});

test("what would fix it is said in words, without a length that would not do", () => {
  expect(remedyWords(6.5, NOISE, 90)).toBe(
    "What would show it: a baseline of 147 days instead of 90; or a window of 147 days after go-live instead of 90; " +
      "or a KPI whose drivers explain 20 % of its variance, or one that scatters less.",
  );
  expect(remedyWords(4, NOISE, 90)).toMatch(/^What would show it: a KPI whose drivers explain 70 % of its variance/);
  expect(remedyWords(7.3, NOISE, 90)).toBe("");
});

test("the noise of a series is found in it, also through gaps", () => {
  const random = seededRandom("noise");
  const values: (number | null)[] = [];
  let at = 0;
  for (let day = 0; day < 20_000; day += 1) {
    at = 0.6 * at + normalQuantile(random()) * 8;
    values.push(day % 7 === 0 ? null : 100 + at);
  }
  const noise = noiseOf(values);
  expect(noise?.rho).toBeCloseTo(0.6, 1);
  expect(noise?.deviation).toBeCloseTo(8 / Math.sqrt(1 - 0.36), 0);
});

test("a series that does not move, or is too short, has no noise to know", () => {
  expect(noiseOf(Array.from({ length: 40 }, () => 3))).toBeNull();
  expect(noiseOf([1, 2, 3, 4])).toBeNull();
  expect(noiseOf([])).toBeNull();
});

test("neighbours that alternate count as independent, not as better than that", () => {
  expect(noiseOf(Array.from({ length: 60 }, (_, day) => (day % 2) + day / 1_000))?.rho).toBe(0);
});
