import fc from "fast-check";
import { expect, test } from "vitest";
import { isSettled, NOTHING_SETTLED, settle } from "./settle";

const batches = fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 80 });

test("whatever the order, repeats and steps, exactly the settled batches are settled", () => {
  fc.assert(
    fc.property(fc.array(batches, { maxLength: 5 }), (steps) => {
      const settled = steps.reduce(settle, NOTHING_SETTLED);
      const truth = new Set(steps.flat());
      for (let batch = 0; batch <= 62; batch++) expect(isSettled(settled, batch)).toBe(truth.has(batch));
    }),
  );
});

test("one set has one form: sorted ranges that touch neither each other nor upTo", () => {
  fc.assert(
    fc.property(batches, (list) => {
      const { upTo, ranges } = settle(NOTHING_SETTLED, list);
      let end = upTo;
      for (const [from, to] of ranges) {
        expect(from).toBeGreaterThan(end + 1);
        expect(to).toBeGreaterThanOrEqual(from);
        end = to;
      }
      expect(settle({ upTo, ranges }, list)).toEqual({ upTo, ranges });
    }),
  );
});

test.each([-1, 1.5, Number.NaN, 2 ** 53])("%s is no batch number", (batch) => {
  expect(() => settle(NOTHING_SETTLED, [batch])).toThrow(RangeError);
});
