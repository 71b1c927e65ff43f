/**
 * Which batches of one (node, epoch, lane) are settled: all up to `upTo`, and the closed ranges beyond it. Ranges are
 * sorted, disjoint and never touch each other or `upTo`, so the same set always has the same form.
 */
export interface Settled {
  readonly upTo: number;
  readonly ranges: readonly (readonly [number, number])[];
}

export const NOTHING_SETTLED: Settled = { upTo: -1, ranges: [] };

export function isSettled(settled: Settled, batch: number): boolean {
  if (batch <= settled.upTo) return true;
  return settled.ranges.some(([from, to]) => batch >= from && batch <= to);
}

/**
 * The set with these batches added, in any order and with repeats.
 *
 * @throws {RangeError} if a number is not a whole number ≥ 0.
 */
export function settle(settled: Settled, batches: Iterable<number>): Settled {
  const spans: [number, number][] = settled.ranges.map(([from, to]) => [from, to]);
  for (const batch of batches) {
    if (!Number.isSafeInteger(batch) || batch < 0) throw new RangeError(`not a batch number: ${batch}`);
    spans.push([batch, batch]);
  }
  spans.sort((a, b) => a[0] - b[0]);

  let upTo = settled.upTo;
  const ranges: [number, number][] = [];
  for (const [from, to] of spans) {
    const last = ranges.at(-1);
    if (from <= upTo + 1) upTo = Math.max(upTo, to);
    else if (last && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else ranges.push([from, to]);
  }
  return { upTo, ranges };
}
