import type { PipelineItem } from "../samples";
import { Column, type Cut } from "./column";

/** Good readings of one device's inputs in `[fromMs, toMs)`, by input alias. */
export interface Window {
  device: string | null;
  fromMs: number;
  toMs: number;
  series: { get(alias: string): Cut | undefined };
}

export interface WindowOptions {
  device: string | null;
  /** alias → stream key */
  inputs: ReadonlyMap<string, string>;
  sizeMs: number;
  everyMs: number;
  latenessMs: number;
  /** readings kept per input at most; older ones go first */
  maxReadings: number;
}

export interface WindowCounts {
  /** readings that came after every window they belong to had closed */
  late: number;
  /** readings left out because they carry a quality other than good */
  unusable: number;
  /** readings that the state quota pushed out */
  overflow: number;
}

/**
 * Cuts readings into windows that end at multiples of `everyMs` since the epoch. Only event time counts: a window closes
 * when the newest reading (or tick) is `latenessMs` past its end, so the same input gives the same windows at any speed.
 * When the source ends, windows that its last reading already passed are emitted; the unfinished one is not. A window
 * without a single reading is not emitted. State is bounded by `maxReadings` per input.
 */
export async function* window(
  items: AsyncIterable<PipelineItem>,
  options: WindowOptions,
  counts: WindowCounts,
): AsyncGenerator<Window> {
  const { inputs, sizeMs, everyMs, latenessMs } = options;
  const keys = [...inputs.values()];
  const columns = keys.map(() => new Column());
  const positions = new Map([...inputs.keys()].map((alias, index) => [alias, index]));
  let newestMs = Number.NEGATIVE_INFINITY;
  /** every window that ends at or before this has been emitted, or was empty */
  let closedMs = Number.NEGATIVE_INFINITY;
  /** end of the earliest open window that holds a reading; null when none does */
  let nextEndMs: number | null = null;

  function* close(untilMs: number): Generator<Window> {
    while (nextEndMs !== null && nextEndMs <= untilMs) {
      const toMs: number = nextEndMs;
      const fromMs = toMs - sizeMs;
      yield {
        device: options.device,
        fromMs,
        toMs,
        series: seriesOf(
          columns.map((column) => column.cut(fromMs, toMs)),
          positions,
        ),
      };
      closedMs = toMs;
      const oldestMs = forget(columns, toMs + everyMs - sizeMs);
      nextEndMs = oldestMs === null ? null : Math.max(toMs + everyMs, firstEndAfter(oldestMs, everyMs));
    }
    closedMs = Math.max(closedMs, untilMs);
  }

  for await (const item of items) {
    if ("values" in item) {
      const { tsMs, values, quality } = item;
      const firstOpenEndMs = firstEndAfter(closedMs, everyMs);
      let taken = 0;
      for (const [index, column] of columns.entries()) {
        const key = keys[index] ?? "";
        const value = values[key];
        if (value === undefined || value === null) continue;
        const word = quality?.[key];
        if (word !== undefined && word !== "good") counts.unusable += 1;
        else if (tsMs < firstOpenEndMs - sizeMs) counts.late += 1;
        else {
          column.insert(tsMs, value);
          taken += 1;
          if (column.length > options.maxReadings) {
            column.dropOldest();
            counts.overflow += 1;
          }
        }
      }
      if (taken > 0) {
        const endMs = Math.max(firstEndAfter(tsMs, everyMs), firstOpenEndMs);
        nextEndMs = nextEndMs === null ? endMs : Math.min(nextEndMs, endMs);
      }
    }
    newestMs = Math.max(newestMs, item.tsMs);
    yield* close(newestMs - latenessMs);
  }
  yield* close(newestMs);
}

function firstEndAfter(tsMs: number, everyMs: number): number {
  return tsMs === Number.NEGATIVE_INFINITY ? tsMs : (Math.floor(tsMs / everyMs) + 1) * everyMs;
}

function seriesOf(cuts: readonly Cut[], positions: ReadonlyMap<string, number>): Window["series"] {
  return { get: (alias) => cuts[positions.get(alias) ?? -1] };
}

/** Drops what no later window holds; the time of the oldest reading left, null when none is. */
function forget(columns: readonly Column[], beforeMs: number): number | null {
  let oldestMs: number | null = null;
  for (const column of columns) {
    column.dropBefore(beforeMs);
    const first = column.oldestMs;
    if (first !== null && (oldestMs === null || first < oldestMs)) oldestMs = first;
  }
  return oldestMs;
}
