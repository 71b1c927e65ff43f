import { afterAll, beforeAll, expect, test } from "vitest";
import { Access } from "@/db/access";
import { cloneTestDb, type TestDb, untilSettled } from "@/db/testing";
import { openTimeSeries } from "@/db/timeseries/open";
import type { TimeSeriesStore } from "@/db/timeseries/port";
import { getSeries } from "./series-queries";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const NOW = Date.UTC(2026, 9, 7, 10);

let db: TestDb;
let store: TimeSeriesStore;
let ids: number[] = [];

beforeAll(async () => {
  db = await cloneTestDb();
  store = await openTimeSeries(db.pool);
  await db.owner.query("insert into nodes (id, status) values ('edge-1', 'accepted')");
  const { rows } = await db.owner.query<{ id: number }>(
    "insert into streams (node_id, key, quantity, unit, rate_hz, status) select 'edge-1', 'pump/' || k, 'velocity', 'mm/s', rate, 'accepted' from (values ('slow', 1.0), ('fast', 500.0), ('silent', null)) s (k, rate) returning id",
  );
  ids = rows.map(({ id }) => id);
});
afterAll(() => db.drop());

const series = (id: number | undefined, fromMs: number, toMs: number, maxPoints = 1_000) =>
  new Access(db.pool, "all").transaction((tx) => getSeries(tx, store, { id: id ?? 0, fromMs, toMs, maxPoints }));

/** 1 Hz from `fromMs`: 0, 1, 2, … */
async function write(streamId: number | undefined, fromMs: number, count: number): Promise<void> {
  await store.prepare(db.pool, fromMs, fromMs + count * 1_000);
  const tsMs = Float64Array.from({ length: count }, (_, i) => fromMs + i * 1_000);
  await new Access(db.pool, "all").transaction((tx) =>
    store.write(tx, [{ streamId: streamId ?? 0, tsMs, values: tsMs.map((_, i) => i), quality: null }]),
  );
}

test("few readings are drawn one by one, more in buckets, and those of a fast stream from its rollup", async () => {
  await write(ids[0], NOW, 900);
  await write(ids[1], NOW, 900);
  expect(await series(ids[0], NOW, NOW + 15 * MINUTE_MS)).toMatchObject({ source: "raw", bucketMs: null });
  expect(await series(ids[0], NOW, NOW + 15 * MINUTE_MS, 100)).toMatchObject({ source: "raw", bucketMs: 10_000 });
  await untilSettled(db.pool);
  await store.rollUp(db.pool);
  const day = await series(ids[1], NOW, NOW + DAY_MS); // 500 Hz promise 43 million readings
  expect(day).toMatchObject({ source: "1m", bucketMs: 2 * MINUTE_MS });
  expect(day.n.reduce((a, b) => a + b, 0)).toBe(900);
});

test("a stream without readings says so", async () => {
  expect(await series(ids[2], NOW, NOW + HOUR_MS)).toMatchObject({ source: "none", tsMs: [] });
});

test("a range older than retention shows its minutes instead of nothing", async () => {
  const old = NOW - 60 * DAY_MS;
  await write(ids[0], old, 600);
  await untilSettled(db.pool);
  await store.retain(db.pool, { keepRawMs: 30 * DAY_MS, nowMs: NOW });
  const points = await series(ids[0], old, old + HOUR_MS);
  expect(points).toMatchObject({ source: "1m", bucketMs: MINUTE_MS });
  expect(points.n).toEqual(Array.from({ length: 10 }, () => 60));
  expect(points.mean[0]).toBe(29.5);
  expect([points.min[0], points.max.at(-1)]).toEqual([0, 599]);
  expect(await series(ids[0], NOW, NOW + 15 * MINUTE_MS), "what is kept is still raw").toMatchObject({ source: "raw" });
});
