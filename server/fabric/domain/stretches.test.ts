import { describe, expect, test } from "vitest";
import type { ChartPoints } from "./chart-points";
import { silentStretches, stretchesWithout, unheardStretches, unusableStretches } from "./stretches";

const at = (...tsMs: number[]): ChartPoints => ({
  tsMs,
  mean: tsMs.map(() => 1),
  min: [],
  max: [],
  n: tsMs.map(() => 1),
  bad: tsMs.map(() => 0),
  source: "raw",
  bucketMs: null,
});
/** Readings a second apart; those named arrive and are not to be used. */
const withBad = (count: number, isBad: (i: number) => boolean): ChartPoints => {
  const all = at(...Array.from({ length: count }, (_, i) => i * 1_000));
  const bad = all.tsMs.map((_, i) => (isBad(i) ? 1 : 0));
  return { ...all, bad, n: bad.map((one) => 1 - one), mean: bad.map((one) => (one === 1 ? null : 1)) };
};

describe("silence", () => {
  test("is longer than three periods of a declared rate", () => {
    expect(silentStretches(at(0, 1_000, 2_000, 9_000, 10_000), 1, { fromMs: 0, toMs: 10_500 })).toEqual([
      { fromMs: 2_000, toMs: 9_000 },
    ]);
  });

  test("at both ends of the range counts", () => {
    expect(silentStretches(at(60_000, 61_000), 1, { fromMs: 0, toMs: 120_000 })).toEqual([
      { fromMs: 0, toMs: 60_000 },
      { fromMs: 61_000, toMs: 120_000 },
    ]);
  });

  test("of a stream without a rate is only said when it stands out", () => {
    expect(silentStretches(at(0, 20_000, 41_000, 60_000), null, { fromMs: 0, toMs: 61_000 })).toEqual([]);
    expect(silentStretches(at(0, 20_000, 400_000, 420_000), null, { fromMs: 0, toMs: 421_000 })).toEqual([
      { fromMs: 20_000, toMs: 400_000 },
    ]);
  });

  test("is not what arrived and cannot be used", () => {
    const points = withBad(60, (i) => i >= 20 && i < 40);
    const range = { fromMs: 0, toMs: 60_000 };
    expect(silentStretches(points, 1, range)).toEqual([]);
    expect(unheardStretches(points, { rateHz: 1, sinceMs: 10_000 }, range)).toEqual([]);
  });
});

describe("what arrived and cannot be used", () => {
  test("goes from its first reading to the next usable one", () => {
    expect(unusableStretches(withBad(60, (i) => (i >= 20 && i < 40) || i === 50))).toEqual([
      { fromMs: 20_000, toMs: 40_000 },
      { fromMs: 50_000, toMs: 51_000 },
    ]);
  });

  test("ends with its bucket where silence or the range follows", () => {
    const minutes: ChartPoints = {
      ...at(0, 60_000, 120_000, 600_000),
      ...{ n: [1, 0, 0, 0], bad: [3, 60, 60, 60], mean: [1, null, null, null], source: "1m", bucketMs: 60_000 },
    };
    expect(unusableStretches({ ...minutes, n: [1, 0, 0, 5] })).toEqual([{ fromMs: 60_000, toMs: 180_000 }]);
    expect(unusableStretches(minutes).at(-1)?.toMs).toBe(660_000);
    expect(unusableStretches(at(0, 1_000))).toEqual([]);
  });
});

describe("gap records taken out of a silence", () => {
  test("leave all of it that no record explains", () => {
    const outage = [{ fromMs: 0, toMs: 7_200_000 }];
    expect(stretchesWithout(outage, [{ fromMs: 60_000, toMs: 70_000 }])).toEqual([
      { fromMs: 0, toMs: 60_000 },
      { fromMs: 70_000, toMs: 7_200_000 },
    ]);
  });

  test("may overlap, stand outside, touch, or cover it", () => {
    const stretch = [{ fromMs: 100, toMs: 200 }];
    const left = (...gaps: [number, number][]) =>
      stretchesWithout(
        stretch,
        gaps.map(([fromMs, toMs]) => ({ fromMs, toMs })),
      ).map(({ fromMs, toMs }) => [fromMs, toMs]);
    expect(left()).toEqual([[100, 200]]);
    expect(left([0, 100], [200, 300])).toEqual([[100, 200]]);
    expect(left([140, 160], [120, 150])).toEqual([
      [100, 120],
      [160, 200],
    ]);
    expect(left([90, 110], [190, 210])).toEqual([[110, 190]]);
    expect(left([0, 1_000])).toEqual([]);
  });
});
