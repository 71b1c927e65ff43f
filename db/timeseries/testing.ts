import fc from "fast-check";
import { isUsable } from "./readings";

export interface Written {
  ts: number;
  value: number;
  quality: number;
}

/** Statistics of every bucket straight from the readings; times in ms after `originMs`. */
export function bruteForce(readings: Written[], sizeMs: number, originMs: number) {
  const buckets = new Map<number, Written[]>();
  for (const reading of readings) {
    const start = Math.floor(reading.ts / sizeMs) * sizeMs;
    buckets.set(start, [...(buckets.get(start) ?? []), reading]);
  }
  return [...buckets]
    .sort(([a], [b]) => a - b)
    .map(([start, all]) => {
      const usable = all.filter((r) => isUsable(r.value, r.quality)).sort((a, b) => a.ts - b.ts || a.value - b.value);
      const values = usable.map((r) => r.value);
      const figure = (of: () => number | undefined) => (usable.length ? of() : null);
      return {
        bucket: start - originMs,
        n: usable.length,
        bad: all.length - usable.length,
        vmin: figure(() => Math.min(...values)),
        vmax: figure(() => Math.max(...values)),
        vsum: figure(() => values.reduce((a, b) => a + b, 0)),
        vsumsq: figure(() => values.reduce((a, b) => a + b * b, 0)),
        vfirst: figure(() => values[0]),
        vlast: figure(() => values.at(-1)),
        first: figure(() => usable[0] && usable[0].ts - originMs),
        last: figure(() => (usable.at(-1)?.ts ?? 0) - originMs),
      };
    });
}

const MINUTE = 60_000;

/**
 * Up to six writes of up to thirty readings each within two days of `originMs`, with values missing and unusable. Values are quarters: exact in binary, so sums
 * agree to the last bit in any order.
 */
export function arbitraryWrites(originMs: number): fc.Arbitrary<Written[][]> {
  const reading = fc.record({
    ts: fc
      .integer({ min: -2 * 24 * 60, max: 2 * 24 * 60 })
      .chain((minute) => fc.constantFrom(0, 0.25, 1000, 59_999).map((ms) => originMs + minute * MINUTE + ms)),
    value: fc.oneof(
      { weight: 5, arbitrary: fc.integer({ min: -400, max: 400 }).map((x) => x / 4) },
      { weight: 1, arbitrary: fc.constant(Number.NaN) },
    ),
    quality: fc.constantFrom(0, 0, 0, 1, 2, 3, 7),
  });
  return fc.array(fc.array(reading, { minLength: 1, maxLength: 30 }), { minLength: 1, maxLength: 6 });
}
