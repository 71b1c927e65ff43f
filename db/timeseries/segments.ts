import type { Pool, PoolClient } from "pg";
import { copyIn, copyOut, CopyWriter, timeLiteral } from "./copy";
import { exportCsv } from "./export";
import { rememberPartitions } from "./partitions";
import type { RangeQuery, ReadingBlock, Readings, TimeSeriesStore } from "./port";
import { HOUR_US, mergeRuns, orderByStream, toReadings, toUs, type OrderedReadings } from "./readings";
import { rawKeptFromMs, retainIn } from "./retention";
import { rangesSql, recomputeFrom, rollUpFrom, type RollupSource, type TouchedRange } from "./rollup";
import { READ_COLUMNS, readSegment, SEGMENT_COLUMNS, segmentBytes, writeSegments } from "./segment-codec";
import { readSeriesFrom } from "./series";

const WEEK_MS = 7 * 86_400_000;
/** Monday 1970-01-05: partitions are ISO weeks. */
const FIRST_MONDAY_MS = 4 * 86_400_000;
/** Hours of one stream joined per transaction. */
const HOURS_AT_ONCE = 500;
const SEGMENT_READ = READ_COLUMNS.split(", ")
  .map((column) => `s.${column}`)
  .join(", ");
const COMPACTION_LOCK = "throughline compaction";

/**
 * The home `segments`: one row per stream and segment with arrays of offsets, values and quality. Appending touches one index entry
 * per segment instead of one per reading, which is where its speed and size come from. Late readings become further segments;
 * every read merges what overlaps.
 */
export function openSegments(): TimeSeriesStore {
  const partitions = rememberPartitions({ sizeMs: WEEK_MS, originMs: FIRST_MONDAY_MS });
  const rollUp = (pool: Pool) => rollUpFrom(pool, rollupSource);
  return {
    home: "segments",
    prepare: partitions.prepare,
    forgetPrepared: partitions.forget,
    write,
    readRange,
    rawKeptFromMs,
    readSeries: (db, query) => readSeriesFrom(db, query, readRange),
    rollUp,
    recompute: (pool, { streamId, fromMs, toMs }) =>
      recomputeFrom(pool, rollupSource, [{ streamId, fromUs: toUs(fromMs), toUs: toUs(toMs) }]),
    compact: async (pool, { closedBeforeMs }) => {
      await rollUp(pool);
      return compactClosed(pool, closedBeforeMs);
    },
    retain: async (pool, { keepRawMs, nowMs }) => {
      await rollUp(pool);
      return retainIn(pool, nowMs - keepRawMs, "week").finally(partitions.forget);
    },
    exportRange: exportCsv,
  };
}

async function write(tx: PoolClient, blocks: readonly ReadingBlock[]): Promise<void> {
  const runs = orderByStream(blocks);
  if (runs.length === 0) return;
  await copySegments(tx, runs, false);
}

async function copySegments(tx: PoolClient, runs: readonly OrderedReadings[], compacted: boolean): Promise<number> {
  const writer = new CopyWriter(runs.reduce((sum, run) => sum + segmentBytes(run.us.length), 64));
  let segments = 0;
  for (const run of runs) segments += writeSegments(writer, run, compacted);
  await copyIn(tx, `COPY segments (${SEGMENT_COLUMNS}) FROM STDIN (FORMAT binary)`, writer);
  return segments;
}

async function readRange(db: Pool | PoolClient, query: RangeQuery): Promise<Readings> {
  const fromUs = toUs(query.fromMs);
  const toUsExclusive = toUs(query.toMs);
  const runs: OrderedReadings[] = [];
  if (fromUs < toUsExclusive) {
    const firstHour = Math.floor(fromUs / HOUR_US) * HOUR_US;
    const inRange = `stream_id = ${Math.trunc(query.streamId)} and t0 >= ${timeLiteral(firstHour)} and t0 < ${timeLiteral(toUsExclusive)} and t1 >= ${timeLiteral(fromUs)}`;
    // A page of few readings must not fetch the whole range. Segments overlap, so the first `limit` readings lie before the end of
    // the last segment that is needed to have that many; those that reach out of the range may hold none of it and do not count.
    const upTo =
      query.limit === undefined
        ? ""
        : `and t0 <= (select max(t1) from (
             select t1, coalesce(sum(case when t0 >= ${timeLiteral(fromUs)} and t1 < ${timeLiteral(toUsExclusive)} then n else 0 end)
               over (order by t0, t1, txid rows between unbounded preceding and 1 preceding), 0) as before
             from segments where ${inRange}) h where before < ${Math.trunc(query.limit)})`;
    await copyOut(db, `select ${READ_COLUMNS} from segments where ${inRange} ${upTo} order by t0`, (row) =>
      runs.push(readSegment(row)),
    );
  }
  return toReadings(mergeRuns(query.streamId, runs), fromUs, toUsExclusive, query.limit);
}

