import fc from "fast-check";
import { expect, test } from "vitest";
import { aggregate } from "@/sdk/wire/features";
import { AGGREGATES } from "@/sdk/wire/pipeline";
import { Column, type Cut } from "./column";

/** A reading, how late it is, and what is done after it: cut a window, or forget what is older than one. */
const steps = fc.array(
  fc.record({
    afterMs: fc.integer({ min: 0, max: 20 }),
    lateMs: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 200 })),
    value: fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }),
    next: fc.constantFrom("nothing" as const, "nothing" as const, "cut" as const, "forget" as const),
  }),
  { maxLength: 400 },
);

test("every cut has the trainer's features of its readings, and keeps them whatever comes later", () => {
  fc.assert(
    fc.property(steps, (list) => {
      const column = new Column();
      let held: { tsMs: number; value: number }[] = [];
      const cuts: { cut: Cut; tsMs: number[]; values: number[] }[] = [];
      let nowMs = 1_767_225_600_000;
      for (const { afterMs, lateMs, value, next } of list) {
        nowMs += afterMs;
        const tsMs = nowMs - lateMs;
        column.insert(tsMs, value);
        const at = held.findIndex((one) => one.tsMs > tsMs);
        held.splice(at === -1 ? held.length : at, 0, { tsMs, value });
        if (next === "forget") {
          column.dropBefore(nowMs - 150);
          held = held.filter((one) => one.tsMs >= nowMs - 150);
        }
        if (next === "cut") {
          const inside = held.filter((one) => one.tsMs >= nowMs - 100 && one.tsMs < nowMs);
          cuts.push({
            cut: column.cut(nowMs - 100, nowMs),
            tsMs: inside.map((one) => one.tsMs),
            values: inside.map((one) => one.value),
          });
        }
        expect(column.length).toBe(held.length);
        expect(column.oldestMs).toBe(held[0]?.tsMs ?? null);
      }
      for (const { cut, tsMs, values } of cuts) {
        expect([...cut.tsMs]).toEqual(tsMs);
        expect([...cut.values]).toEqual(values);
        for (const agg of AGGREGATES) expect(cut.aggregate(agg)).toBe(aggregate(agg, { tsMs, values }));
      }
    }),
    { seed: 3, numRuns: 300 },
  );
});
