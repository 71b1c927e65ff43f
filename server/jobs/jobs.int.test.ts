import { tmpdir } from "node:os";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cloneTestDb, type TestDb } from "@/db/testing";
import { openTimeSeries } from "@/db/timeseries/open";
import { openLogger } from "@/server/core/logger";
import { openRegistry } from "@/server/core/metrics";
import { openObjectStore } from "@/server/models/objects/store";
import { runAsLeader } from "./every";
import { startJobs } from "./jobs";
import { deleteDue, noteRetention } from "./retention";
import { limitQuarantine, markSilentNodes, SCHEDULES } from "./schedules";

let db: TestDb;
beforeAll(async () => {
  db = await cloneTestDb();
});
afterAll(() => db.drop());

const log = openLogger("jobs-test", process.env.TL_TEST_LOG === "1" ? "debug" : "silent");

test("the application role runs the queue without owning it, and rollups follow the readings", async () => {
  await db.owner.query("insert into nodes (id) values ('n')");
  const { rows } = await db.owner.query<{ id: number }>(
    "insert into streams (node_id, key) values ('n', 'x') returning id",
  );
  const store = await openTimeSeries(db.pool);
  const now = Date.now();
  await store.prepare(db.pool, now, now);
  const tx = await db.pool.connect();
  await store.write(tx, [
    {
      streamId: rows[0]?.id ?? 0,
      tsMs: Float64Array.of(now - 2, now - 1),
      values: Float64Array.of(1, 3),
      quality: null,
    },
  ]);
  tx.release();
  const jobs = await startJobs({ pool: db.pool, log, metrics: openRegistry("jobs-test"), keepRawDays: 30 });
  await expect
    .poll(
      async () =>
        (await db.owner.query<{ n: number }>("select coalesce(sum(n), 0)::int as n from rollup_1m")).rows[0]?.n,
      { timeout: 15_000 },
    )
    .toBe(2);
  await expect
    .poll(
      async () =>
        (await db.owner.query<{ n: number }>("select count(*)::int as n from graphile_worker.jobs")).rows[0]?.n,
      { timeout: 15_000 },
    )
    .toBe(0);
  expect(jobs.health()).toMatchObject({ ok: true, failing: null });
  await jobs.close();
});

test("one leader per job: the second replica does nothing meanwhile", async () => {
  let finish = (): void => undefined;
  let first: Promise<boolean> | undefined;
  await new Promise<void>((leads) => {
    first = runAsLeader(
      db.pool,
      "x",
      () =>
        new Promise<void>((done) => {
          finish = done;
          leads();
        }),
    );
  });
  expect(await runAsLeader(db.pool, "x", () => Promise.resolve())).toBe(false);
  finish();
  expect(await first).toBe(true);
  expect(await runAsLeader(db.pool, "x", () => Promise.resolve())).toBe(true);
});

test("every schedule runs on an empty database", async () => {
  const store = await openTimeSeries(db.pool);
  const objects = () => openObjectStore(pathToFileURL(tmpdir()).href);
  const parts = { pool: db.pool, store, objects, sealKey: "k".repeat(40), log, nowMs: Date.now() };
  for (const schedule of SCHEDULES) await expect(schedule.run(parts)).resolves.toBeTypeOf("object");
});

test("quarantine is bounded per node, and what it gives up says so", async () => {
  await db.owner.query(
    "insert into quarantine (node_id, topic, reason, message, payload) select 'flood', 't', 'PARSE', 'm', 'x' from generate_series(1, 20010)",
  );
  await db.owner.query(
    "insert into quarantine (node_id, topic, reason, message, payload) values ('calm', 't', 'PARSE', 'm', 'x')",
  );
  expect(await limitQuarantine(db.pool)).toEqual({ overflowed: 10 });
  const { rows } = await db.owner.query(
    "select node_id, count(*) filter (where status = 'held')::int as held, count(*) filter (where outcome ->> 'why' = 'limit')::int as lost from quarantine group by 1 order by 1",
  );
  expect(rows).toEqual([
    { node_id: "calm", held: 1, lost: 0 },
    { node_id: "flood", held: 20_000, lost: 10 },
  ]);
});

test("a node that fell silent is no longer online", async () => {
  await db.owner.query(
    "insert into nodes (id, online, last_seen_at) values ('silent', true, now() - interval '6 minutes'), ('heard', true, now())",
  );
  expect(await markSilentNodes(db.pool)).toEqual({ silent: ["silent"] });
});

test("the ledger is pruned only behind the cursor", async () => {
  await db.owner.query("insert into ingest_lanes (node_id, epoch, lane, up_to) values ('n', 'e', 'telemetry', 5)");
  await db.owner.query(
    "insert into ingest_batches (lane_id, batch, sha256, rows, readings, received_at) select l.id, b, decode(repeat('00', 32), 'hex'), 1, 1, now() - interval '40 days' from ingest_lanes l, generate_series(4, 7) b",
  );
  await noteRetention(db.pool, 30);
  expect(await deleteDue(db.pool, "ledger")).toBe(2);
});
