import type { Pool, PoolClient } from "pg";
import { copyIn, copyOut, CopyWriter, timeLiteral, type CopyReader } from "./copy";
import { exportCsv } from "./export";
import { rememberPartitions } from "./partitions";
import type { RangeQuery, ReadingBlock, Readings, TimeSeriesStore } from "./port";
import { HOUR_US, inOrder, mergeRuns, orderByStream, toReadings, toUs, type OrderedReadings } from "./readings";
import { rawKeptFromMs, retainIn } from "./retention";
import { rangesSql, recomputeFrom, rollUpFrom, type RollupSource } from "./rollup";
import { readSeriesFrom } from "./series";

const DAY_MS = 86_400_000;
const ROW_BYTES = 40;

/**
 * The home `timescale`: one narrow hypertable. Under the community licence old chunks become columns by TimescaleDB's own policy;
 * under the Apache licence they stay rows. Rollups are made by the same job as in the other home.
 */
export function openTimescale(): TimeSeriesStore {
  const partitions = rememberPartitions({ sizeMs: DAY_MS, originMs: 0 });
  const rollUp = (pool: Pool) => rollUpFrom(pool, rollupSource);
  return {
    home: "timescale",
    prepare: partitions.prepare,
    forgetPrepared: partitions.forget,
    write,
    readRange,
    rawKeptFromMs,
    readSeries: (db, query) => readSeriesFrom(db, query, readRange),
    rollUp,
    recompute: (pool, { streamId, fromMs, toMs }) =>
      recomputeFrom(pool, rollupSource, [{ streamId, fromUs: toUs(fromMs), toUs: toUs(toMs) }]),
    compact: async (pool) => {
      await rollUp(pool); // the rest is TimescaleDB's own policy, where the licence has one
      return { segments: 0 };
    },
    retain: async (pool, { keepRawMs, nowMs }) => {
      await rollUp(pool);
      return retainIn(pool, nowMs - keepRawMs, "day").finally(partitions.forget);
    },
    exportRange: exportCsv,
  };
}

async function write(tx: PoolClient, blocks: readonly ReadingBlock[]): Promise<void> {
  const runs = orderByStream(blocks); // by stream: neighbours in the index arrive together
  if (runs.length === 0) return;
  const rows = new CopyWriter(runs.reduce((sum, run) => sum + run.us.length * ROW_BYTES, 64));
  const touched = new CopyWriter(runs.length * 40);
  for (const run of runs) {
    rows.reserve(run.us.length * ROW_BYTES);
    for (let i = 0; i < run.us.length; i++) {
      rows.row(4);
      rows.timeUs(run.us[i] ?? 0);
      rows.float8(run.values[i] ?? Number.NaN);
      rows.int4(run.streamId);
      rows.int2(run.quality?.[i] ?? 0);
    }
    touched.reserve(40);
    touched.row(3);
    touched.timeUs(run.us[0] ?? 0);
    touched.timeUs(run.us[run.us.length - 1] ?? 0);
    touched.int4(run.streamId);
  }
  // Sent together: node-pg queues the second while the first is under way, so both cost about one round trip.
  await Promise.all([
    copyIn(tx, "COPY readings_narrow (ts, value, stream_id, quality) FROM STDIN (FORMAT binary)", rows),
    copyIn(tx, "COPY readings_touched (from_ts, to_ts, stream_id) FROM STDIN (FORMAT binary)", touched),
  ]);
}

/** Columns gathered by the server: one message instead of one per reading, which is what reading rows costs most. */
const GATHERED = "array_agg(r.ts), array_agg(r.value), array_agg(r.quality)";

function readGathered(streamId: number, row: CopyReader): OrderedReadings {
  return inOrder({
    streamId,
    us: row.timeUsArray(),
    values: row.float8Array() ?? new Float64Array(0),
    quality: row.codeArray(),
  });
}

async function readRange(db: Pool | PoolClient, query: RangeQuery): Promise<Readings> {
  const fromUs = toUs(query.fromMs);
  const toUsExclusive = toUs(query.toMs);
  const runs: OrderedReadings[] = [];
  if (fromUs < toUsExclusive) {
    const limit = query.limit === undefined ? "" : `order by ts, value limit ${Math.trunc(query.limit)}`;
    await copyOut(
      db,
      `select ${GATHERED} from (
         select ts, value, quality from readings_narrow
         where stream_id = ${Math.trunc(query.streamId)} and ts >= ${timeLiteral(fromUs)} and ts < ${timeLiteral(toUsExclusive)} ${limit}) r`,
      (row) => runs.push(readGathered(query.streamId, row)),
    );
  }
  return toReadings(mergeRuns(query.streamId, runs), fromUs, toUsExclusive, query.limit);
}

const rollupSource: RollupSource = {
  listTouched: async (tx, sinceXid, beforeXid) => {
    const { rows } = await tx.query<{ streamId: number; fromUs: number; lastUs: number }>(
      `select stream_id as "streamId", (extract(epoch from from_ts) * 1e6)::float8 as "fromUs", (extract(epoch from to_ts) * 1e6)::float8 as "lastUs"
       from readings_touched where txid >= $1::xid8 and txid < $2::xid8`,
      [sinceXid, beforeXid],
    );
    const hours = new Map<string, { streamId: number; fromUs: number; toUs: number }>();
    for (const { streamId, fromUs, lastUs } of rows) {
      for (let hour = Math.floor(fromUs / HOUR_US) * HOUR_US; hour <= lastUs; hour += HOUR_US) {
        const key = `${streamId} ${hour}`;
        const before = hours.get(key);
        const from = Math.max(fromUs, hour);
        const to = Math.min(lastUs + 1, hour + HOUR_US);
        hours.set(
          key,
          before
            ? { streamId, fromUs: Math.min(before.fromUs, from), toUs: Math.max(before.toUs, to) }
            : { streamId, fromUs: from, toUs: to },
        );
      }
    }
    return [...hours.values()];
  },
  readRanges: async (tx, ranges) => {
    const found = ranges.map((): OrderedReadings[] => []);
    const earliest = Math.min(...ranges.map((range) => range.fromUs));
    const latest = Math.max(...ranges.map((range) => range.toUs));
    await copyOut(
      tx,
      `select t.i, r.* from ${rangesSql(ranges)} cross join lateral (
         select ${GATHERED} from readings_narrow r where r.stream_id = t.stream_id and r.ts >= t.from_ts and r.ts < t.to_ts
           and r.ts >= ${timeLiteral(earliest)} and r.ts < ${timeLiteral(latest)}) r`,
      (row) => {
        const i = row.int8() - 1;
        found[i]?.push(readGathered(ranges[i]?.streamId ?? 0, row));
      },
    );
    return found.map((runs, i) => mergeRuns(ranges[i]?.streamId ?? 0, runs));
  },
  forgetTouched: async (tx, xid) => {
    await tx.query("delete from readings_touched where txid < $1::xid8", [xid]);
  },
};
