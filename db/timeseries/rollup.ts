import type { Pool, PoolClient } from "pg";
import { copyIn, CopyWriter, timeLiteral } from "./copy";
import { HOUR_US, lowerBound, MINUTE_US, summarise, type OrderedReadings } from "./readings";
import { rawKeptFromMs } from "./retention";

/** A stretch of one stream's time within one UTC hour in which something was written: [fromUs, toUs). */
export interface TouchedRange {
  streamId: number;
  fromUs: number;
  toUs: number;
}

/** What the rollup job asks of a home. */
export interface RollupSource {
  /** Ranges written by transactions from `sinceXid` to before `beforeXid`; any that are older than the cursor were handled. */
  listTouched(tx: PoolClient, sinceXid: string, beforeXid: string): Promise<TouchedRange[]>;
  /** All raw readings of the ranges, one ordered run per range, in the order of `ranges`. */
  readRanges(tx: PoolClient, ranges: readonly TouchedRange[]): Promise<OrderedReadings[]>;
  /** Forgets what `listTouched` needs of transactions before `xid`. */
  forgetTouched(tx: PoolClient, xid: string): Promise<void>;
}

const ROLLUP_LOCK = "throughline rollups";
/** Ranges handled at a time: bounds memory when a long backlog is rolled up. */
const RANGES_AT_ONCE = 500;
const MINUTE_COLUMNS = "stream_id, bucket, n, bad, vmin, vmax, vsum, vsumsq, vfirst, vlast, first_ts, last_ts";

/**
 * Recomputes from raw readings every minute that was written to since the last run, and from the minutes their hours and days. Late
 * readings are exact because nothing is added up: the whole minute is computed anew.
 *
 * "Since the last run" goes by transaction: everything older than the oldest transaction still running (pg_snapshot_xmin) is
 * finished, so a slow transaction is never skipped, it is picked up by a later run. Cursor and rollups change in one transaction; a
 * crash repeats the run. Minutes before `raw_kept_from` are left alone: their raw readings are gone, a late one would replace all.
 */
export async function rollUpFrom(pool: Pool, source: RollupSource): Promise<{ buckets: number }> {
  const tx = await pool.connect();
  try {
    await tx.query("begin");
    const buckets = await rollUpIn(tx, source);
    await tx.query("commit");
    tx.release();
    return { buckets };
  } catch (cause) {
    // Closing the connection rolls back, also when the failure is the connection itself.
    tx.release(true);
    throw cause;
  }
}

async function rollUpIn(tx: PoolClient, source: RollupSource): Promise<number> {
  await tx.query("select pg_advisory_xact_lock(hashtext($1))", [ROLLUP_LOCK]);
  // Always few ranges of large tables whose newest rows the statistics do not know: look-ups by index, never a scan.
  await tx.query("set local enable_hashjoin = off; set local enable_mergejoin = off");
  const { rows } = await tx.query<{ since: string; before: string; restored: boolean; keptFromUs: number }>(
    `select rolled_before::text as since, pg_snapshot_xmin(pg_current_snapshot())::text as before,
       rolled_before > pg_snapshot_xmax(pg_current_snapshot()) as restored,
       case when raw_kept_from = '-infinity' then '-Infinity'::float8 else extract(epoch from raw_kept_from)::float8 * 1e6 end as "keptFromUs"
     from timeseries_home`,
  );
  const [cursor] = rows;
  if (!cursor) throw new Error("timeseries_home is empty: the migrations did not finish");
  // A dump restored into another server carries transaction numbers of the old one: then everything is looked at once more.
  const touched = cursor.restored
    ? await source.listTouched(tx, "0", "9223372036854775807")
    : await source.listTouched(tx, cursor.since, cursor.before);
  const ranges = touched
    .flatMap((range) => wholeMinutes(range, cursor.keptFromUs))
    .sort((a, b) => a.streamId - b.streamId || a.fromUs - b.fromUs);

  let buckets = 0;
  for (let at = 0; at < ranges.length; at += RANGES_AT_ONCE)
    buckets += await replaceMinutes(tx, source, ranges.slice(at, at + RANGES_AT_ONCE));
  if (ranges.length > 0) await cascade(tx, ranges);
  await source.forgetTouched(tx, cursor.before);
  await tx.query("update timeseries_home set rolled_before = $1::xid8", [cursor.before]);
  return buckets;
}

/**
 * Computes the minutes of some ranges anew from raw readings, whether they were written to or not, and from them their hours and days.
 * Minutes whose raw readings are gone stay as they are.
 *
 * @returns the minutes that were written
 */
export async function recomputeFrom(
  pool: Pool,
  source: RollupSource,
  ranges: readonly TouchedRange[],
): Promise<{ buckets: number }> {
  const tx = await pool.connect();
  try {
    await tx.query("begin");
    await tx.query("select pg_advisory_xact_lock(hashtext($1))", [ROLLUP_LOCK]);
    await tx.query("set local enable_hashjoin = off; set local enable_mergejoin = off");
    const keptFromUs = (await rawKeptFromMs(tx)) * 1_000;
    const whole = ranges.flatMap((range) => wholeMinutes(range, keptFromUs));
    const buckets = whole.length === 0 ? 0 : await replaceMinutes(tx, source, whole);
    if (whole.length > 0) await cascade(tx, whole.flatMap(hoursOf));
    await tx.query("commit");
    tx.release();
    return { buckets };
  } catch (cause) {
    tx.release(true);
    throw cause;
  }
}

