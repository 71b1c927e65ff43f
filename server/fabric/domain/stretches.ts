import type { ChartPoints } from "./chart-points";

export interface Stretch {
  fromMs: number;
  toMs: number;
}

/**
 * Stretches inside the range in which no reading arrived although the rate promises some: longer than three periods (of the stream or
 * of the bucket, whichever is longer). Without a rate nothing is promised, and only breaks longer than ten median steps count.
 */
export function silentStretches(
  points: ChartPoints,
  rateHz: number | null,
  range: { fromMs: number; toMs: number },
): Stretch[] {
  const present = points.tsMs.filter((_, i) => (points.n[i] ?? 0) + (points.bad[i] ?? 0) > 0);
  if (present.length === 0) return [];
  const steps = present
    .slice(1)
    .map((ts, i) => ts - (present[i] ?? ts))
    .sort((a, b) => a - b);
  const medianStep = steps[Math.floor(steps.length / 2)] ?? 0;
  const bucketMs = points.bucketMs ?? 0;
  const limitMs =
    rateHz === null
      ? Math.max(10 * medianStep, 3 * bucketMs, 60_000)
      : Math.max(3 * (1_000 / rateHz), 3 * bucketMs, 3 * medianStep, 3_000);
  const stretches: Stretch[] = [];
  let previous = range.fromMs;
  for (const ts of present) {
    if (ts - previous > limitMs)
      stretches.push({ fromMs: previous === range.fromMs ? previous : previous + bucketMs, toMs: ts });
    previous = ts;
  }
  if (range.toMs - previous > Math.max(limitMs, 15_000))
    stretches.push({ fromMs: previous + bucketMs, toMs: range.toMs });
  return stretches;
}

/** A stream's declared rate, and since when it holds, epoch ms: a past that was written later has a pace of its own. */
export interface DeclaredRate {
  rateHz: number | null;
  sinceMs: number;
}

/** Silent stretches of a range in which the declared rate holds only from some time on; before it nothing is promised. */
export function unheardStretches(
  points: ChartPoints,
  { rateHz, sinceMs }: DeclaredRate,
  range: { fromMs: number; toMs: number },
): Stretch[] {
  if (range.fromMs >= sinceMs) return silentStretches(points, rateHz, range);
  const part = (isPart: (tsMs: number) => boolean): ChartPoints => ({
    ...points,
    tsMs: points.tsMs.filter(isPart),
    n: points.n.filter((_, i) => isPart(points.tsMs[i] ?? 0)),
    bad: points.bad.filter((_, i) => isPart(points.tsMs[i] ?? 0)),
  });
  const before = { fromMs: range.fromMs, toMs: Math.min(range.toMs, sinceMs) };
  const since = { fromMs: sinceMs, toMs: range.toMs };
  return [
    ...silentStretches(
      part((tsMs) => tsMs < sinceMs),
      null,
      before,
    ),
    ...(since.toMs > since.fromMs
      ? silentStretches(
          part((tsMs) => tsMs >= sinceMs),
          rateHz,
          since,
        )
      : []),
  ];
}

/**
 * Stretches from which readings arrived and none of them is to be used, because the device itself marks them so: from the first of them
 * to the next usable one, or to the end of the last bucket.
 */
export function unusableStretches({ tsMs, n, bad, bucketMs }: ChartPoints): Stretch[] {
  const stretches: Stretch[] = [];
  let open: Stretch | undefined;
  for (const [i, at] of tsMs.entries()) {
    if ((n[i] ?? 0) > 0) {
      if (open) stretches.push({ ...open, toMs: bucketMs === null ? at : open.toMs });
      open = undefined;
    } else if ((bad[i] ?? 0) > 0) open = { fromMs: open?.fromMs ?? at, toMs: at + (bucketMs ?? 0) };
  }
  return open ? [...stretches, open] : stretches;
}

/** What is left of stretches where others, in the order of their starts or not, are taken out of them. */
export function stretchesWithout(stretches: readonly Stretch[], others: readonly Stretch[]): Stretch[] {
  const taken = [...others].sort((a, b) => a.fromMs - b.fromMs);
  return stretches.flatMap(({ fromMs, toMs }) => {
    const left: Stretch[] = [];
    let at = fromMs;
    for (const other of taken) {
      if (other.toMs <= at || other.fromMs >= toMs) continue;
      if (other.fromMs > at) left.push({ fromMs: at, toMs: other.fromMs });
      at = Math.max(at, other.toMs);
    }
    return at < toMs ? [...left, { fromMs: at, toMs }] : left;
  });
}
