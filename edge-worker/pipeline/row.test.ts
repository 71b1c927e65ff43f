import fc from "fast-check";
import { expect, test } from "vitest";
import { RowSample, type Sample } from "../samples";
import { cleaner, compileRule } from "./clean";
import { type Window, type WindowCounts, window } from "./window";

const INPUTS = new Map([
  ["a", "p/a"],
  ["b", "p/b"],
  ["c", "p/c"],
]);
/** What sources send: some streams together, others alone, and one that no pipeline takes. */
const LISTS = [["p/b", "p/a", "other"], ["p/c"], ["p/a"], ["other"]] as const;

async function* from<T>(items: Iterable<T>): AsyncGenerator<T> {
  yield* items;
}

async function windowsOf(items: readonly Sample[]): Promise<{ windows: unknown[]; counts: WindowCounts }> {
  const counts: WindowCounts = { late: 0, unusable: 0, overflow: 0 };
  const options = { device: null, inputs: INPUTS, sizeMs: 40, everyMs: 10, latenessMs: 5, maxReadings: 20 };
  const windows: Window[] = [];
  for await (const item of window(from(items), options, counts)) windows.push(item);
  const series = (item: Window, alias: string) => {
    const found = item.series.get(alias);
    return found && { tsMs: [...found.tsMs], values: [...found.values], max: item.series.aggregate(alias, "max") };
  };
  return {
    windows: windows.map((item) => [item.fromMs, item.toMs, ...[...INPUTS.keys()].map((alias) => series(item, alias))]),
    counts,
  };
}

test("rows and records of the same readings give the same windows and counts", async () => {
  const readings = fc.array(
    fc.record({
      list: fc.constantFrom(...LISTS),
      afterMs: fc.integer({ min: 0, max: 6 }),
      lateMs: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 90 })),
      values: fc.array(fc.oneof(fc.integer({ min: -9, max: 9 }), fc.constantFrom(null, Number.NaN)), {
        minLength: 3,
        maxLength: 3,
      }),
    }),
    { maxLength: 200 },
  );
  await fc.assert(
    fc.asyncProperty(readings, async (list) => {
      let nowMs = 1_767_225_600_000;
      const rows = list.map(({ list: keys, afterMs, lateMs, values }) => {
        nowMs += afterMs;
        return new RowSample(nowMs - lateMs, { keys, values: values.slice(0, keys.length) });
      });
      const records = rows.map(({ tsMs, values }): Sample => ({ tsMs, values }));
      expect(await windowsOf(rows)).toEqual(await windowsOf(records));
    }),
    { seed: 5, numRuns: 200 },
  );
});

test("a mark on a row's reading takes it out of the windows", async () => {
  const mark = cleaner(new Map([["p/a", compileRule({ range: [0, 5, "mm/s"] }, "mm/s")]]));
  const keys = ["p/a", "p/b"];
  const samples = [9, 1, 2].map((value, at) => mark(new RowSample(at * 10, { keys, values: [value, value] })));
  const { windows, counts } = await windowsOf(samples);
  expect(counts.unusable).toBe(1);
  expect(windows.at(-1)).toMatchObject([-20, 20, { values: [1] }, { values: [9, 1] }, undefined]);
});
