import fc from "fast-check";
import { expect, test } from "vitest";
import { aggregate } from "@/sdk/wire/features";
import { AGGREGATES } from "@/sdk/wire/pipeline";
import { type Cut, Table } from "./table";

const WIDTH = 3;
const cell = fc.oneof(
  { weight: 3, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }) },
  fc.constant(Number.NaN),
);
/** A row, how late it is, and what is done after it: cut a window, or forget what is older than one. */
const steps = fc.array(
  fc.record({
    afterMs: fc.integer({ min: 0, max: 20 }),
    lateMs: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 200 })),
    row: fc.array(cell, { minLength: WIDTH, maxLength: WIDTH }),
    next: fc.constantFrom("nothing" as const, "nothing" as const, "cut" as const, "forget" as const),
  }),
  { maxLength: 400 },
);

test("every cut has the trainer's features of its readings, and keeps them whatever comes later", () => {
  fc.assert(
    fc.property(steps, (list) => {
      const table = new Table(WIDTH);
      let held: { tsMs: number; row: number[] }[] = [];
      const cuts: { cut: Cut; inside: typeof held }[] = [];
      let nowMs = 1_767_225_600_000;
      for (const { afterMs, lateMs, row, next } of list) {
        nowMs += afterMs;
        const tsMs = nowMs - lateMs;
        table.insert(tsMs, Float64Array.from(row));
        const at = held.findIndex((one) => one.tsMs > tsMs);
        held.splice(at === -1 ? held.length : at, 0, { tsMs, row });
        if (next === "forget") {
          table.dropBefore(nowMs - 150);
          held = held.filter((one) => one.tsMs >= nowMs - 150);
        }
        if (next === "cut") {
          const inside = held.filter((one) => one.tsMs >= nowMs - 100 && one.tsMs < nowMs);
          cuts.push({ cut: table.cut(nowMs - 100, nowMs), inside });
        }
        expect(table.length).toBe(held.length);
        expect(table.oldestMs).toBe(held[0]?.tsMs ?? null);
      }
      for (const { cut, inside } of cuts) {
        for (let column = 0; column < WIDTH; column += 1) {
          const readings = inside.filter(({ row }) => !Number.isNaN(row[column]));
          const tsMs = readings.map((one) => one.tsMs);
          const values = readings.map(({ row }) => row[column] ?? Number.NaN);
          const series = cut.series(column);
          expect([...series.tsMs]).toEqual(tsMs);
          expect([...series.values]).toEqual(values);
          for (const agg of AGGREGATES) expect(cut.aggregate(agg, column)).toBe(aggregate(agg, { tsMs, values }));
        }
      }
    }),
    { seed: 3, numRuns: 300 },
  );
});

test("the oldest row that goes says how many readings went with it", () => {
  const table = new Table(WIDTH);
  table.insert(2, Float64Array.of(1, Number.NaN, 3));
  table.insert(1, Float64Array.of(Number.NaN, Number.NaN, 7));
  expect([table.dropOldest(), table.dropOldest(), table.dropOldest()]).toEqual([1, 2, 0]);
  expect(table.oldestMs).toBeNull();
});
