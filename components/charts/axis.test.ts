import { describe, expect, test } from "vitest";
import { chartRows, timeTicks, valueAxis } from "./axis";

describe("the value axis", () => {
  test("holds the data, the limit and zero on round ticks", () => {
    expect(valueAxis(1.7, 4.9, [0, 4.5])).toEqual({ min: 0, max: 6, ticks: [0, 1.5, 3, 4.5, 6] });
  });
  test("leaves zero and far limits out where they would flatten the line", () => {
    const axis = valueAxis(220, 224, [null, 1_000]);
    expect(axis.min).toBeGreaterThan(200);
    expect(axis.max).toBeLessThan(240);
  });
  test("of a flat line has room around it, and of nothing is still an axis", () => {
    expect(valueAxis(5, 5, []).ticks.length).toBeGreaterThan(2);
    expect(valueAxis(null, null, []).max).toBeGreaterThan(0);
  });
});

describe("the time axis", () => {
  test("stands on round times of the zone and names a new day", () => {
    const ticks = timeTicks(Date.UTC(2026, 10, 23, 21, 30), Date.UTC(2026, 10, 24, 3, 30), "Europe/Paris", 8);
    expect(ticks.map((tick) => tick.label)).toEqual(["23:00", "24 Nov", "01:00", "02:00", "03:00", "04:00"]);
    expect(ticks.filter((tick) => tick.day)).toHaveLength(1);
  });
  test("shows seconds for a minute", () => {
    expect(timeTicks(0, 60_000, "UTC", 6).map((tick) => tick.label)[1]).toBe("00:00:10");
  });
});

test("the line breaks in a gap and the live tail joins the buckets", () => {
  const points = { tsMs: [0, 10_000], mean: [1, 2], min: [0, 1], max: [2, 3], bucketMs: 10_000 };
  const rows = chartRows(
    points,
    [{ fromMs: 12_000, toMs: 14_000 }],
    [
      { tsMs: 15_000, value: 9 },
      { tsMs: 21_000, value: 4 },
      { tsMs: 22_000, value: 6 },
    ],
  );
  expect(rows).toEqual([
    { t: 5_000, mean: 1, band: [0, 2] },
    { t: 13_000, mean: null, band: null },
    { t: 15_000, mean: 2, band: [1, 3] },
    { t: 25_000, mean: 5, band: [4, 6] },
  ]);
});
