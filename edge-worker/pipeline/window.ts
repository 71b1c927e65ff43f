import type { Aggregate } from "@/sdk/wire/pipeline";
import type { WindowSeries } from "@/sdk/wire/features";
import type { PipelineItem, Row, Sample } from "../samples";
import { type Cut, Table } from "./table";

/** Good readings of one device's inputs in `[fromMs, toMs)`, by input alias. */
export interface Window {
  device: string | null;
  fromMs: number;
  toMs: number;
  series: WindowReadings;
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

/** Where the readings of an input are kept. */
interface Place {
  table: number;
  column: number;
}

/** The readings of one window. */
export class WindowReadings {
  readonly #places: ReadonlyMap<string, Place>;
  readonly #cuts: readonly Cut[];

  constructor(places: ReadonlyMap<string, Place>, cuts: readonly Cut[]) {
    this.#places = places;
    this.#cuts = cuts;
  }

  /** The readings of an input, copied; undefined when it never had one. */
  get(alias: string): WindowSeries | undefined {
    const place = this.#places.get(alias);
    return place && this.#cuts[place.table]?.series(place.column);
  }

  /** What `aggregate` gives for the readings of an input; NaN when there are too few of them to say. */
  aggregate(alias: string, agg: Aggregate): number {
    const place = this.#places.get(alias);
    const cut = place && this.#cuts[place.table];
    return cut ? cut.aggregate(agg, place.column) : Number.NaN;
  }
}

/** Inputs that arrive together. */
interface Group {
  table: Table;
  keys: readonly string[];
  /** the readings of the sample at hand, NaN for none */
  cells: Float64Array;
}

/** What of a row goes into a group: by column of its table, where in the row it stands; -1 where it does not. */
interface Part {
  group: Group;
  from: Int32Array;
}

/**
 * Cuts readings into windows that end at multiples of `everyMs` since the epoch. Only event time counts: a window closes
 * when the newest reading (or tick) is `latenessMs` past its end, so the same input gives the same windows at any speed.
 * When the source ends, windows that its last reading already passed are emitted; the unfinished one is not. A window
 * without a single reading is not emitted. State is bounded by `maxReadings` per input.
 *
 * Inputs that come in one sample the first time share a table from then on, so a message of many values is one row; a
 * source that sends each value by itself gets a table for each.
 */
export async function* window(
  items: AsyncIterable<PipelineItem>,
  options: WindowOptions,
  counts: WindowCounts,
): AsyncGenerator<Window> {
  const { sizeMs, everyMs, latenessMs } = options;
  const groups: Group[] = [];
  const places = new Map<string, Place>();
  /** inputs that have not been seen yet: alias → stream key */
  const unseen = new Map(options.inputs);
  /** by the keys of a row, until new inputs are met */
  let parts = new WeakMap<readonly string[], readonly Part[]>();
  let newestMs = Number.NEGATIVE_INFINITY;
  /** every window that ends at or before this has been emitted, or was empty */
  let closedMs = Number.NEGATIVE_INFINITY;
  /** end of the earliest open window that holds a reading; null when none does */
  let nextEndMs: number | null = null;

  function* close(untilMs: number): Generator<Window> {
    while (nextEndMs !== null && nextEndMs <= untilMs) {
      const toMs: number = nextEndMs;
      const fromMs = toMs - sizeMs;
      const cuts = groups.map(({ table }) => table.cut(fromMs, toMs));
      yield { device: options.device, fromMs, toMs, series: new WindowReadings(places, cuts) };
      closedMs = toMs;
      const oldestMs = forget(groups, toMs + everyMs - sizeMs);
      nextEndMs = oldestMs === null ? null : Math.max(toMs + everyMs, firstEndAfter(oldestMs, everyMs));
    }
    closedMs = Math.max(closedMs, untilMs);
  }

  for await (const item of items) {
    if ("values" in item) {
      const { tsMs } = item;
      if (unseen.size > 0 && meet(item, unseen, groups, places)) parts = new WeakMap();
      const firstOpenEndMs = firstEndAfter(closedMs, everyMs);
      const isLate = tsMs < firstOpenEndMs - sizeMs;
      let taken = 0;
      const take = ({ table, cells }: Group, good: number): void => {
        if (isLate) counts.late += good;
        else if (good > 0) {
          table.insert(tsMs, cells);
          taken += good;
          if (table.length > options.maxReadings) counts.overflow += table.dropOldest();
        }
      };
      if (item.row && !item.quality) {
        let known = parts.get(item.row.keys);
        if (!known) parts.set(item.row.keys, (known = partsOf(item.row, groups)));
        for (const part of known) take(part.group, readRow(item.row, part));
      } else for (const group of groups) take(group, readRecord(item, group, counts));
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

/** Inputs that a sample brings for the first time become a group; false when it brings none. */
function meet({ values }: Sample, unseen: Map<string, string>, groups: Group[], places: Map<string, Place>): boolean {
  const found = [...unseen].filter(([, key]) => values[key] !== undefined);
  if (found.length === 0) return false;
  for (const [column, [alias]] of found.entries()) {
    places.set(alias, { table: groups.length, column });
    unseen.delete(alias);
  }
  groups.push({
    table: new Table(found.length),
    keys: found.map(([, key]) => key),
    cells: new Float64Array(found.length),
  });
  return true;
}

function partsOf({ keys }: Row, groups: readonly Group[]): Part[] {
  const position = new Map(keys.map((key, index) => [key, index]));
  return groups
    .map((group) => ({ group, from: Int32Array.from(group.keys, (key) => position.get(key) ?? -1) }))
    .filter(({ from }) => from.some((at) => at >= 0));
}

/** Takes a group's readings out of a row; how many there are. */
function readRow({ values }: Row, { group: { cells }, from }: Part): number {
  let good = 0;
  for (let column = 0; column < from.length; column += 1) {
    const value = values[from[column] ?? -1] ?? Number.NaN;
    cells[column] = value;
    if (!Number.isNaN(value)) good += 1;
  }
  return good;
}

/** Takes a group's good readings out of a record; how many there are. */
function readRecord({ values, quality }: Sample, { keys, cells }: Group, counts: WindowCounts): number {
  let good = 0;
  let column = 0;
  for (const key of keys) {
    const value = values[key];
    const word = quality?.[key];
    const isUsable = value !== undefined && value !== null && !Number.isNaN(value);
    const isGood = isUsable && (word === undefined || word === "good");
    cells[column] = isGood ? value : Number.NaN;
    if (isGood) good += 1;
    else if (isUsable) counts.unusable += 1;
    column += 1;
  }
  return good;
}

function firstEndAfter(tsMs: number, everyMs: number): number {
  return tsMs === Number.NEGATIVE_INFINITY ? tsMs : (Math.floor(tsMs / everyMs) + 1) * everyMs;
}

/** Drops what no later window holds; the time of the oldest reading left, null when none is. */
function forget(groups: readonly Group[], beforeMs: number): number | null {
  let oldestMs: number | null = null;
  for (const { table } of groups) {
    table.dropBefore(beforeMs);
    const first = table.oldestMs;
    if (first !== null && (oldestMs === null || first < oldestMs)) oldestMs = first;
  }
  return oldestMs;
}