const rollupSource: RollupSource = {
  listTouched: async (tx, sinceXid, beforeXid) => {
    const { rows } = await tx.query<{ streamId: number; fromUs: number; lastUs: number }>(
      `select stream_id as "streamId", (extract(epoch from min(t0)) * 1e6)::float8 as "fromUs", (extract(epoch from max(t1)) * 1e6)::float8 as "lastUs"
       from segments where not compacted and txid >= $1::xid8 and txid < $2::xid8 group by stream_id, date_trunc('hour', t0, 'UTC')`,
      [sinceXid, beforeXid],
    );
    return rows.map(({ streamId, fromUs, lastUs }) => ({ streamId, fromUs, toUs: lastUs + 1 }));
  },
  readRanges: async (tx, ranges) => {
    const found = ranges.map((): OrderedReadings[] => []);
    const earliest = Math.floor(Math.min(...ranges.map((range) => range.fromUs)) / HOUR_US) * HOUR_US;
    const latest = Math.max(...ranges.map((range) => range.toUs));
    // The fixed bounds let the planner leave out partitions. "offset 0" keeps it from joining the other way round, which reads every
    // stream of the whole stretch for each group of ranges.
    await copyOut(
      tx,
      `select t.i, ${SEGMENT_READ} from ${rangesSql(ranges)} cross join lateral (
         select * from segments where stream_id = t.stream_id and t0 >= date_trunc('hour', t.from_ts, 'UTC') and t0 < t.to_ts and t1 >= t.from_ts
           and t0 >= ${timeLiteral(earliest)} and t0 < ${timeLiteral(latest)} offset 0) s`,
      (row) => found[row.int8() - 1]?.push(readSegment(row)),
    );
    return found.map((runs, i) => mergeRuns(ranges[i]?.streamId ?? 0, runs));
  },
  forgetTouched: async () => undefined, // the segments themselves are the list
};

/**
 * Replaces all segments of a stream's closed hour by one. Only segments that the rollups have seen are taken, in the same
 * transaction that writes their successor: a late segment that arrives meanwhile is not touched and waits for the next run.
 */
async function compactClosed(pool: Pool, closedBeforeMs: number): Promise<{ segments: number }> {
  let segments = 0;
  for (;;) {
    const tx = await pool.connect();
    try {
      await tx.query("begin");
      await tx.query("select pg_advisory_xact_lock(hashtext($1))", [COMPACTION_LOCK]);
      // Index look-ups per hour, not a scan of the whole week: statistics are stale where rows come and go like this.
      await tx.query("set local enable_hashjoin = off; set local enable_mergejoin = off");
      const hours = await listOpenHours(tx, closedBeforeMs);
      if (hours.length > 0) segments += await joinHours(tx, hours);
      await tx.query("commit");
      tx.release();
      if (hours.length < HOURS_AT_ONCE) return { segments };
    } catch (cause) {
      tx.release(true);
      throw cause;
    }
  }
}

async function listOpenHours(tx: PoolClient, closedBeforeMs: number): Promise<TouchedRange[]> {
  const { rows } = await tx.query<{ streamId: number; hourUs: number }>(
    `select stream_id as "streamId", (extract(epoch from date_trunc('hour', t0, 'UTC')) * 1e6)::float8 as "hourUs"
     from segments where not compacted and txid < (select rolled_before from timeseries_home) and t0 < date_trunc('hour', to_timestamp($1::float8 / 1000), 'UTC')
     group by 1, 2 limit ${HOURS_AT_ONCE}`,
    [closedBeforeMs],
  );
  return rows.map(({ streamId, hourUs }) => ({ streamId, fromUs: hourUs, toUs: hourUs + HOUR_US }));
}

async function joinHours(tx: PoolClient, hours: TouchedRange[]): Promise<number> {
  const parts = new Map<string, OrderedReadings[]>();
  const earliest = Math.min(...hours.map((hour) => hour.fromUs));
  const latest = Math.max(...hours.map((hour) => hour.toUs));
  await copyOut(
    tx,
    `delete from segments s using ${rangesSql(hours)}
     where s.stream_id = t.stream_id and s.t0 >= t.from_ts and s.t0 < t.to_ts and s.t0 >= ${timeLiteral(earliest)} and s.t0 < ${timeLiteral(latest)}
       and (s.compacted or s.txid < (select rolled_before from timeseries_home))
     returning ${SEGMENT_READ}`,
    (row) => {
      const part = readSegment(row);
      const key = `${part.streamId} ${Math.floor((part.us[0] ?? 0) / HOUR_US)}`;
      const sameHour = parts.get(key);
      if (sameHour) sameHour.push(part);
      else parts.set(key, [part]);
    },
  );
  const joined = [...parts.values()]
    .map((runs) => mergeRuns(runs[0]?.streamId ?? 0, runs))
    .sort((a, b) => a.streamId - b.streamId || (a.us[0] ?? 0) - (b.us[0] ?? 0));
  return joined.length === 0 ? 0 : copySegments(tx, joined, true);
}
