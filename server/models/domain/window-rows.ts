import { aggregate } from "@/sdk/wire/features";
import type { Feature } from "@/sdk/wire/manifest";

/** Readings of one stream in time order; epoch ms. */
export interface Recorded {
  tsMs: number[];
  values: number[];
}

export interface FeatureWindow {
  fromMs: number;
  toMs: number;
  row: number[];
}

/**
 * Cuts a recording into the windows that the edge would have cut: half open, ending at multiples of `everyMs` since the
 * epoch. A window in which a feature has no reading is left out, as the edge leaves it unscored. Features name streams as
 * `recording` does.
 */
export function windowRows(
  recording: ReadonlyMap<string, Recorded>,
  features: readonly Feature[],
  { sizeMs, everyMs }: { sizeMs: number; everyMs: number },
): FeatureWindow[] {
  let firstMs = Number.POSITIVE_INFINITY;
  let lastMs = Number.NEGATIVE_INFINITY;
  for (const { tsMs } of recording.values()) {
    firstMs = Math.min(firstMs, tsMs[0] ?? firstMs);
    lastMs = Math.max(lastMs, tsMs.at(-1) ?? lastMs);
  }
  const windows: FeatureWindow[] = [];
  const names = [...new Set(features.map(({ stream }) => stream))];
  const starts = new Map(names.map((name) => [name, 0]));
  for (let toMs = (Math.floor(firstMs / everyMs) + 1) * everyMs; toMs <= lastMs; toMs += everyMs) {
    const fromMs = toMs - sizeMs;
    const series = new Map(
      names.map((name) => {
        const { tsMs, values } = recording.get(name) ?? { tsMs: [], values: [] };
        let start = starts.get(name) ?? 0;
        while (start < tsMs.length && (tsMs[start] ?? 0) < fromMs) start += 1;
        starts.set(name, start);
        let end = start;
        while (end < tsMs.length && (tsMs[end] ?? 0) < toMs) end += 1;
        return [name, { tsMs: tsMs.slice(start, end), values: values.slice(start, end) }];
      }),
    );
    const row = features.map(({ stream, agg }) => aggregate(agg, series.get(stream) ?? { tsMs: [], values: [] }));
    if (row.every(Number.isFinite)) windows.push({ fromMs, toMs, row });
  }
  return windows;
}
