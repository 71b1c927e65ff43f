import { expect, test } from "vitest";
import { type Baseline, fitBaseline, type KpiDay, measureEffect } from "./baseline";
import { normalQuantile } from "./distributions";
import { seededRandom } from "./random";

/** Days of a KPI around 100 whose noise resembles the day before by `rho`, standard deviation 10. */
function days(count: number, rho: number, random: () => number, shift = 0): KpiDay[] {
  let at = 10 * normalQuantile(random());
  return Array.from({ length: count }, () => {
    at = rho * at + 10 * Math.sqrt(1 - rho ** 2) * normalQuantile(random());
    return { value: 100 + at + shift, drivers: [] };
  });
}

function accepted(history: readonly KpiDay[], names: readonly string[] = []): Baseline {
  const answer = fitBaseline(history, names);
  if (!answer.accepted) throw new Error(answer.why);
  return answer.baseline;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

test("where nothing changed, the corrected test says so in 93 % of cases; a plain z-test is fooled in one of five", () => {
  const random = seededRandom("false positives");
  const runs = 2_000;
  let [corrected, naive] = [0, 0];
  for (let run = 0; run < runs; run += 1) {
    const all = days(180, 0.5, random);
    const [before, after] = [all.slice(0, 90), all.slice(90)];
    const effect = measureEffect(accepted(before), after, "up");
    if (effect && (effect.low > 0 || effect.high < 0)) corrected += 1;
    const valuesOf = (part: readonly KpiDay[]) => part.map(({ value }) => value ?? 0);
    const varianceOf = (values: readonly number[]) => mean(values.map((x) => (x - mean(values)) ** 2));
    const [a, b] = [valuesOf(before), valuesOf(after)];
    if (Math.abs(mean(b) - mean(a)) / Math.sqrt(varianceOf(a) / 90 + varianceOf(b) / 90) > 1.96) naive += 1;
  }
  expect(naive / runs).toBeGreaterThan(0.2);
  expect(corrected / runs).toBeLessThanOrEqual(0.07);
}, 60_000);

test("an effect as large as what can be seen is seen in about four of five cases", () => {
  const random = seededRandom("power");
  const runs = 1_000;
  let found = 0;
  for (let run = 0; run < runs; run += 1) {
    const all = days(180, 0.5, random);
    const after = all.slice(90).map(({ value }) => ({ value: (value ?? 0) + 7.234, drivers: [] }));
    const effect = measureEffect(accepted(all.slice(0, 90)), after, "up");
    if (effect && effect.low > 0) found += 1;
  }
  expect(found / runs).toBeGreaterThan(0.7);
  expect(found / runs).toBeLessThan(0.9);
}, 60_000);

/** Energy rises with load and with cold; the use case saves 6 per day, but winter comes at go-live. */
function plant(seed: string): { before: KpiDay[]; after: KpiDay[] } {
  const random = seededRandom(seed);
  const day = (cold: number, saving: number): KpiDay => {
    const load = 50 + 10 * random();
    return { value: 20 + 1.5 * load + 2 * cold - saving + normalQuantile(random()), drivers: [load, cold] };
  };
  return {
    before: Array.from({ length: 90 }, () => day(10 * random(), 0)),
    after: Array.from({ length: 60 }, () => day(4 + 5 * random(), 6)),
  };
}

test("a saving is found although the weather hid it, with an interval around it", () => {
  const { before, after } = plant("winter");
  const effect = measureEffect(accepted(before, ["load", "cold"]), after, "down");
  expect(effect?.low).toBeLessThan(6);
  expect(effect?.high).toBeGreaterThan(6);
  expect(effect?.perDay).toBeCloseTo(6, 0);
  expect(effect?.pValue).toBeLessThan(1e-6);
  const plain = mean(before.map(({ value }) => value ?? 0)) - mean(after.map(({ value }) => value ?? 0));
  expect(Math.abs(plain - 6)).toBeGreaterThan(1.5);
});

test("a worsening is a negative effect in either direction", () => {
  const { before, after } = plant("winter");
  expect(measureEffect(accepted(before, ["load", "cold"]), after, "up")?.high).toBeLessThan(0);
});

test("days without a value are counted, never guessed; days beyond the baseline's range are named", () => {
  const { before, after } = plant("gaps");
  const [first, second, ...rest] = after;
  if (!first || !second) throw new Error("no days");
  const odd = [
    { ...first, value: null },
    { ...second, drivers: [55, null] },
    { value: 150, drivers: [90, 5] },
    ...rest,
  ];
  const effect = measureEffect(accepted(before, ["load", "cold"]), odd, "down");
  expect(effect).toMatchObject({ missingDays: 2, measuredDays: 59, extrapolatedDays: 1 });
  expect(effect?.daily.slice(0, 2)).toEqual([null, null]);
  expect(measureEffect(accepted(before, ["load", "cold"]), [{ value: null, drivers: [1, 2] }], "up")).toBeNull();
});

test("gaps in the baseline do not make strangers into neighbours", () => {
  const random = seededRandom("gaps");
  const all = days(120, 0.8, random).map((day, index) => (index % 3 === 0 ? { ...day, value: null } : day));
  expect(accepted(all).rho).toBeGreaterThan(0.5);
});

test.each<[string, KpiDay[], string[], RegExp]>([
  [
    "too few days",
    Array.from({ length: 9 }, (_, day) => ({ value: day, drivers: [day] })),
    ["load"],
    /9 complete days; 10/,
  ],
  [
    "a driver that never changed",
    Array.from({ length: 40 }, (_, day) => ({ value: 100 + (day % 5), drivers: [7] })),
    ["load"],
    /load never changed/,
  ],
  [
    "a driver that another one contains",
    Array.from({ length: 40 }, (_, day) => ({ value: 100 + (day % 5), drivers: [day % 7, 3 * (day % 7) + 1] })),
    ["load", "speed"],
    /speed says nothing/,
  ],
  [
    "a KPI that scatters too much",
    Array.from({ length: 40 }, (_, day) => ({ value: (day * 37) % 100, drivers: [] })),
    [],
    /scatters by \d+ % .* 25 % is the limit/,
  ],
  ["a KPI that never moves", Array.from({ length: 40 }, () => ({ value: 5, drivers: [] })), [], /does not scatter/],
])("%s: the baseline is refused with the reason", (_name, history, names, why) => {
  const answer = fitBaseline(history, names);
  expect(answer).toMatchObject({ accepted: false, why: expect.stringMatching(why) });
});
