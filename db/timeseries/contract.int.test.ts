import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { openPool } from "@/db/client";
import { Access } from "@/db/access";
import { cloneTestDb, type TestDb, untilSettled } from "@/db/testing";
import { LatestValues } from "@/server/ingest/latest";
import { openTimeSeries } from "./open";
import { isMissingPartition } from "./partitions";
import type { ReadingBlock, TimeSeriesStore } from "./port";
import { arbitraryWrites, bruteForce } from "./testing";

/**
 * What both homes promise. Run with TL_TEST_DB=plain for `segments` and TL_TEST_DB=timescale for `timescale`; brute force over the
 * written readings is the judge.
 */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** A Wednesday; tests write around it. */
const T0 = Date.UTC(2026, 9, 7, 10, 0, 0);

let db: TestDb;
let store: TimeSeriesStore;
let nextStream = 1;
let stream = 0;

beforeAll(async () => {
  db = await cloneTestDb();
  store = await openTimeSeries(db.pool);
  await store.prepare(db.pool, T0 - 3 * DAY, T0 + 3 * DAY);
});
afterAll(() => db.drop());
beforeEach(() => {
  stream = nextStream++;
});

function block(
  tsMs: number[],
  values: (number | null)[],
  quality: number[] | null = null,
  streamId = stream,
): ReadingBlock {
  return {
    streamId,
    tsMs: Float64Array.from(tsMs),
    values: Float64Array.from(values, (value) => value ?? Number.NaN),
    quality: quality && Uint8Array.from(quality),
  };
}

async function write(...blocks: ReadingBlock[]): Promise<void> {
  const tx = await db.pool.connect();
  try {
    await tx.query("begin");
    await store.write(tx, blocks);
    await tx.query("commit");
    tx.release();
  } catch (cause) {
    tx.release(true);
    throw cause;
  }
}

async function read(fromMs = T0 - 3 * DAY, toMs = T0 + 3 * DAY, limit?: number, streamId = stream) {
  const { tsMs, values, quality } = await store.readRange(db.pool, {
    streamId,
    fromMs,
    toMs,
    ...(limit === undefined ? {} : { limit }),
  });
  return Array.from(tsMs, (ts, i) => [ts - T0, Number.isNaN(values[i]) ? null : values[i], quality[i]]);
}

test("the home is the one that was asked for", () => {
  expect(store.home).toBe(
    process.env.TL_TIMESERIES_HOME ?? (process.env.TL_TEST_DB === "timescale" ? "timescale" : "segments"),
  );
});

test("readings come back in time order, wherever they were cut", async () => {
  await write(block([T0 + 2 * HOUR + 5, T0, T0 + 1500, T0 + HOUR - 1, T0 + HOUR], [5, 1, 2, 3, 4]));
  expect(await read()).toEqual([
    [0, 1, 0],
    [1500, 2, 0],
    [HOUR - 1, 3, 0],
    [HOUR, 4, 0],
    [2 * HOUR + 5, 5, 0],
  ]);
});

test("late and overlapping blocks are merged, also within one write", async () => {
  await write(block([T0 + 1000, T0 + 3000], [1, 3]), block([T0 + 2000], [2]));
  await write(block([T0 - 500, T0 + 2500], [0, 2.5]));
  expect(await read()).toEqual([
    [-500, 0, 0],
    [1000, 1, 0],
    [2000, 2, 0],
    [2500, 2.5, 0],
    [3000, 3, 0],
  ]);
});

test("two readings of one instant are both kept, the lower value first", async () => {
  await write(block([T0, T0], [2, 1]));
  await write(block([T0], [1.5]));
  expect(await read()).toEqual([
    [0, 1, 0],
    [0, 1.5, 0],
    [0, 2, 0],
  ]);
});

test("no value and quality survive, and all good costs nothing", async () => {
  await write(block([T0, T0 + 10, T0 + 20], [1, null, 3], [0, 4, 3]));
  expect(await read()).toEqual([
    [0, 1, 0],
    [10, null, 4],
    [20, 3, 3],
  ]);
});

