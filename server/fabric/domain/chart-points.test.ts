import { describe, expect, test } from "vitest";
import { rangeStats, readingPoints, rollupPoints, type ChartPoints } from "./chart-points";

function readings(
  count: number,
  stepMs: number,
  value: (i: number) => number,
  quality: (i: number) => number = () => 0,
) {
  return {
    tsMs: Float64Array.from({ length: count }, (_, i) => i * stepMs),
    values: Float64Array.from({ length: count }, (_, i) => value(i)),
    quality: Uint8Array.from({ length: count }, (_, i) => quality(i)),
  };
}

describe("readings as points", () => {
  test("few readings are drawn one by one, and an unusable one breaks the line", () => {
    const points = readingPoints(
      readings(
        3,
        1_000,
        (i) => i,
        (i) => (i === 1 ? 2 : 0),
      ),
      { fromMs: 0, toMs: 3_000 },
      1_000,
    );
    expect(points).toMatchObject({ mean: [0, null, 2], n: [1, 0, 1], bad: [0, 1, 0], bucketMs: null, source: "raw" });
  });

  test("many readings become at most the points asked for, and no extreme is lost", () => {
    const points = readingPoints(
      readings(36_000, 100, (i) => (i === 17_777 ? 99 : Math.sin(i))),
      { fromMs: 0, toMs: 3_600_000 },
      1_000,
    );
    expect(points.tsMs.length).toBeLessThanOrEqual(1_000);
    expect(points.n.reduce((sum, n) => sum + n, 0)).toBe(36_000);
    expect(rangeStats(points).max).toEqual({ value: 99, tsMs: 1_775_000 });
  });

  test("buckets stay where they are when the range moves", () => {
    const all = readings(36_000, 100, (i) => i);
    const first = readingPoints(all, { fromMs: 0, toMs: 3_600_000 }, 500);
    const second = readingPoints(all, { fromMs: 1_300, toMs: 3_601_300 }, 500);
    expect(second.tsMs).toEqual(first.tsMs);
  });

  test("uncertain and substituted values count, others do not", () => {
    const stats = rangeStats(
      readingPoints(
        readings(
          8,
          1_000,
          () => 5,
          (i) => i,
        ),
        { fromMs: 0, toMs: 8_000 },
        1_000,
      ),
    );
    expect(stats).toMatchObject({ received: 8, unusable: 5, mean: 5 });
  });

  test("a mean is weighted by the readings behind each point", () => {
    const points: ChartPoints = {
      tsMs: [0, 1],
      mean: [1, 4],
      min: [0, 2],
      max: [2, 6],
      n: [3, 1],
      bad: [0, 0],
      source: "1m",
      bucketMs: 60_000,
    };
    expect(rangeStats(points)).toEqual({
      received: 4,
      unusable: 0,
      mean: 1.75,
      min: { value: 0, tsMs: 0 },
      max: { value: 6, tsMs: 1 },
    });
  });

  test("a rollup bucket without a usable reading becomes null, which JSON can carry", () => {
    const column = Float64Array.from([1, Number.NaN]);
    const points = rollupPoints({
      tsMs: Float64Array.from([0, 60_000]),
      values: column,
      min: column,
      max: column,
      n: Float64Array.from([4, 0]),
      bad: Float64Array.from([1, 5]),
      source: "1m",
      bucketMs: 60_000,
    });
    expect(JSON.parse(JSON.stringify(points))).toMatchObject({ mean: [1, null], n: [4, 0], bad: [1, 5] });
  });
});
