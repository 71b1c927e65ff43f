import { expect, test } from "vitest";
import { type Account, compareRows, isBalanced, type Stored } from "./account";
import { parseLedger } from "./ledger";

/** Ten rows: readings 100 to 109 in rows 0 to 9. */
const LEDGER = parseLedger("s 0\no 100 109\nk 100 109 10\n");
const ALL = Array.from({ length: 10 }, (_, i) => 100 + i);

function stored(readings: readonly number[], gaps: Stored["gaps"] = [], substitutes = 0): Stored {
  const times = new Map<number, number>();
  for (const n of readings) times.set(n, (times.get(n) ?? 0) + 1);
  return { times, substitutes, batchRows: readings.length + substitutes, gaps };
}
const without = (...gone: number[]) => ALL.filter((n) => !gone.includes(n));
const gap = (first: number, count: number, isRollup = false) => ({ first, count, isRollup });
const faults = ({ lost, doubled, invented, contradicted }: Account) => ({ lost, doubled, invented, contradicted });
const CLEAN = { lost: 0, doubled: 0, invented: 0, contradicted: 0 };

test("all rows stored, or exactly those that gap records name are not", () => {
  const whole = compareRows(LEDGER, stored(ALL));
  expect(whole).toEqual({ kept: 10, stored: 10, substituted: 0, dropped: 0, ...CLEAN });
  expect(isBalanced(whole)).toBe(true);
  const dropped = compareRows(LEDGER, stored(without(103, 104, 107), [gap(3, 2), gap(7, 1)]));
  expect(dropped).toEqual({ kept: 10, stored: 7, substituted: 0, dropped: 3, ...CLEAN });
});

test("the counts are right but the rows are not: one lost, another wrongly named", () => {
  expect(faults(compareRows(LEDGER, stored(without(103), [gap(4, 1)])))).toEqual({
    ...CLEAN,
    lost: 1,
    contradicted: 1,
  });
});

test("lost, doubled, invented, named twice, named beyond the log", () => {
  const of = (store: Stored) => faults(compareRows(LEDGER, store));
  expect(of(stored(without(105)))).toEqual({ ...CLEAN, lost: 1 });
  expect(of(stored([...ALL, 105]))).toEqual({ ...CLEAN, doubled: 1 });
  expect(of(stored([...ALL, 7]))).toEqual({ ...CLEAN, invented: 1 });
  expect(of(stored(without(103, 104), [gap(3, 2), gap(4, 1)]))).toEqual({ ...CLEAN, contradicted: 1 });
  expect(of(stored(ALL, [gap(10, 3)]))).toEqual({ ...CLEAN, contradicted: 3 });
  expect(of({ ...stored(ALL), batchRows: 11 })).toEqual({ ...CLEAN, contradicted: 1 });
});

test("a batch shrunk to minutes: three rows stand for it just before its gap record, no more and no fewer", () => {
  const gone = [102, 103, 104, 105, 106, 107];
  const of = (readings: number[], gaps: Stored["gaps"], substitutes: number) =>
    faults(compareRows(LEDGER, stored(readings, gaps, substitutes)));
  expect(of(without(...gone), [gap(5, 3, true)], 3)).toEqual(CLEAN);
  // one more is missing just before the three, or after the gap record
  expect(of(without(101, ...gone), [gap(5, 3, true)], 3)).toEqual({ ...CLEAN, lost: 1 });
  expect(of(without(...gone, 108), [gap(5, 3, true)], 3)).toEqual({ ...CLEAN, lost: 1 });
  // nothing stands for them, or the gap record does not say so
  expect(of(without(...gone), [gap(5, 3, true)], 0)).toEqual({ ...CLEAN, lost: 3 });
  expect(of(without(...gone), [gap(5, 3)], 3)).toEqual({ ...CLEAN, lost: 3, contradicted: 3 });
});

test("the ledger tells rows after a kill: what was under way got in up to the next row, and what was refused comes last", () => {
  const ledger = parseLedger("s 0\no 0 3\nk 0 3 4\no 4 7\nr 5\ns 6\no 8 9\nr 8\nk 8 9 8\no 10 11\ncut off");
  expect(ledger.rows).toEqual([0, 1, 2, 3, 4, 6, 9, 8]);
  expect(ledger.open).toEqual([10, 11]);
  expect(ledger.next).toBe(12);
  // 7 and 5 never got in: if the store has one, somebody made it up; 10 may have got in
  const store = stored([0, 1, 2, 3, 4, 6, 8, 9, 10]);
  expect(faults(compareRows(ledger, store))).toEqual(CLEAN);
  expect(faults(compareRows(ledger, stored([...store.times.keys(), 7])))).toEqual({ ...CLEAN, invented: 1 });
});

test("a buffer that forgets rows, or numbers rows nobody wrote, is found out", () => {
  expect(() => parseLedger("s 0\no 0 3\nk 0 3 4\ns 3\n")).toThrow(RangeError);
  expect(() => parseLedger("s 0\no 0 3\ns 5\n")).toThrow(RangeError);
  expect(() => parseLedger("s 0\no 0 3\nk 0 3 5\n")).toThrow(RangeError);
});