test("times are exact to a microsecond, over a whole hour", async () => {
  const tsMs = [T0 + 0.001, T0 + 0.125, T0 + HOUR - 0.001];
  await write(block(tsMs, [1, 2, 3]));
  const { tsMs: found } = await store.readRange(db.pool, { streamId: stream, fromMs: T0, toMs: T0 + HOUR });
  expect(Array.from(found)).toEqual(tsMs.map((ts) => Math.round(ts * 1000) / 1000));
});

test("a range takes its first instant and leaves its last; the limit keeps the oldest", async () => {
  await write(block([T0, T0 + 10, T0 + 20], [1, 2, 3]));
  expect(await read(T0, T0 + 20)).toEqual([
    [0, 1, 0],
    [10, 2, 0],
  ]);
  expect(await read(T0 + 1, T0 + 20.001)).toEqual([
    [10, 2, 0],
    [20, 3, 0],
  ]);
  expect(await read(T0, T0 + 100, 2)).toEqual([
    [0, 1, 0],
    [10, 2, 0],
  ]);
  expect(await read(T0, T0)).toEqual([]);
});

test("what is not committed is not seen, and a rolled-back write leaves nothing", async () => {
  const tx = await db.pool.connect();
  await tx.query("begin");
  await store.write(tx, [block([T0], [1])]);
  expect(await read()).toEqual([]);
  await tx.query("rollback");
  tx.release();
  expect(await read()).toEqual([]);
});

