import fc from "fast-check";
import { expect, test } from "vitest";
import { m4 } from "./m4";

const line = fc
  .array(
    fc.tuple(
      fc.integer({ min: 1, max: 1000 }),
      fc.oneof(
        { weight: 6, arbitrary: fc.integer({ min: -50, max: 50 }) },
        { weight: 1, arbitrary: fc.constant(Number.NaN) },
      ),
    ),
    { minLength: 1, maxLength: 400 },
  )
  .map((steps) => {
    let at = 0;
    return {
      ts: Float64Array.from(steps, ([step]) => (at += step)),
      values: Float64Array.from(steps, ([, value]) => value),
    };
  });

test("few points are all kept", () => {
  expect(Array.from(m4(Float64Array.of(1, 2, 3), Float64Array.of(5, Number.NaN, 4), 4))).toEqual([0, 1, 2]);
});

test("a spike of one reading in a million is kept", () => {
  const values = new Float64Array(1_000_000);
  values[654_321] = -7;
  const kept = m4(
    Float64Array.from(values, (_, i) => i),
    values,
    1000,
  );
  expect(kept).toContain(654_321);
  expect(kept.length).toBeLessThanOrEqual(1000);
});

test("never more than asked, in order, with both ends and both extremes", () => {
  fc.assert(
    fc.property(line, fc.integer({ min: 4, max: 80 }), ({ ts, values }, maxPoints) => {
      const kept = Array.from(m4(ts, values, maxPoints));
      expect(kept.length).toBeLessThanOrEqual(Math.max(maxPoints, 1));
      expect(kept).toEqual([...new Set(kept)].sort((a, b) => a - b));
      expect(kept[0]).toBe(0);
      const present = values.filter((value) => !Number.isNaN(value));
      const picked = kept.map((i) => values[i] ?? Number.NaN).filter((value) => !Number.isNaN(value));
      expect(Math.min(...picked)).toBe(Math.min(...present));
      expect(Math.max(...picked)).toBe(Math.max(...present));
    }),
    { seed: 4 },
  );
});

test("a stretch without values leaves a trace, so the chart shows a gap", () => {
  const values = Float64Array.from({ length: 1000 }, (_, i) => (i >= 300 && i < 700 ? Number.NaN : i));
  const kept = m4(
    Float64Array.from(values, (_, i) => i),
    values,
    40,
  );
  expect([...kept].some((i) => Number.isNaN(values[i]))).toBe(true);
});

test("points at one instant end up in one slice", () => {
  expect(
    m4(
      new Float64Array(100).fill(5),
      Float64Array.from({ length: 100 }, (_, i) => i),
      8,
    ).length,
  ).toBeLessThanOrEqual(8);
});

test("less than four points cannot show a line", () => {
  expect(() => m4(new Float64Array(9), new Float64Array(9), 3)).toThrow(RangeError);
});