/** A stretch cut at full hours, so that `cascade` meets each of its hours and days. */
function hoursOf({ streamId, fromUs, toUs }: TouchedRange): TouchedRange[] {
  const hours: TouchedRange[] = [];
  for (let at = fromUs; at < toUs; at = (Math.floor(at / HOUR_US) + 1) * HOUR_US)
    hours.push({ streamId, fromUs: at, toUs: Math.min(toUs, (Math.floor(at / HOUR_US) + 1) * HOUR_US) });
  return hours;
}

function wholeMinutes({ streamId, fromUs, toUs }: TouchedRange, keptFromUs: number): TouchedRange[] {
  const from = Math.max(Math.floor(fromUs / MINUTE_US) * MINUTE_US, keptFromUs);
  const to = Math.ceil(toUs / MINUTE_US) * MINUTE_US;
  return from < to ? [{ streamId, fromUs: from, toUs: to }] : [];
}

async function replaceMinutes(tx: PoolClient, source: RollupSource, ranges: TouchedRange[]): Promise<number> {
  const runs = await source.readRanges(tx, ranges);
  const writer = new CopyWriter(ranges.length * 512);
  let buckets = 0;
  runs.forEach((run, i) => {
    const range = ranges[i];
    if (range) buckets += writeMinutes(writer, run, range);
  });
  await tx.query(
    `delete from rollup_1m r using ${rangesSql(ranges)} where r.stream_id = t.stream_id and r.bucket >= t.from_ts and r.bucket < t.to_ts`,
  );
  if (buckets > 0) await copyIn(tx, `COPY rollup_1m (${MINUTE_COLUMNS}) FROM STDIN (FORMAT binary)`, writer);
  return buckets;
}

function writeMinutes(writer: CopyWriter, run: OrderedReadings, range: TouchedRange): number {
  let buckets = 0;
  const end = lowerBound(run.us, range.toUs);
  for (let from = lowerBound(run.us, range.fromUs); from < end; buckets++) {
    const minute = Math.floor((run.us[from] ?? 0) / MINUTE_US) * MINUTE_US;
    const to = lowerBound(run.us, minute + MINUTE_US);
    const figures = summarise(run, from, to);
    writer.reserve(200);
    writer.row(12);
    writer.int4(range.streamId);
    writer.timeUs(minute);
    writer.int8(figures.n);
    writer.int8(figures.bad);
    for (const figure of [figures.min, figures.max, figures.sum, figures.sumSquares, figures.first, figures.last])
      writer.float8(figure);
    for (const us of [figures.firstUs, figures.lastUs]) {
      if (Number.isNaN(us)) writer.null();
      else writer.timeUs(us);
    }
    from = to;
  }
  return buckets;
}

/** Hours from their minutes, days from their hours: only those that hold a touched minute. */
async function cascade(tx: PoolClient, ranges: readonly TouchedRange[]): Promise<void> {
  const hours = new Map<string, TouchedRange>();
  const days = new Map<string, TouchedRange>();
  for (const { streamId, fromUs } of ranges) {
    for (const [buckets, sizeUs] of [
      [hours, HOUR_US],
      [days, 24 * HOUR_US],
    ] as const) {
      const start = Math.floor(fromUs / sizeUs) * sizeUs;
      buckets.set(`${streamId} ${start}`, { streamId, fromUs: start, toUs: start + sizeUs });
    }
  }
  for (const [from, to, buckets, more] of [
    // KPIs ask how well a window is covered: an hour says it for its minutes.
    ["rollup_1m", "rollup_1h", hours, { column: ", minutes", value: ", count(*) filter (where r.n > 0)" }],
    ["rollup_1h", "rollup_1d", days, { column: "", value: "" }],
  ] as const) {
    const touched = rangesSql([...buckets.values()]);
    await tx.query(`delete from ${to} r using ${touched} where r.stream_id = t.stream_id and r.bucket = t.from_ts`);
    await tx.query(
      `insert into ${to} (${MINUTE_COLUMNS}${more.column})
       select t.stream_id, t.from_ts, sum(r.n)::int8, sum(r.bad)::int8, min(r.vmin), max(r.vmax), sum(r.vsum), sum(r.vsumsq),
         (array_agg(r.vfirst order by r.first_ts) filter (where r.n > 0))[1], (array_agg(r.vlast order by r.last_ts desc) filter (where r.n > 0))[1],
         min(r.first_ts), max(r.last_ts)${more.value}
       from ${touched} join ${from} r on r.stream_id = t.stream_id and r.bucket >= t.from_ts and r.bucket < t.to_ts
       group by t.stream_id, t.from_ts`,
    );
  }
}

/** Ranges as a table `t (stream_id, from_ts, to_ts, i)` in SQL text; numbers only, so nothing needs quoting. */
export function rangesSql(ranges: readonly TouchedRange[]): string {
  const ids = ranges.map((range) => Math.trunc(range.streamId)).join();
  const times = (pick: (range: TouchedRange) => number) =>
    ranges.map((range) => timeLiteral(pick(range)).slice(1, -"'::timestamptz".length)).join();
  return `unnest('{${ids}}'::int[], '{${times((range) => range.fromUs)}}'::timestamptz[], '{${times((range) => range.toUs)}}'::timestamptz[]) with ordinality as t (stream_id, from_ts, to_ts, i)`;
}
