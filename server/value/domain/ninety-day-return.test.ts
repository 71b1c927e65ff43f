import { expect, test } from "vitest";
import { certain, estimateQuantile } from "./estimate";
import { FigureError } from "./fault";
import { forecastPortfolio, forecastReturn, rampFactor, type ReturnForecast } from "./ninety-day-return";
import { seededRandom } from "./random";
import { quantileOf, samplerOf } from "./sampling";

/** Benefit PERT(40, 100, 220) and cost PERT(60, 80, 140) over the window. */
const KNOWN: ReturnForecast = {
  benefits: [{ kpi: "scrap", effectPerDay: certain(1 / 90), centsPerUnit: { low: 40, mode: 100, high: 220 } }],
  adoption: certain(1),
  rampDays: 0,
  oneOffCents: { low: 60, mode: 80, high: 140 },
  runCentsPerDay: certain(0),
  sharedCents: 0,
  shape: "pert",
};

test("200,000 draws give the known range", () => {
  const range = forecastReturn(KNOWN, "known answer", 200_000);
  expect(range.p10).toBeCloseTo(-0.242, 2);
  expect(range.p50).toBeCloseTo(0.253, 2);
  expect(range.p90).toBeCloseTo(0.921, 2);
  expect(range.chanceOfGain).toBeCloseTo(0.719, 2);
});

// The standard error of 10,000 draws is 0.005, 0.006 and 0.010 at P10, P50 and P90: of 200 seeds 25 leave 0.015, nearly all of them at P90.
// A seed belongs to its estimate, so these are fixed too.
test("10,000 draws stay within 0.015 of it", () => {
  for (const seed of ["known answer", "a", "b", "c", "d"]) {
    const range = forecastReturn(KNOWN, seed);
    expect(Math.abs(range.p10 + 0.242)).toBeLessThan(0.015);
    expect(Math.abs(range.p50 - 0.253)).toBeLessThan(0.015);
    expect(Math.abs(range.p90 - 0.921)).toBeLessThan(0.015);
    expect(Math.abs(range.chanceOfGain - 0.719)).toBeLessThan(0.015);
  }
});

test("the modes alone would say 25 % and hide the chance of a loss", () => {
  const modesOnly = {
    ...KNOWN,
    benefits: [{ kpi: "scrap", effectPerDay: certain(1 / 90), centsPerUnit: certain(100) }],
    oneOffCents: certain(80),
  };
  const { p10, p50, chanceOfGain } = forecastReturn(modesOnly, "modes", 100);
  expect([p10, p50, chanceOfGain]).toEqual([expect.closeTo(0.25, 12), expect.closeTo(0.25, 12), 1]);
});

test("the same seed gives the same answer, another seed another one", () => {
  expect(forecastReturn(KNOWN, "2026-11")).toEqual(forecastReturn(KNOWN, "2026-11"));
  const other = forecastReturn(KNOWN, "2026-12");
  expect(other.p50).not.toBe(forecastReturn(KNOWN, "2026-11").p50);
  expect(other.inputHash).toBe(forecastReturn(KNOWN, "2026-11").inputHash);
  expect(forecastReturn({ ...KNOWN, rampDays: 1 }, "2026-12").inputHash).not.toBe(other.inputHash);
});

test("the table draws what the formula says, in both shapes", () => {
  const estimate = { low: 10, mode: 20, high: 60 };
  for (const shape of ["pert", "triangular"] as const) {
    const random = seededRandom(shape);
    const draw = samplerOf(estimate, shape);
    const sorted = Float64Array.from({ length: 200_000 }, () => draw(random)).sort();
    for (const p of [0.1, 0.5, 0.9]) {
      expect(Math.abs(quantileOf(sorted, p) - estimateQuantile(estimate, p, shape))).toBeLessThan(0.2);
    }
    expect(sorted[0]).toBeGreaterThanOrEqual(10);
    expect(sorted.at(-1)).toBeLessThanOrEqual(60);
  }
});

test("the table itself is as exact as its 2,001 points, also where the mode is at an end", () => {
  for (const estimate of [
    { low: 10, mode: 20, high: 60 },
    { low: 0, mode: 0, high: 1 },
    { low: -5, mode: 3, high: 3 },
  ]) {
    const draw = samplerOf(estimate);
    for (const p of [0.001, 0.1, 0.5, 0.9, 0.999]) {
      const width = estimate.high - estimate.low;
      expect(Math.abs(draw(() => p) - estimateQuantile(estimate, p))).toBeLessThan(width * 1e-4);
    }
  }
});

test("a ramp costs half of its days, and a long one more", () => {
  expect(rampFactor(0)).toBe(1);
  expect(rampFactor(30)).toBeCloseTo(75 / 90, 12);
  expect(rampFactor(90)).toBe(0.5);
  expect(rampFactor(180)).toBe(0.25);
});

test("what half the people use earns half, and running it costs every day of the window", () => {
  const forecast = { ...KNOWN, adoption: certain(0.5), oneOffCents: certain(10), runCentsPerDay: certain(1) };
  const fixed = { ...forecast, benefits: [{ kpi: "k", effectPerDay: certain(2), centsPerUnit: certain(5) }] };
  expect(forecastReturn(fixed, "s", 10).p50).toBeCloseTo((2 * 5 * 90 * 0.5 - 100) / 100, 12);
});

test("a shared asset is paid once, and portfolio percentiles are not sums", () => {
  const assets = new Map([["line gateway", certain(40)]]);
  const fixed = {
    ...KNOWN,
    benefits: [{ kpi: "k", effectPerDay: certain(1), centsPerUnit: certain(1) }],
    oneOffCents: certain(10),
  };
  const member = { forecast: fixed, assets: ["line gateway"] };
  expect(forecastPortfolio([member], assets, "s", 10).p50).toBeCloseTo((90 - 50) / 50, 12);
  expect(forecastPortfolio([member, member], assets, "s", 10).p50).toBeCloseTo((180 - 60) / 60, 12);

  const uncertain = { forecast: KNOWN, assets: [] };
  const alone = forecastReturn(KNOWN, "s");
  const four = forecastPortfolio([uncertain, uncertain, uncertain, uncertain], assets, "s");
  expect(four.p10).toBeGreaterThan(alone.p10 + 0.1);
  expect(four.p90).toBeLessThan(alone.p90 - 0.1);
});

test.each([
  [{ adoption: certain(1.5) }, "adoption.low"],
  [{ oneOffCents: { low: 2, mode: 1, high: 3 } }, "oneOffCents.mode"],
  [{ runCentsPerDay: certain(Number.NaN) }, "runCentsPerDay.low"],
  [{ rampDays: -1 }, "rampDays"],
  [{ benefits: [] }, "benefits"],
  [{ oneOffCents: certain(0) }, "oneOffCents.low"],
])("%j is refused at its field", (wrong, field) => {
  expect(() => forecastReturn({ ...KNOWN, ...wrong }, "s")).toThrow(FigureError);
  expect(() => forecastReturn({ ...KNOWN, ...wrong }, "s")).toThrow(field);
});

test("an asset without a cost is refused, not taken for free", () => {
  const member = { forecast: KNOWN, assets: ["camera"] };
  expect(() => forecastPortfolio([member], new Map(), "s")).toThrow(/camera/);
  expect(() => forecastPortfolio([], new Map(), "s")).toThrow(/at least one/);
});
