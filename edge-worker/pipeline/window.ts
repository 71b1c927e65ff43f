import type { WindowSeries } from "@/sdk/wire/features";
import type { PipelineItem } from "../samples";

/** Good readings of one device's inputs in `[fromMs, toMs)`, by input alias. */
export interface Window {
  device: string | null;
  fromMs: number;
  toMs: number;
  series: ReadonlyMap<string, WindowSeries>;
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

/** Parallel columns in time order; readings are inserted where their time belongs. */
interface Buffer {
  tsMs: number[];
  values: number[];
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
  const buffers = new Map<string, Buffer>([...inputs.keys()].map((alias) => [alias, { tsMs: [], values: [] }]));
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
        series: new Map([...buffers].map(([alias, buffer]) => [alias, slice(buffer, fromMs, toMs)])),
      };
      closedMs = toMs;
      const oldestMs = forget(buffers, toMs + everyMs - sizeMs);
      nextEndMs = oldestMs === null ? null : Math.max(toMs + everyMs, firstEndAfter(oldestMs, everyMs));
    }
    closedMs = Math.max(closedMs, untilMs);
  }

  for await (const item of items) {
    if ("values" in item) {
      for (const [alias, key] of inputs) {
        const value = item.values[key];
        const buffer = buffers.get(alias);
        if (value === undefined || value === null || !buffer) continue;
        const word = item.quality?.[key];
        const firstOpenEndMs = firstEndAfter(closedMs, everyMs);
        if (word !== undefined && word !== "good") counts.unusable += 1;
        else if (item.tsMs < firstOpenEndMs - sizeMs) counts.late += 1;
        else {
          insert(buffer, item.tsMs, value);
          if (buffer.tsMs.length > options.maxReadings) {
            buffer.tsMs.shift();
            buffer.values.shift();
            counts.overflow += 1;
          }
          const endMs = Math.max(firstEndAfter(item.tsMs, everyMs), firstOpenEndMs);
          nextEndMs = nextEndMs === null ? endMs : Math.min(nextEndMs, endMs);
        }
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

function insert({ tsMs: times, values }: Buffer, tsMs: number, value: number): void {
  let at = times.length;
  while (at > 0 && (times[at - 1] ?? 0) > tsMs) at -= 1;
  if (at === times.length) {
    times.push(tsMs);
    values.push(value);
  } else {
    times.splice(at, 0, tsMs);
    values.splice(at, 0, value);
  }
}

function slice({ tsMs, values }: Buffer, fromMs: number, toMs: number): WindowSeries {
  let from = 0;
  while (from < tsMs.length && (tsMs[from] ?? 0) < fromMs) from += 1;
  let to = tsMs.length;
  while (to > from && (tsMs[to - 1] ?? 0) >= toMs) to -= 1;
  return { tsMs: tsMs.slice(from, to), values: values.slice(from, to) };
}

/** Drops what no later window holds; the time of the oldest reading left, null when none is. */
function forget(buffers: ReadonlyMap<string, Buffer>, beforeMs: number): number | null {
  let oldestMs: number | null = null;
  for (const { tsMs, values } of buffers.values()) {
    let drop = 0;
    while (drop < tsMs.length && (tsMs[drop] ?? 0) < beforeMs) drop += 1;
    if (drop > 0) {
      tsMs.splice(0, drop);
      values.splice(0, drop);
    }
    const first = tsMs[0];
    if (first !== undefined && (oldestMs === null || first < oldestMs)) oldestMs = first;
  }
  return oldestMs;
}
