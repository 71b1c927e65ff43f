import { expect, test } from "vitest";
import type { MeasuredEffect } from "./baseline";
import { calibrate, type PastEstimate } from "./calibration";
import { againstForecast, measuredReturn, ninetyDayClock } from "./measured-return";

const GO_LIVE = Date.UTC(2026, 8, 1, 6);
const DAY = 86_400_000;

test("the clock starts once, at go-live", () => {
  expect(ninetyDayClock(null, GO_LIVE)).toEqual({ state: "not started" });
  expect(ninetyDayClock(GO_LIVE, GO_LIVE - 1)).toEqual({ state: "not started" });
  expect(ninetyDayClock(GO_LIVE, GO_LIVE)).toEqual({ state: "running", day: 1, daysLeft: 89 });
  expect(ninetyDayClock(GO_LIVE, GO_LIVE + 90 * DAY - 1)).toEqual({ state: "running", day: 90, daysLeft: 0 });
  expect(ninetyDayClock(GO_LIVE, GO_LIVE + 90 * DAY)).toEqual({ state: "over", day: 91 });
});

/** Ten units saved on each of ten days, give or take two. */
const EFFECT: MeasuredEffect = {
  perDay: 10,
  low: 8,
  high: 12,
  pValue: 0.001,
  measuredDays: 10,
  missingDays: 0,
  extrapolatedDays: 0,
  daily: Array.from({ length: 10 }, () => 10),
};
const COSTS = { oneOffCents: 500, runCentsPerDay: 10, sharedCents: 100, usefulLifeDays: 100 };

test("cash: the one-off is paid on day one", () => {
  expect(measuredReturn(EFFECT, 20, COSTS, "cash")).toMatchObject({
    benefitCents: 2_000,
    costCents: 700,
    netCents: 1_300,
    roi: 1_300 / 700,
    roiLow: 900 / 700,
    roiHigh: 1_700 / 700,
    breakEvenDay: 4, // 600 + 10·d ≤ 200·d from d = 3.16
  });
});

test("amortised: only what was used up so far is a cost", () => {
  const result = measuredReturn(EFFECT, 20, COSTS, "amortised");
  expect(result).toMatchObject({ basis: "amortised", costCents: 160, netCents: 1_840, breakEvenDay: 1 });
});

test("a day that was not measured earns nothing, and is counted", () => {
  const gap = { ...EFFECT, measuredDays: 9, missingDays: 1, daily: EFFECT.daily.with(0, null) };
  expect(measuredReturn(gap, 20, COSTS, "cash")).toMatchObject({ benefitCents: 1_800, missingDays: 1, days: 10 });
});

test("recorded adjustments count on their day", () => {
  const closed = [{ day: 2, cents: -500, reason: "Line 3 stood for a rebuild" }];
  expect(measuredReturn(EFFECT, 20, COSTS, "cash", closed)).toMatchObject({ benefitCents: 1_500, breakEvenDay: 6 });
  expect(() => measuredReturn(EFFECT, 20, COSTS, "cash", [{ day: 10, cents: 1, reason: "" }])).toThrow(
    /adjustments\.0\.day/,
  );
});

test("what never broke even has no break-even day, and what cost nothing has no ratio", () => {
  expect(measuredReturn(EFFECT, 1, COSTS, "cash")).toMatchObject({ breakEvenDay: null, netCents: -600 });
  const free = { oneOffCents: 0, runCentsPerDay: 0, sharedCents: 0, usefulLifeDays: 1 };
  expect(measuredReturn(EFFECT, 1, free, "cash").roi).toBeNull();
});

test("forecast against measurement", () => {
  const range = { p10: -0.2, p90: 0.9 };
  expect([-0.3, -0.2, 0.9, 1].map((roi) => againstForecast(roi, range))).toEqual([
    "below",
    "within",
    "within",
    "above",
  ]);
});

function past(estimator: string, measured: number): PastEstimate {
  return { estimator, p10: 0, p50: 10, p90: 30, measured };
}

test("11 of 20 ranges that held are 55 %, and most misses on one side are optimism", () => {
  const records = [
    ...Array.from({ length: 11 }, (_, index) => past("Ada", index * 2)),
    ...Array.from({ length: 8 }, () => past("Ada", -10)),
    past("Ada", 50),
  ];
  const [ada] = calibrate(records);
  expect(ada).toMatchObject({
    records: 20,
    held: 11,
    share: 0.55,
    below: 8,
    above: 1,
    says: "Your 80 % ranges held 55 %.",
  });
  expect(ada?.low).toBeCloseTo(0.3421, 3); // Wilson
  expect(ada?.high).toBeCloseTo(0.7418, 3);
  expect(ada?.widen).toBe(2);
});

test("estimators are judged by themselves, and not by fewer than five records", () => {
  const [ada, bo] = calibrate([past("Bo", 10), past("Ada", 10), ...Array.from({ length: 5 }, () => past("Bo", 20))]);
  expect(ada).toMatchObject({ estimator: "Ada", widen: null, says: expect.stringContaining("least to judge") });
  expect(bo).toMatchObject({ estimator: "Bo", share: 1, widen: 0.5 });
  expect(calibrate([])).toEqual([]);
});