test("a refused write says why and leaves the connection usable", async () => {
  const tx = await db.pool.connect();
  await tx.query("begin");
  await expect(store.write(tx, [block([T0], [1, 2])])).rejects.toThrow("differ in length");
  await expect(store.write(tx, [block([Number.NaN, T0], [1, 2])])).rejects.toThrow("not a finite number");
  await tx.query("select 1 / 0").catch(() => undefined);
  await expect(store.write(tx, [block([T0], [1])])).rejects.toThrow("current transaction is aborted");
  await tx.query("rollback");
  expect((await tx.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
  tx.release();
});

test("partitions are made for far times, by several at once, and absurd times are refused", async () => {
  const early = Date.UTC(2019, 0, 1);
  await Promise.all(Array.from({ length: 4 }, () => store.prepare(db.pool, early, early + 30 * DAY)));
  await write(block([early, early + 30 * DAY], [1, 2]));
  expect(await read(early, early + 31 * DAY)).toHaveLength(2);
  await expect(store.prepare(db.pool, Date.UTC(1980, 0, 1), Date.UTC(1980, 0, 1))).rejects.toThrow(
    "outside of what can be stored",
  );
  await expect(store.prepare(db.pool, T0, T0 + 4000 * DAY)).rejects.toThrow("outside of what can be stored");
});

test("partitions meet without a seam when the clocks change, whatever the session's time zone", async () => {
  const march = Date.UTC(2024, 2, 1);
  const paris = openPool(db.appUrl, { max: 1, applicationName: "test-paris", statementTimeoutMs: 10_000 });
  await paris.query("set timezone = 'Europe/Paris'");
  await store.prepare(paris, march, march + 60 * DAY);
  await paris.end();
  const hours = Array.from({ length: 60 * 24 }, (_, i) => march + i * HOUR);
  await write(
    block(
      hours,
      hours.map((_, i) => i),
    ),
  );
  expect(await read(march, march + 60 * DAY)).toHaveLength(hours.length);
});

test("SQL users read rows from the views", async () => {
  await write(block([T0, T0 + 1, T0 + 3], [1, null, 2], [0, 2, 0]), block([T0 + MINUTE, T0 + 2 * MINUTE], [5, 6]));
  await untilSettled(db.pool);
  await store.rollUp(db.pool);
  const raw = await db.pool.query(
    "select (extract(epoch from ts) * 1000)::float8 - $2::float8 as at, value, quality from readings where stream_id = $1 order by ts",
    [stream, T0],
  );
  expect(raw.rows.map((row) => [row.at, row.value, row.quality])).toEqual([
    [0, 1, 0],
    [1, null, 2],
    [3, 2, 0],
    [MINUTE, 5, 0],
    [2 * MINUTE, 6, 0],
  ]);
  const between = await db.pool.query(
    "select value from readings_between(array[$1::int], to_timestamp($2::float8 / 1000), to_timestamp($3::float8 / 1000)) order by ts",
    [stream, T0 + 1, T0 + MINUTE],
  );
  expect(between.rows.map((row) => row.value)).toEqual([null, 2]);
  const minutes = await db.pool.query(
    "select n::int, bad::int, vmean from readings_1m where stream_id = $1 order by bucket",
    [stream],
  );
  expect(minutes.rows).toEqual([
    { n: 2, bad: 1, vmean: 1.5 },
    { n: 1, bad: 0, vmean: 5 },
    { n: 1, bad: 0, vmean: 6 },
  ]);
});

test("the newest reading by event time is found, whatever came last", async () => {
  await write(block([T0 + 5000, T0 + 4000], [5, 4]));
  await write(block([T0 + 1000], [1]));
  const { rows } = await db.pool.query("select value from readings where stream_id = $1 order by ts desc limit 1", [
    stream,
  ]);
  expect(rows).toEqual([{ value: 5 }]);
});

test("the latest value moves to newer event times only, and is found again in the readings", async () => {
  await db.owner.query("insert into nodes (id) values ('latest-1')");
  const { rows } = await db.owner.query<{ id: number }>(
    "insert into streams (id, node_id, key, status) overriding system value values (1000000, 'latest-1', 'pump/flow', 'accepted') returning id",
  );
  const id = rows[0]?.id ?? 0;
  const moved: number[] = [];
  const open = () =>
    new LatestValues(
      db.pool,
      (ids) => moved.push(...ids),
      (cause) => {
        throw cause;
      },
    );
  const latest = async () => {
    const row = await db.pool.query(
      "select (extract(epoch from ts) * 1000)::float8 - $2 as ts, value, quality from latest_values where stream_id = $1",
      [id, T0],
    );
    return row.rows;
  };
  const values = open();
  for (const [written, expected] of [
    [block([T0 + 4_000, T0 + 5_000], [4, 5], [0, 1], id), { ts: 5_000, value: 5, quality: 1 }],
    [block([T0 + 1_000, T0 + 4_999], [1, 99], null, id), { ts: 5_000, value: 5, quality: 1 }], // came later, is older
    [block([T0 + 5_000], [98], null, id), { ts: 5_000, value: 5, quality: 1 }], // the same time once more
    [block([T0 + 6_000, T0 + 2_000], [null, 2], [4, 0], id), { ts: 6_000, value: null, quality: 4 }],
  ] as const) {
    await write(written);
    values.add([written]);
    await values.flush();
    expect(await latest()).toEqual([expected]);
  }
  expect(moved).toEqual([id, id]);

  await write(block([T0 + 7_000], [7], null, id)); // and the process died before it told
  expect(await open().rebuild(store, T0 + HOUR)).toBe(0); // no batch came of this node within a day: not looked for
  await db.owner.query(
    "insert into ingest_lanes (node_id, epoch, lane, last_batch_at) values ('latest-1', 'E1', 'telemetry', now())",
  );
  expect(await open().rebuild(store, T0 + HOUR)).toBe(1);
  expect(await latest()).toEqual([{ ts: 7_000, value: 7, quality: 0 }]);
});

test("an export is CSV by stream and time, with every reading of the range", async () => {
  const other = nextStream++;
  await write(block([T0 + 0.5, T0 + 1000], [1.25, null], [0, 4]), block([T0], [7], null, other));
  let csv = "";
  for await (const chunk of new Access(db.pool, "all").stream((tx) =>
    store.exportRange(tx, { streamIds: [other, stream], fromMs: T0, toMs: T0 + HOUR }),
  ))
    csv += chunk.toString();
  expect(csv).toBe(
    `stream_id,ts,value,quality\n${stream},2026-10-07T10:00:00.000500Z,1.25,0\n${stream},2026-10-07T10:00:01.000000Z,,4\n${other},2026-10-07T10:00:00.000000Z,7,0\n`,
  );
});

// --- rollups ------------------------------------------------------------------------------------------------------------

async function rollups(table: string, streamId: number) {
  const { rows } = await db.pool.query(
    `select (extract(epoch from bucket) * 1000)::float8 - $2::float8 as bucket, n::int, bad::int, vmin, vmax, vsum, vsumsq, vfirst, vlast,
       (extract(epoch from first_ts) * 1000)::float8 - $2::float8 as first, (extract(epoch from last_ts) * 1000)::float8 - $2::float8 as last
     from ${table} where stream_id = $1 order by bucket`,
    [streamId, T0],
  );
  return rows;
}

test("rollups equal brute force after any order of writes, runs and compactions, and compaction changes no answer", {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(
      arbitraryWrites(T0),
      fc.array(fc.constantFrom("roll", "compact", "nothing"), { minLength: 6, maxLength: 6 }),
      async (batches, between) => {
        const streamId = nextStream++;
        for (const [i, batch] of batches.entries()) {
          await write(
            block(
              batch.map((r) => r.ts),
              batch.map((r) => r.value),
              batch.map((r) => r.quality),
              streamId,
            ),
          );
          if (between[i] === "roll") await store.rollUp(db.pool);
          if (between[i] === "compact") await store.compact(db.pool, { closedBeforeMs: T0 + 3 * DAY });
        }
        await untilSettled(db.pool);
        await store.rollUp(db.pool);
        const all = batches.flat();
        expect(await rollups("readings_1m", streamId)).toEqual(bruteForce(all, MINUTE, T0));
        expect(await rollups("readings_1h", streamId)).toEqual(bruteForce(all, HOUR, T0));
        expect(await rollups("readings_1d", streamId)).toEqual(bruteForce(all, DAY, T0));
        const covered = await db.pool.query<{ hour: number; minutes: number }>(
          `select (extract(epoch from bucket) * 1000)::float8 as hour, minutes from rollup_1h where stream_id = $1 order by bucket`,
          [streamId],
        );
        const usable = bruteForce(all, MINUTE, T0).filter(({ n }) => n > 0);
        for (const { hour, minutes } of covered.rows)
          expect(minutes).toBe(usable.filter(({ bucket }) => Math.floor((bucket + T0) / HOUR) * HOUR === hour).length);

        const before = await read(undefined, undefined, undefined, streamId);
        expect(before).toHaveLength(all.length);
        await untilSettled(db.pool);
        await store.compact(db.pool, { closedBeforeMs: T0 + 3 * DAY });
        expect(await read(undefined, undefined, undefined, streamId)).toEqual(before);
      },
    ),
    { numRuns: 25, seed: 20261007 },
  );
});

test("a slow transaction is rolled up when it commits, never skipped", async () => {
  const slow = await db.pool.connect();
  await slow.query("begin");
  await store.write(slow, [block([T0], [1])]);
  await write(block([T0 + 10], [2]));
  await store.rollUp(db.pool); // the slow one is still open; what came after it must wait or be seen, not lost
  await slow.query("commit");
  slow.release();
  await untilSettled(db.pool);
  await store.rollUp(db.pool);
  expect(await rollups("readings_1m", stream)).toMatchObject([{ n: 2, vsum: 3 }]);
});

test("two rollups at once give the same answer as one", async () => {
  await write(block([T0, T0 + MINUTE], [1, 2]));
  await untilSettled(db.pool);
  await Promise.all([store.rollUp(db.pool), store.rollUp(db.pool), store.rollUp(db.pool)]);
  expect(await rollups("readings_1h", stream)).toMatchObject([{ n: 2, vsum: 3 }]);
});

test("readings that arrive while their hour is compacted are kept", { timeout: 120_000 }, async () => {
  let written = 0;
  let compacting = true;
  const compactor = (async () => {
    while (compacting) await store.compact(db.pool, { closedBeforeMs: T0 + DAY });
  })();
  for (let i = 0; i < 60; i++) {
    await write(block([T0 + i * 7, T0 + HOUR + i * 11], [i, -i]));
    written += 2;
  }
  compacting = false;
  await compactor;
  await untilSettled(db.pool);
  await store.compact(db.pool, { closedBeforeMs: T0 + DAY });
  expect(await read()).toHaveLength(written);
  expect((await rollups("readings_1d", stream))[0]).toMatchObject({ n: written });
  if (store.home === "segments") {
    const { rows } = await db.pool.query("select count(*)::int as n from segments where stream_id = $1", [stream]);
    expect(rows).toEqual([{ n: 2 }]);
  }
});

test("compaction leaves the open hour alone", async () => {
  await write(block([T0], [1]), block([T0 + HOUR], [2]));
  await write(block([T0 + 1], [1]), block([T0 + HOUR + 1], [2]));
  await untilSettled(db.pool);
  await store.compact(db.pool, { closedBeforeMs: T0 + HOUR + 30 * MINUTE });
  if (store.home === "segments") {
    const { rows } = await db.pool.query(
      "select compacted, count(*)::int as n from segments where stream_id = $1 group by 1 order by 1",
      [stream],
    );
    expect(rows).toEqual([
      { compacted: false, n: 2 },
      { compacted: true, n: 1 },
    ]);
  }
  expect(await read()).toHaveLength(4);
});

const series = async (fromMs: number, toMs: number, maxPoints: number) => {
  const [points] = await store.readSeries(db.pool, { streamIds: [stream], fromMs, toMs, maxPoints });
  if (!points) throw new Error("no answer for the stream");
  return points;
};

test("a short range is raw, thinned without losing a peak", async () => {
  const n = 5000;
  const values = Array.from({ length: n }, (_, i) => (i === 3333 ? 99 : Math.sin(i / 50)));
  await write(
    block(
      values.map((_, i) => T0 + i * 100),
      values,
    ),
  );
  const points = await series(T0, T0 + n * 100, 400);
  expect(points).toMatchObject({ source: "raw", bucketMs: null, quality: null });
  expect(points.tsMs.length).toBeLessThanOrEqual(400);
  expect(Math.max(...points.values)).toBe(99);
  expect([points.tsMs[0], points.tsMs.at(-1)]).toEqual([T0, T0 + (n - 1) * 100]);
});

test.each([
  { days: 0.5, maxPoints: 400, source: "1m" },
  { days: 3, maxPoints: 60, source: "1h" },
  { days: 5, maxPoints: 4, source: "1d" },
])(
  "over $days days $maxPoints points come from $source and cover all readings, rolled up or not",
  async ({ days, maxPoints, source }) => {
    const fromMs = T0 - 2 * DAY + 17;
    const stepMs = (days * DAY) / 3000;
    const tsMs = Array.from({ length: 3000 }, (_, i) => fromMs + i * stepMs);
    await store.prepare(db.pool, fromMs, fromMs + days * DAY);
    await write(
      block(
        tsMs.slice(0, 2000),
        tsMs.slice(0, 2000).map((_, i) => i),
      ),
    );
    await untilSettled(db.pool);
    await store.rollUp(db.pool);
    await write(
      block(
        tsMs.slice(2000),
        tsMs.slice(2000).map((_, i) => 2000 + i),
      ),
    );
    const points = await series(fromMs, fromMs + days * DAY, maxPoints);
    expect(points.source).toBe(source);
    expect(points.tsMs.length).toBeLessThanOrEqual(maxPoints);
    expect(points.n.reduce((a, b) => a + b, 0)).toBe(3000);
    expect([Math.min(...points.min), Math.max(...points.max)]).toEqual([0, 2999]);
    await untilSettled(db.pool);
    await store.rollUp(db.pool);
    expect(await series(fromMs, fromMs + days * DAY, maxPoints)).toEqual(points);
  },
);

test("a bucket without usable readings says so", async () => {
  await write(block([T0, T0 + 1, T0 + 6 * MINUTE], [null, 5, 7], [4, 2, 0]));
  await untilSettled(db.pool);
  await store.rollUp(db.pool);
  const points = await series(T0, T0 + HOUR, 30);
  expect(Array.from(points.values)).toEqual([Number.NaN, 7]);
  expect(Array.from(points.quality ?? [])).toEqual([2, 0]);
  expect(Array.from(points.bad)).toEqual([2, 0]);
});

test("a stream without readings has an empty series; impossible questions are refused", async () => {
  expect((await series(T0, T0 + DAY, 100)).tsMs).toHaveLength(0);
  expect((await series(T0, T0 + MINUTE, 100)).tsMs).toHaveLength(0);
  await expect(series(T0, T0, 100)).rejects.toThrow("the range must end after it starts");
  await expect(series(T0, T0 + 1, 3)).rejects.toThrow("at least 4 points");
});

// --- retention: last, because it drops partitions of the shared database ------------------------------------------------------------

test("where raw readings were dropped a chart shows their minutes, to the last one, and raw readings from there on", async () => {
  const old = T0 - 100 * DAY;
  const kept = T0 - 20 * DAY;
  const tsMs = (from: number) => Array.from({ length: 600 }, (_, i) => from + i * 1_000); // ten minutes at 1 Hz
  await store.prepare(db.pool, old, kept);
  for (const from of [old, kept])
    await write(
      block(
        tsMs(from),
        tsMs(from).map((_, i) => i),
      ),
    );
  await untilSettled(db.pool);
  await store.retain(db.pool, { keepRawMs: 70 * DAY, nowMs: T0 });
  expect(await store.rawKeptFromMs(db.pool)).toBeGreaterThan(old);
  expect(await read(old, old + HOUR)).toEqual([]);

  const gone = await series(old, old + 10 * MINUTE, 400); // a point of 1.5 s would be raw
  expect(gone).toMatchObject({ source: "1m", bucketMs: MINUTE });
  expect(Array.from(gone.n)).toEqual(Array.from({ length: 10 }, () => 60));
  expect([Math.min(...gone.min), Math.max(...gone.max)]).toEqual([0, 599]);
  expect(await series(kept, kept + 10 * MINUTE, 1_000)).toMatchObject({ source: "raw", bucketMs: null });
  for (const [toMs, maxPoints, source] of [
    [old + DAY, 40, "1h"],
    [old + 10 * DAY, 5, "1d"],
    [kept + DAY, 60, "1d"],
  ] as const) {
    const long = await series(old, toMs, maxPoints);
    expect(long.source).toBe(source);
    expect(long.n.reduce((a, b) => a + b, 0)).toBe(toMs > kept ? 1_200 : 600);
  }
});

test("retention drops whole partitions, keeps rollups, and a straggler cannot spoil them", async () => {
  const old = T0 - 60 * DAY;
  await store.prepare(db.pool, old, old);
  await write(block([old, old + 1000], [1, 3]), block([T0], [5]));
  await untilSettled(db.pool);
  const { dropped } = await store.retain(db.pool, { keepRawMs: 30 * DAY, nowMs: T0 });
  expect(dropped.length).toBeGreaterThan(0);
  expect(await read(old - DAY, T0 + DAY)).toEqual([[0, 5, 0]]);
  expect(await rollups("readings_1d", stream)).toMatchObject([
    { n: 2, vsum: 4 },
    { n: 1, vsum: 5 },
  ]);

  await store.prepare(db.pool, old, old);
  await write(block([old + 2000], [100]));
  await untilSettled(db.pool);
  await store.rollUp(db.pool);
  expect(await rollups("readings_1d", stream)).toMatchObject([
    { n: 2, vsum: 4 },
    { n: 1, vsum: 5 },
  ]);
  await untilSettled(db.pool);
  expect((await store.retain(db.pool, { keepRawMs: 30 * DAY, nowMs: T0 })).dropped).toHaveLength(1);
});

test("a week that retention dropped is made again, also where it was remembered as made", async () => {
  const lastWeek = Date.now() - 7 * DAY;
  const retain = (by: TimeSeriesStore) => by.retain(db.pool, { keepRawMs: 0, nowMs: Date.now() });
  await store.prepare(db.pool, lastWeek, lastWeek);
  await write(block([lastWeek], [1]));
  await untilSettled(db.pool);
  expect((await retain(store)).dropped).not.toEqual([]);
  await store.prepare(db.pool, lastWeek, lastWeek);
  await write(block([lastWeek], [2]));
  expect(await read(lastWeek - DAY, lastWeek + DAY)).toEqual([[lastWeek - T0, 2, 0]]);

  await untilSettled(db.pool);
  await retain(await openTimeSeries(db.pool)); // as another process does: this one hears nothing of it
  await store.prepare(db.pool, lastWeek, lastWeek);
  const unaware = write(block([lastWeek], [3])).catch((cause: unknown) => cause);
  if (store.home === "segments") expect(isMissingPartition(await unaware)).toBe(true);
  await unaware;
  store.forgetPrepared();
  await store.prepare(db.pool, lastWeek, lastWeek);
  if (store.home === "segments") await write(block([lastWeek], [3]));
  expect(await read(lastWeek - DAY, lastWeek + DAY)).toEqual([[lastWeek - T0, 3, 0]]);
});
