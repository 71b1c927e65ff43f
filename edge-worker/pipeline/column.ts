import type { Aggregate } from "@/sdk/wire/pipeline";
import { type WindowSeries, aggregateRange } from "@/sdk/wire/features";

/** Readings a column has room for when it starts. */
const FIRST_CAPACITY = 64;

/**
 * Readings of one input in time order, as parallel columns that grow at the end and are forgotten from the start. What
 * was cut out is never written to again, so a `Cut` stays what it was without a copy: full columns are replaced by new
 * ones, and so are those in which a late reading lands before the end of a cut.
 */
export class Column {
  #tsMs = new Float64Array(FIRST_CAPACITY);
  #values = new Float64Array(FIRST_CAPACITY);
  #head = 0;
  #tail = 0;
  /** positions before this one are part of a cut */
  #cutTo = 0;

  get length(): number {
    return this.#tail - this.#head;
  }

  /** Capture time of the oldest reading; null when there is none. */
  get oldestMs(): number | null {
    return this.#head === this.#tail ? null : (this.#tsMs[this.#head] ?? null);
  }

  /** Puts a reading where its time belongs; among equal times it comes last. */
  insert(tsMs: number, value: number): void {
    if (this.#tail === this.#values.length) this.#renew();
    let at = this.#tail;
    while (at > this.#head && (this.#tsMs[at - 1] ?? tsMs) > tsMs) at -= 1;
    if (at < this.#tail) {
      if (at < this.#cutTo) {
        at -= this.#head;
        this.#renew();
      }
      this.#tsMs.copyWithin(at + 1, at, this.#tail);
      this.#values.copyWithin(at + 1, at, this.#tail);
    }
    this.#tsMs[at] = tsMs;
    this.#values[at] = value;
    this.#tail += 1;
  }

  dropOldest(): void {
    if (this.#head < this.#tail) this.#head += 1;
  }

  dropBefore(tsMs: number): void {
    while (this.#head < this.#tail && (this.#tsMs[this.#head] ?? tsMs) < tsMs) this.#head += 1;
  }

  /** The readings in `[fromMs, toMs)`. */
  cut(fromMs: number, toMs: number): Cut {
    let from = this.#head;
    while (from < this.#tail && (this.#tsMs[from] ?? fromMs) < fromMs) from += 1;
    let to = this.#tail;
    while (to > from && (this.#tsMs[to - 1] ?? fromMs) >= toMs) to -= 1;
    this.#cutTo = Math.max(this.#cutTo, to);
    return new Cut(this.#tsMs, this.#values, from, to);
  }

  /** New columns that begin with the oldest reading still held, with as much room again. */
  #renew(): void {
    const capacity = Math.max(FIRST_CAPACITY, 2 * this.length);
    const tsMs = new Float64Array(capacity);
    const values = new Float64Array(capacity);
    tsMs.set(this.#tsMs.subarray(this.#head, this.#tail));
    values.set(this.#values.subarray(this.#head, this.#tail));
    this.#tail -= this.#head;
    this.#head = 0;
    this.#cutTo = 0;
    this.#tsMs = tsMs;
    this.#values = values;
  }
}

/** Readings of one input in one window. */
export class Cut implements WindowSeries {
  readonly #tsMs: Float64Array;
  readonly #values: Float64Array;
  readonly #from: number;
  readonly #to: number;

  constructor(tsMs: Float64Array, values: Float64Array, from: number, to: number) {
    this.#tsMs = tsMs;
    this.#values = values;
    this.#from = from;
    this.#to = to;
  }

  get tsMs(): Float64Array {
    return this.#tsMs.subarray(this.#from, this.#to);
  }

  get values(): Float64Array {
    return this.#values.subarray(this.#from, this.#to);
  }

  /** What `aggregate` gives for these readings. */
  aggregate(agg: Aggregate): number {
    return aggregateRange(agg, this.#tsMs, this.#values, this.#from, this.#to);
  }
}
