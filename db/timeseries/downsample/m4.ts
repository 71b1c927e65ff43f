/**
 * Which points of a line to keep so that it looks the same: per time slice the first, the lowest, the highest and the last (M4:
 * Jugel et al., PVLDB 7(10) 797-808, 2014). The highest and the lowest of all points are always kept; so are the first and the last.
 *
 * @param ts ascending times; @param values NaN where none. A slice without values keeps its first point, so that a gap stays visible.
 * @param maxPoints at least 4
 * @returns ascending positions, at most `maxPoints`
 * @throws {RangeError} for less than 4 points
 */
export function m4(ts: Float64Array, values: Float64Array, maxPoints: number): Uint32Array {
  if (!(maxPoints >= 4)) throw new RangeError(`a line needs at least 4 points, not ${maxPoints}`);
  const count = ts.length;
  if (count <= maxPoints) return Uint32Array.from({ length: count }, (_, i) => i);

  const slices = Math.floor(maxPoints / 4);
  const start = ts[0] ?? 0;
  // The last point belongs to the last slice: the span is divided a little wider than it is.
  const width = (((ts[count - 1] ?? 0) - start) / slices) * (1 + Number.EPSILON * 8) || 1;
  const kept = new Uint32Array(slices * 4);
  let keptCount = 0;
  for (let from = 0; from < count; ) {
    const slice = Math.min(slices - 1, Math.floor(((ts[from] ?? 0) - start) / width));
    const sliceEnd = slice === slices - 1 ? Number.POSITIVE_INFINITY : start + (slice + 1) * width;
    let lowest = -1;
    let highest = -1;
    let to = from;
    do {
      const value = values[to] ?? Number.NaN;
      if (!Number.isNaN(value)) {
        if (lowest < 0 || value < (values[lowest] ?? 0)) lowest = to;
        if (highest < 0 || value > (values[highest] ?? 0)) highest = to;
      }
      to++;
    } while (to < count && (ts[to] ?? 0) < sliceEnd);
    const picked = lowest < 0 ? [from] : [from, Math.min(lowest, highest), Math.max(lowest, highest), to - 1];
    for (const position of picked)
      if (keptCount === 0 || kept[keptCount - 1] !== position) kept[keptCount++] = position;
    from = to;
  }
  return kept.subarray(0, keptCount);
}
