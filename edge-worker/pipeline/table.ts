import type { Aggregate } from "@/sdk/wire/pipeline";
import { type WindowSeries, aggregateRange } from "@/sdk/wire/features";

/** Rows a table has room for when it starts. */
const FIRST_CAPACITY = 64;

/**
 * Readings of streams that arrive together, in time order: one row per sample, one column per stream, NaN where a sample
 * had no value. Rows are added at the end and forgotten from the start. What was cut out is never written to again, so a
 * `Cut` stays what it was without a copy: a full table goes on in new memory, and so does one in which a late row lands
 * before the end of a cut.
 */
export class Table {
  #tsMs = new Float64Array(FIRST_CAPACITY);
  #cells: Float64Array;
  #head = 0;
  #tail = 0;
  /** rows before this one are part of a cut */
  #cutTo = 0;

  constructor(readonly width: number) {
    this.#cells = new Float64Array(FIRST_CAPACITY * width);
  }

  /** Rows held. */
  get length(): number {
    return this.#tail - this.#head;
  }

  /** Time of the oldest row; null when there is none. */
  get oldestMs(): number | null {
    return this.#head === this.#tail ? null : (this.#tsMs[this.#head] ?? null);
  }

  /** Puts a row where its time belongs; among equal times it comes last. `row` is copied. */
  insert(tsMs: number, row: Float64Array): void {
    if (this.#tail === this.#tsMs.length) this.#renew();
    let at = this.#tail;
    while (at > this.#head && (this.#tsMs[at - 1] ?? tsMs) > tsMs) at -= 1;
    if (at < this.#tail) {
      if (at < this.#cutTo) {
        at -= this.#head;
        this.#renew();
      }
      this.#tsMs.copyWithin(at + 1, at, this.#tail);
      this.#cells.copyWithin((at + 1) * this.width, at * this.width, this.#tail * this.width);
    }
    this.#tsMs[at] = tsMs;
    const cells = this.#cells;
    const start = at * this.width;
    for (let column = 0; column < this.width; column += 1) cells[start + column] = row[column] ?? Number.NaN;
    this.#tail += 1;
  }

  /** Forgets the oldest row; how many readings went with it. */
  dropOldest(): number {
    if (this.#head === this.#tail) return 0;
    let dropped = 0;
    for (let column = 0; column < this.width; column += 1)
      if (!Number.isNaN(this.#cells[this.#head * this.width + column])) dropped += 1;
    this.#head += 1;
    return dropped;
  }

  dropBefore(tsMs: number): void {
    while (this.#head < this.#tail && (this.#tsMs[this.#head] ?? tsMs) < tsMs) this.#head += 1;
  }

  /** The rows in `[fromMs, toMs)`. */
  cut(fromMs: number, toMs: number): Cut {
    let from = this.#head;
    while (from < this.#tail && (this.#tsMs[from] ?? fromMs) < fromMs) from += 1;
    let to = this.#tail;
    while (to > from && (this.#tsMs[to - 1] ?? fromMs) >= toMs) to -= 1;
    this.#cutTo = Math.max(this.#cutTo, to);
    return new Cut(this.#tsMs, this.#cells, this.width, from, to);
  }

  /** New memory that begins with the oldest row still held, with as much room again. */
  #renew(): void {
    const capacity = Math.max(FIRST_CAPACITY, 2 * this.length);
    const tsMs = new Float64Array(capacity);
    const cells = new Float64Array(capacity * this.width);
    tsMs.set(this.#tsMs.subarray(this.#head, this.#tail));
    cells.set(this.#cells.subarray(this.#head * this.width, this.#tail * this.width));
    this.#tail -= this.#head;
    this.#head = 0;
    this.#cutTo = 0;
    this.#tsMs = tsMs;
    this.#cells = cells;
  }
}

/** One column at a time is condensed, and never across an await: all cuts share this room for it. */
let columnTsMs = new Float64Array(1_024);
let columnValues = new Float64Array(1_024);

/** Rows of a table in one window. */
export class Cut {
  readonly #tsMs: Float64Array;
  readonly #cells: Float64Array;
  readonly #width: number;
  readonly #from: number;
  readonly #to: number;

  constructor(tsMs: Float64Array, cells: Float64Array, width: number, from: number, to: number) {
    this.#tsMs = tsMs;
    this.#cells = cells;
    this.#width = width;
    this.#from = from;
    this.#to = to;
  }

  /** What `aggregate` gives for the readings of one column. */
  aggregate(agg: Aggregate, column: number): number {
    const count = this.#gather(column);
    return aggregateRange(agg, columnTsMs, columnValues, 0, count);
  }

  /** A copy of the readings of one column. */
  series(column: number): WindowSeries {
    const count = this.#gather(column);
    return { tsMs: columnTsMs.slice(0, count), values: columnValues.slice(0, count) };
  }

  /** Brings the readings of a column together; how many there are. */
  #gather(column: number): number {
    const rows = this.#to - this.#from;
    if (rows > columnValues.length) {
      columnTsMs = new Float64Array(2 * rows);
      columnValues = new Float64Array(2 * rows);
    }
    let count = 0;
    for (let row = this.#from; row < this.#to; row += 1) {
      const value = this.#cells[row * this.#width + column] ?? Number.NaN;
      if (Number.isNaN(value)) continue;
      columnTsMs[count] = this.#tsMs[row] ?? Number.NaN;
      columnValues[count] = value;
      count += 1;
    }
    return count;
  }
}
