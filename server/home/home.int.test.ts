import { afterAll, beforeAll, expect, test } from "vitest";
import { cloneTestDb, type TestDb } from "@/db/testing";
import { homeVerdict } from "./domain/home";
import { getHome } from "./queries";

const NOW = Date.UTC(2026, 10, 24, 12);
const EVERYWHERE = { site: null, team: null };
const MODEL = `sha256:${"a".repeat(64)}`;
let db: TestDb;
let stream = 0;

beforeAll(async () => {
  db = await cloneTestDb();
  await db.owner.query(
    `insert into nodes (id, status, online, born_at, last_seen_at, online_changed_at, slots)
     values ('edge-1', 'accepted', true, to_timestamp($1 / 1000.0), to_timestamp($1 / 1000.0), to_timestamp($1 / 1000.0) - interval '3 hours', $2),
       ('edge-2', 'accepted', false, to_timestamp($1 / 1000.0), to_timestamp($1 / 1000.0) - interval '1 hour', to_timestamp($1 / 1000.0) - interval '1 hour', '[]')`,
    [NOW, JSON.stringify([{ slot: "pump-health", committed: MODEL }, { slot: "spare" }])],
  );
  await db.owner.query(
    "insert into ingest_lanes (node_id, epoch, lane, last_batch_at) values ('edge-1', '01JDP0000000000000000000E1', 'telemetry', to_timestamp($1 / 1000.0))",
    [NOW],
  );
  const { rows } = await db.owner.query<{ id: number }>(
    `insert into streams (node_id, key, unit, status, rate_hz, limit_high, accepted_at)
     values ('edge-1', 'pump-3/vibration', 'mm/s', 'accepted', 1, 4.5, to_timestamp($1 / 1000.0) - interval '2 days') returning id`,
    [NOW],
  );
  stream = rows[0]?.id ?? 0;
  await db.owner.query("insert into latest_values (stream_id, ts, value) values ($1, to_timestamp($2 / 1000.0), 4.9)", [
    stream,
    NOW,
  ]);
  const event = (node: string, minutesAgo: number, state: string, device: string) =>
    db.owner.query(
      `insert into events (node_id, stream_id, ts, kind, severity, data) values ($1, $2, to_timestamp($3 / 1000.0), 'wear', 'high', $4)`,
      [
        node,
        node === "edge-1" ? stream : null,
        NOW - minutesAgo * 60_000,
        JSON.stringify({ state, device, pipeline: "p", on: "score", value: 4.9, limit: 4.5, model: MODEL }),
      ],
    );
  await event("edge-1", 40, "raised", "pump-3");
  await event("edge-1", 90, "raised", "pump-4");
  await event("edge-1", 30, "cleared", "pump-4");
  await db.owner.query(
    "insert into gaps (node_id, lane, epoch, first_row, row_count, from_ts, to_ts, why) values ('edge-1', 'telemetry', '01JDP0000000000000000000E1', 0, 540, to_timestamp($1 / 1000.0) - interval '2 hours', to_timestamp($1 / 1000.0) - interval '1 hour', 'quota')",
    [NOW],
  );
  await db.owner.query(
    `insert into inference (id, node_id, slot, model, role, ts, output, score, label, latency_ms)
     select gen_random_uuid(), 'edge-1', 'pump-health', $2, 'active', to_timestamp($1 / 1000.0) - i * interval '1 minute', '{}', 0.1, 'normal', 2 from generate_series(1, 30) i`,
    [NOW, MODEL],
  );
  await db.owner.query(
    "insert into quarantine (node_id, topic, reason, message, payload) values ('edge-1', 't', 'SCHEMA', 'x', '{}')",
  );
});
afterAll(() => db.drop());

test("an alarm that was cleared is not open, one that was not is, with when it began and what said so", async () => {
  const { alarms } = await getHome(db.pool, EVERYWHERE, NOW, { mayDecide: true, asksForValue: false });
  expect(alarms).toEqual([
    {
      nodeId: "edge-1",
      streamId: stream,
      streamKey: "pump-3/vibration",
      device: "pump-3",
      kind: "wear",
      severity: "high",
      sinceMs: NOW - 40 * 60_000,
      value: 4.9,
      limit: 4.5,
      model: MODEL,
    },
  ]);
});

test("each figure is what the rows say, and a slot that never scored is there as silent", async () => {
  const facts = await getHome(db.pool, EVERYWHERE, NOW, { mayDecide: true, asksForValue: false });
  expect(facts).toMatchObject({
    fleet: { nodes: 2, byStatus: { bad: 1 } },
    streams: { accepted: 1, current: 1 },
    lost24h: { rows: 540, nodes: 1 },
    quarantine: { held: 1, topReason: "wrong shape" },
    models: [
      { slot: "pump-health", model: MODEL, scored24h: 30, lastLabel: "normal", p50LatencyMs: 2 },
      { slot: "spare", model: null, scored24h: 0, lastMs: null },
    ],
  });
  expect(facts.overLimit.map(({ id }) => id)).toEqual([stream]);
  expect(facts.troubled.map(({ id }) => id)).toContain("edge-2");
  expect(homeVerdict("executive", facts).title).toBe(
    "1 node of 2 needs help, 1 alarm open, 540 reading rows lost in 24 h",
  );
});

test("what changed is the last day, newest first", async () => {
  const { changes } = await getHome(db.pool, EVERYWHERE, NOW, { mayDecide: true, asksForValue: false });
  expect(changes.map(({ text }) => text)).toEqual([
    "pump-4: wear is over",
    "pump-3: wear",
    expect.stringMatching(/^edge-(1 lost 540 rows, quota|2 went offline)$/),
    expect.stringMatching(/^edge-(1 lost 540 rows, quota|2 went offline)$/),
    "pump-4: wear",
    "edge-1 came online",
  ]);
});

test("who may not look into the quarantine learns nothing of it", async () => {
  const facts = await getHome(db.pool, EVERYWHERE, NOW, { mayDecide: false, asksForValue: true });
  expect(facts.quarantine).toBeNull();
  expect(facts.value?.useCases).toEqual({ accepted: 0, ready: 0, waitsFor: null });
});

test("a site narrows every list and figure to its own nodes", async () => {
  await db.owner.query("insert into sites (id, name) values ('lyon', 'Lyon')");
  await db.owner.query("update nodes set site_id = 'lyon' where id = 'edge-2'");
  const facts = await getHome(db.pool, { site: "lyon", team: null }, NOW, { mayDecide: true, asksForValue: false });
  expect(facts).toMatchObject({
    fleet: { nodes: 1, byStatus: { bad: 1 } },
    streams: { accepted: 0 },
    alarms: [],
    overLimit: [],
    models: [],
    lost24h: { rows: 0 },
    quarantine: { held: 0 },
  });
  expect(facts.changes.map(({ nodeId }) => nodeId)).toEqual(["edge-2"]);
});
