import type { Pool, PoolClient } from "pg";

/**
 * Readings of one stream, in time order or not. Times are milliseconds since the epoch, UTC, exact to 0.001.
 * A value is NaN where there is none. `quality` holds the codes of sdk/wire/quality.ts; null = all good.
 */
export interface ReadingBlock {
  streamId: number;
  tsMs: Float64Array;
  values: Float64Array;
  quality: Uint8Array | null;
}

/** Readings of one stream by time; equal times by value. */
export interface Readings {
  tsMs: Float64Array;
  values: Float64Array;
  quality: Uint8Array;
}

export type SeriesSource = "raw" | "1m" | "1h" | "1d";

/**
 * Points of a chart. From raw readings each point is one reading (`min` = `max` = `values`, `n` = 1); from rollups it is a bucket
 * that starts at `tsMs`: `values` is the mean of the `n` usable readings, NaN where there were none.
 * `quality` is null when everything is good; a bucket is as bad as "bad" when no reading in it was usable.
 */
export interface SeriesPoints {
  streamId: number;
  tsMs: Float64Array;
  values: Float64Array;
  min: Float64Array;
  max: Float64Array;
  /** usable readings behind each point */
  n: Float64Array;
  /** readings behind each point that are not to be used */
  bad: Float64Array;
  quality: Uint8Array | null;
  source: SeriesSource;
  bucketMs: number | null;
}

export interface RangeQuery {
  streamId: number;
  fromMs: number;
  toMs: number;
  /** Stop after this many readings, oldest first. */
  limit?: number;
}

export interface SeriesQuery {
  streamIds: number[];
  fromMs: number;
  toMs: number;
  maxPoints: number;
}

/**
 * Where readings are kept. Two homes answer alike (one contract suite): `segments` on any PostgreSQL, `timescale` on a hypertable.
 * Every range is [fromMs, toMs).
 */
export interface TimeSeriesStore {
  readonly home: "segments" | "timescale";
  /**
   * Makes the partitions that readings in [fromMs, toMs] need. Idempotent, cached, safe when several do it at once.
   * Not inside of the transaction that writes: it commits on its own.
   * @throws when the times are before 1990, more than 400 days ahead, or more than ten years apart
   */
  prepare(pool: Pool, fromMs: number, toMs: number): Promise<void>;
  /** Forgets what `prepare` remembers, because a write failed with `isMissingPartition`: retention dropped it in another process. */
  forgetPrepared(): void;
  /** Appends in the caller's transaction by binary COPY. Late and out-of-order readings are welcome; nothing is de-duplicated. */
  write(tx: PoolClient, blocks: readonly ReadingBlock[]): Promise<void>;
  readRange(db: Pool | PoolClient, query: RangeQuery): Promise<Readings>;
  /** From when on raw readings are complete, epoch ms; -Infinity when none were dropped yet. Before it only rollups tell. */
  rawKeptFromMs(db: Pool | PoolClient): Promise<number>;
  /** At most `maxPoints` points per stream, raw or from the rollup that fits. The order of the answer is that of `streamIds`. */
  readSeries(db: Pool | PoolClient, query: SeriesQuery): Promise<SeriesPoints[]>;
  /** Brings the rollups up to what was committed before; exact for late readings too. One at a time, others wait. */
  rollUp(pool: Pool): Promise<{ buckets: number }>;
  /** Computes the rollups of a stretch of one stream anew from its raw readings, at most a day at once; rolled up or not before. */
  recompute(pool: Pool, range: { streamId: number; fromMs: number; toMs: number }): Promise<{ buckets: number }>;
  /** Joins the segments of hours that closed before the given time. Rolls up first. Nothing to do in the home timescale. */
  compact(pool: Pool, options: { closedBeforeMs: number }): Promise<{ segments: number }>;
  /** Drops raw readings older than `keepRawMs`, whole partitions at a time. Rolls up first; rollups stay. */
  retain(pool: Pool, options: { keepRawMs: number; nowMs: number }): Promise<{ dropped: string[] }>;
  /**
   * The readings as CSV (stream_id, ts, value, quality), by stream and time, in chunks as the server sends them. A reader that stops early leaves rows on
   * the wire of `tx`: that connection must then be closed.
   */
  exportRange(tx: PoolClient, query: { streamIds: number[]; fromMs: number; toMs: number }): AsyncIterable<Buffer>;
}
