import type { Pool, PoolClient } from "pg";
import { copyOut, timeLiteral } from "./copy";
import { m4 } from "./downsample/m4";
import type { RangeQuery, Readings, SeriesPoints, SeriesQuery } from "./port";
import { isUsable, toUs } from "./readings";
import { rawKeptFromMs } from "./retention";

type ReadRange = (db: Pool | PoolClient, query: RangeQuery) => Promise<Readings>;

const LEVELS = [
  { source: "1d", table: "rollup_1d", sizeMs: 86_400_000 },
  { source: "1h", table: "rollup_1h", sizeMs: 3_600_000 },
  { source: "1m", table: "rollup_1m", sizeMs: 60_000 },
] as const;
type Level = (typeof LEVELS)[number];

/** Above this many raw readings a minute rollup answers, even when a point stands for less than a minute. */
const MAX_RAW_READINGS = 2_000_000;
const QUALITY_BAD = 2;

/**
 * At most `maxPoints` points per stream: raw readings thinned by M4 when a point stands for less than a minute, else buckets from the
 * coarsest rollup that still gives `maxPoints`. A range that begins before raw readings were dropped comes from minutes at the finest. The rollups trail behind by one run of the job, so what is newer than their last
 * minute is computed from raw readings here; readings that came late into older minutes show up with that run.
 * @throws {RangeError} when the range is empty or `maxPoints` is less than 4
 */
export async function readSeriesFrom(
  db: Pool | PoolClient,
  query: SeriesQuery,
  readRange: ReadRange,
): Promise<SeriesPoints[]> {
  const { fromMs, toMs, maxPoints } = query;
  if (!(fromMs < toMs)) throw new RangeError("the range must end after it starts");
  if (!(maxPoints >= 4)) throw new RangeError("a series needs at least 4 points");
  const pointMs = (toMs - fromMs) / maxPoints;
  // A coarser rollup that gives at least half of the points is read in preference to joining many finer buckets.
  const level = LEVELS.find(({ sizeMs }) => sizeMs <= 2 * pointMs);
  const keptFromMs = await rawKeptFromMs(db);
  const points: SeriesPoints[] = [];
  for (const streamId of query.streamIds) {
    const range = { streamId, fromMs, toMs, keptFromMs };
    if (level) points.push(await readBuckets(db, range, level, maxPoints, readRange));
    else if (fromMs < keptFromMs || (await isTooMuchRaw(db, range)))
      points.push(await readBuckets(db, range, LEVELS[2], maxPoints, readRange));
    else points.push(thin(streamId, await readRange(db, range), maxPoints));
  }
  return points;
}

function thin(streamId: number, readings: Readings, maxPoints: number): SeriesPoints {
  const kept = m4(readings.tsMs, readings.values, maxPoints);
  const pick = (column: Float64Array) => Float64Array.from(kept, (i) => column[i] ?? Number.NaN);
  const values = pick(readings.values);
  const quality = Uint8Array.from(kept, (i) => readings.quality[i] ?? 0);
  const usable = Float64Array.from(kept, (i) =>
    isUsable(readings.values[i] ?? Number.NaN, readings.quality[i] ?? 0) ? 1 : 0,
  );
  return {
    streamId,
    tsMs: pick(readings.tsMs),
    values,
    min: values,
    max: values,
    n: usable,
    bad: usable.map((n) => 1 - n),
    quality: quality.some((code) => code !== 0) ? quality : null,
    source: "raw",
    bucketMs: null,
  };
}

async function isTooMuchRaw(db: Pool | PoolClient, { streamId, fromMs, toMs }: RangeQuery): Promise<boolean> {
  const { rows } = await db.query<{ readings: number }>(
    "select coalesce(sum(n + bad), 0)::float8 as readings from rollup_1m where stream_id = $1 and bucket >= to_timestamp($2::float8 / 1000) and bucket < to_timestamp($3::float8 / 1000)",
    [streamId, fromMs, toMs],
  );
  return (rows[0]?.readings ?? 0) > MAX_RAW_READINGS;
}

/** Buckets of a whole number of rollup buckets each; statistics add up, so joining neighbours is exact. */
class Buckets {
  private readonly first: number;
  private readonly n: Float64Array;
  private readonly bad: Float64Array;
  private readonly sum: Float64Array;
  private readonly min: Float64Array;
  private readonly max: Float64Array;

  constructor(
    fromMs: number,
    toMs: number,
    readonly sizeMs: number,
  ) {
    this.first = Math.floor(fromMs / sizeMs);
    const count = Math.ceil(toMs / sizeMs) - this.first;
    this.n = new Float64Array(count);
    this.bad = new Float64Array(count);
    this.sum = new Float64Array(count);
    this.min = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
    this.max = new Float64Array(count).fill(Number.NEGATIVE_INFINITY);
  }

  add(tsMs: number, n: number, bad: number, sum: number, min: number, max: number): void {
    const i = Math.floor(tsMs / this.sizeMs) - this.first;
    if (i < 0 || i >= this.n.length) return;
    this.bad[i] = (this.bad[i] ?? 0) + bad;
    if (n === 0) return;
    this.n[i] = (this.n[i] ?? 0) + n;
    this.sum[i] = (this.sum[i] ?? 0) + sum;
    this.min[i] = Math.min(this.min[i] ?? min, min);
    this.max[i] = Math.max(this.max[i] ?? max, max);
  }

  toPoints(streamId: number, source: Level["source"]): SeriesPoints {
    const filled = Uint32Array.from(this.n.keys()).filter((i) => (this.n[i] ?? 0) + (this.bad[i] ?? 0) > 0);
    const column = (of: (i: number) => number) => Float64Array.from(filled, of);
    const usable = (i: number, figure: number | undefined) =>
      (this.n[i] ?? 0) > 0 ? (figure ?? Number.NaN) : Number.NaN;
    const quality = Uint8Array.from(filled, (i) => (this.n[i] === 0 ? QUALITY_BAD : 0));
    return {
      streamId,
      tsMs: column((i) => (this.first + i) * this.sizeMs),
      values: column((i) => usable(i, (this.sum[i] ?? 0) / (this.n[i] ?? 1))),
      min: column((i) => usable(i, this.min[i])),
      max: column((i) => usable(i, this.max[i])),
      n: column((i) => this.n[i] ?? 0),
      bad: column((i) => this.bad[i] ?? 0),
      quality: quality.some((code) => code !== 0) ? quality : null,
      source,
      bucketMs: this.sizeMs,
    };
  }
}

/** A range, and from when on raw readings are complete. */
interface KeptRange extends RangeQuery {
  keptFromMs: number;
}

async function readBuckets(
  db: Pool | PoolClient,
  range: KeptRange,
  level: Level,
  maxPoints: number,
  readRange: ReadRange,
): Promise<SeriesPoints> {
  // The range may start inside a bucket: one bucket less leaves room for the part at either end.
  const span = Math.floor(range.toMs / level.sizeMs) - Math.floor(range.fromMs / level.sizeMs) + 1;
  const joined = Math.max(1, Math.ceil(span / (maxPoints - 1)));
  const buckets = new Buckets(range.fromMs, range.toMs, level.sizeMs * joined);

  // Coarse rollups up to their last bucket, from there finer ones, and raw readings for the rest.
  let fromMs = Math.floor(range.fromMs / level.sizeMs) * level.sizeMs;
  for (const finer of LEVELS.slice(LEVELS.indexOf(level)))
    fromMs = await addRollups(db, buckets, finer, { ...range, fromMs });
  const tail = await readRange(db, {
    streamId: range.streamId,
    fromMs,
    toMs: Math.ceil(range.toMs / level.sizeMs) * level.sizeMs,
  });
  for (let i = 0; i < tail.tsMs.length; i++) {
    const value = tail.values[i] ?? Number.NaN;
    if (isUsable(value, tail.quality[i] ?? 0)) buckets.add(tail.tsMs[i] ?? 0, 1, 0, value, value, value);
    else buckets.add(tail.tsMs[i] ?? 0, 0, 1, 0, 0, 0);
  }
  return buckets.toPoints(range.streamId, level.source);
}

/** Adds all but the newest bucket, which may still grow unless its raw readings are gone. @returns where the next finer level goes on, ms */
async function addRollups(
  db: Pool | PoolClient,
  buckets: Buckets,
  { table, sizeMs }: Level,
  { streamId, fromMs, toMs, keptFromMs }: KeptRange,
): Promise<number> {
  const within = `stream_id = ${Math.trunc(streamId)} and bucket >= ${timeLiteral(toUs(fromMs))}`;
  const { rows } = await db.query<{ newestMs: number | null }>(
    `select (extract(epoch from max(bucket)) * 1000)::float8 as "newestMs" from ${table} where ${within} and bucket < ${timeLiteral(toUs(toMs))}`,
  );
  const newestMs = rows[0]?.newestMs ?? null;
  if (newestMs === null) return fromMs;

  // Without raw readings nothing can complete the newest bucket: it is all that will ever be known of its time.
  const endMs = newestMs + sizeMs <= keptFromMs ? newestMs + sizeMs : newestMs;

  // Joined by the server: a month of minutes need not travel to become a thousand points.
  const joined = Math.max(buckets.sizeMs, sizeMs);
  await copyOut(
    db,
    `select date_bin('${joined} milliseconds', bucket, '1970-01-01Z') as joined, sum(n)::int8, sum(bad)::int8, sum(vsum), min(vmin), max(vmax)
     from ${table} where ${within} and bucket < ${timeLiteral(toUs(endMs))} group by 1`,
    (row) => buckets.add(row.timeUs() / 1000, row.int8(), row.int8(), row.float8(), row.float8(), row.float8()),
  );
  return endMs;
}
