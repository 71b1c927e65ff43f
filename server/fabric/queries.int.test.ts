import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Access, type Sql } from "@/db/access";
import { cloneTestDb, type TestDb } from "@/db/testing";
import { FleetInput, QuarantineInput, StreamListInput } from "./domain/read-inputs";
import { findPayload, listQuarantine } from "./quarantine-queries";
import { findNode, findStream, listFleet, listStreams, listStreamsOfNode } from "./queries";
import { getMarks } from "./series-queries";

const NOW = Date.UTC(2026, 10, 24, 12);
const EPOCH = "01JDP0000000000000000000E1";
let db: TestDb;
let pumpStream = 0;

beforeAll(async () => {
  db = await cloneTestDb();
  await db.owner.query("insert into sites (id, name, time_zone) values ('lyon', 'Lyon works', 'Europe/Paris')");
  // 5,000 nodes: every 50th offline, every 70th proposed, the rest sending.
  await db.owner.query(
    `insert into nodes (id, site_id, status, online, born_at, last_seen_at, buffer_bytes, buffer_limit_bytes, clock_source, clock_offset_ms, clock_error_ms)
     select 'edge-' || lpad(i::text, 4, '0'), 'lyon', case when i % 70 = 0 then 'proposed' else 'accepted' end, i % 50 <> 0, now() - interval '1 day',
       to_timestamp($1 / 1000.0) - case when i % 50 = 0 then interval '1 hour' else interval '1 second' end, 1e6, 5e8, 'ntp', 3, 2
     from generate_series(1, 5000) i`,
    [NOW],
  );
  await db.owner.query(
    `insert into ingest_lanes (node_id, epoch, lane, last_batch_at) select id, $1, 'telemetry', last_seen_at from nodes`,
    [EPOCH],
  );
  await db.owner.query("insert into devices (node_id, key, name) select id, 'pump-1', 'Pump 1' from nodes");
  await db.owner.query(
    `insert into streams (node_id, device_id, key, quantity, unit, rate_hz, status, limit_high)
     select d.node_id, d.id, 'pump-1/' || k, k, 'mm/s', 10, case when n.status = 'proposed' then 'proposed' else 'accepted' end, 4.5
     from devices d join nodes n on n.id = d.node_id cross join unnest(array['vibration', '100%_load']) k`,
  );
  const { rows } = await db.owner.query<{ id: number }>(
    "select id from streams where node_id = 'edge-0001' and key = 'pump-1/vibration'",
  );
  pumpStream = rows[0]?.id ?? 0;
  await db.owner.query(
    "insert into latest_values (stream_id, ts, value, quality) values ($1, to_timestamp($2 / 1000.0), 4.9, 0)",
    [pumpStream, NOW - 300],
  );
  await db.owner.query("analyze");
}, 120_000);
afterAll(() => db.drop());

describe("the fleet", () => {
  test("lists the worst first, and its sentence counts what the rows say", async () => {
    const page = await listFleet(db.pool, FleetInput.parse({}), NOW);
    expect(page.facts).toMatchObject({
      nodes: 5000,
      offline: 86,
      proposedNodes: 71,
      byStatus: { bad: 86, unknown: 71, watch: 0, ok: 4843 },
    });
    expect(page.verdict).toMatchObject({ status: "bad", title: "86 nodes of 5,000 need help, 86 offline" });
    expect(page.rows[0]).toMatchObject({
      id: "edge-0050",
      health: { status: "bad", reason: "offline for 60 min" },
      devices: ["Pump 1"],
      accepted: 2,
      proposed: 0,
    });
  });

  test("pages by key: every node once, none twice, with the same few reads a page", async () => {
    const seen: string[] = [];
    let cursor: string | null = null;
    let pages = 0;
    do {
      const page: Awaited<ReturnType<typeof listFleet>> = await listFleet(
        db.pool,
        FleetInput.parse({ show: "bad", cursor }),
        NOW,
      );
      seen.push(...page.rows.map((row) => row.id));
      cursor = page.next;
      pages += 1;
    } while (cursor !== null);
    expect(pages).toBe(2);
    expect(new Set(seen).size).toBe(86);
    expect(seen).toHaveLength(86);
  });

  test("of 5,000 nodes is read with four statements, behind the policies of a team", async () => {
    const { rows } = await db.owner.query<{ id: string; orgId: string }>(`select id, org_id as "orgId" from teams`);
    const { id = "", orgId = "" } = rows[0] ?? {};
    const access = new Access(db.pool, { orgId, ownerId: "somebody", teamIds: [id] });
    let statements = 0;
    const counting: Sql = {
      query: (text, values) => {
        statements += 1;
        return access.query(text, values);
      },
    };
    expect((await listFleet(counting, FleetInput.parse({}), NOW)).facts.nodes).toBe(5_000);
    expect(statements).toBe(4);
  });

  test("is filtered by words and by what waits", async () => {
    expect((await listFleet(db.pool, FleetInput.parse({ q: "EDGE-0042" }), NOW)).rows.map((row) => row.id)).toEqual([
      "edge-0042",
    ]);
    const proposed = await listFleet(db.pool, FleetInput.parse({ show: "proposed" }), NOW);
    expect(proposed.matching).toBe(71);
    expect(proposed.rows[0]).toMatchObject({ proposed: 2, accepted: 0 });
  });
});

describe("streams", () => {
  test("are found by words, and a percent sign is only a percent sign", async () => {
    expect((await listStreams(db.pool, StreamListInput.parse({ q: "0001 vibration" }), NOW)).matching).toBe(1);
    const percent = await listStreams(db.pool, StreamListInput.parse({ q: "100%_load" }), NOW);
    expect(percent.matching).toBe(5000);
    expect((await listStreams(db.pool, StreamListInput.parse({ q: "vib%tion" }), NOW)).matching).toBe(0);
    const next = await listStreams(db.pool, StreamListInput.parse({ q: "100%_load", cursor: percent.next }), NOW);
    expect(next.rows[0]?.id).toBeGreaterThan(percent.rows.at(-1)?.id ?? 0);
  });

  test("one stream knows its node, its zone and that it is above its limit", async () => {
    expect(await findStream(db.pool, pumpStream, NOW)).toMatchObject({
      key: "pump-1/vibration",
      device: "Pump 1",
      timeZone: "Europe/Paris",
      value: 4.9,
      health: { status: "bad", reason: "above 4.5" },
      node: { id: "edge-0001", health: { status: "ok" } },
      models: [],
    });
    expect(await findStream(db.pool, 2_000_000_000, NOW)).toBeNull();
    expect(await listStreamsOfNode(db.pool, "edge-0001", NOW)).toHaveLength(2);
  });

  test("G9: one stream knows how far its node's newest telemetry is whole", async () => {
    const lane = async () => (await findStream(db.pool, pumpStream, NOW))?.lane;
    await db.owner.query(`delete from ingest_lanes where node_id = 'edge-0001'`);
    expect(await lane()).toEqual({ watermarkMs: null, isContiguous: true });
    const insert = (epoch: string, ranges: string, watermarkMs: number, lastMs: number) =>
      db.owner.query(
        `insert into ingest_lanes (node_id, epoch, lane, up_to, ranges, watermark, last_batch_at) values ('edge-0001', $1, 'telemetry', 4, $2::int8multirange, to_timestamp($3 / 1000.0), to_timestamp($4 / 1000.0))`,
        [epoch, ranges, watermarkMs, lastMs],
      );
    await insert("01JH0000000000000000000000", "{}", NOW - 60_000, NOW - 60_000);
    expect(await lane()).toEqual({ watermarkMs: NOW - 60_000, isContiguous: true });
    await insert("01JH0000000000000000000001", "{[6,9)}", NOW - 5_000, NOW - 4_000);
    expect(await lane()).toEqual({ watermarkMs: NOW - 5_000, isContiguous: false });
  });
});

describe("one node", () => {
  test("shows what it lost, how it started and what happened", async () => {
    await db.owner.query(
      `insert into births (node_id, boot, epoch, document, received_at) values ('edge-0001', 'b1', $1, '{"agent":"edge-worker/1.0.0"}', to_timestamp($2 / 1000.0) - interval '1 hour')`,
      [EPOCH, NOW],
    );
    await db.owner.query(
      `insert into gaps (node_id, lane, epoch, first_row, row_count, from_ts, to_ts, why, kept) values ('edge-0001', 'telemetry', $1, 0, 7480, to_timestamp($2 / 1000.0) - interval '2 hours', to_timestamp($2 / 1000.0) - interval '1 hour', 'disk full', 'rollup60s')`,
      [EPOCH, NOW],
    );
    await db.owner.query(
      `insert into events (node_id, stream_id, ts, kind, severity, received_at) values ('edge-0001', $1, to_timestamp($2 / 1000.0) - interval '90 minutes', 'threshold', 'high', to_timestamp($2 / 1000.0))`,
      [pumpStream, NOW],
    );
    const node = await findNode(db.pool, "edge-0001", NOW);
    expect(node).toMatchObject({
      health: { status: "watch", reason: "7,480 rows lost in 24 h" },
      siteName: "Lyon works",
      devices: [{ key: "pump-1", streams: 2 }],
      gaps: [{ rows: 7480, why: "disk full", kept: "rollup60s" }],
    });
    expect(node?.history.map((entry) => entry.text)).toEqual([
      "Started, edge-worker/1.0.0",
      "threshold, pump-1/vibration",
    ]);
    expect(await findNode(db.pool, "no-such-node", NOW)).toBeNull();
  });
});

describe("marks under a chart", () => {
  test("name gaps, late events, and stretches that a model found unusual", async () => {
    await db.owner.query(
      `update nodes set slots = '[{"slot":"bearing","committed":null,"trial":null}]' where id = 'edge-0001'`,
    );
    for (let minute = 0; minute < 6; minute++) {
      await db.owner.query(
        `insert into inference (id, node_id, slot, model, role, ts, output, score, label, stream_ids, window_from, window_to)
         values (gen_random_uuid(), 'edge-0001', 'bearing', 'sha256:aa', 'active', to_timestamp($1 / 1000.0), '{}', $2, $3, array[$4::int], to_timestamp($1 / 1000.0) - interval '1 minute', to_timestamp($1 / 1000.0))`,
        [NOW - 3_600_000 + minute * 60_000, minute / 10, minute >= 2 && minute <= 4 ? "wear" : "normal", pumpStream],
      );
    }
    // A row may name its streams by their keys instead, as pipelines do.
    await db.owner.query(
      `update inference set stream_ids = null, output = '{"device":"pump-1","streams":["pump-1/vibration"]}'`,
    );
    expect((await findStream(db.pool, pumpStream, NOW))?.models).toEqual([
      { slot: "bearing", model: "sha256:aa", lastMs: NOW - 3_600_000 + 5 * 60_000, lastLabel: "normal" },
    ]);
    // a score is of all streams that went into it, whichever of them its event names; an alarm of a neighbour stays there
    await db.owner.query(
      `insert into events (node_id, stream_id, ts, kind, data)
       select 'edge-0001', s.id, to_timestamp($1 / 1000.0), v.kind, v.data
       from streams s cross join (values ('anomaly', '{"streams":["pump-1/100%_load","pump-1/vibration"]}'::jsonb), ('other', '{}')) v (kind, data)
       where s.node_id = 'edge-0001' and s.key = 'pump-1/100%_load'`,
      [NOW - 600_000],
    );
    const marks = await getMarks(db.pool, { id: pumpStream, fromMs: NOW - 4 * 3_600_000, toMs: NOW });
    expect(marks.gaps).toMatchObject([{ rows: 7480, why: "disk full" }]);
    expect(marks.events).toMatchObject([
      { kind: "threshold", lateMs: 5_400_000, ofNode: false },
      { kind: "anomaly", ofNode: false },
    ]);
    expect(marks.verdicts).toMatchObject([
      { label: "wear", n: 3, maxScore: 0.4, fromMs: NOW - 3_600_000 + 60_000, toMs: NOW - 3_600_000 + 240_000 },
    ]);
    expect(marks.more).toEqual({ gaps: 0, events: 0, verdicts: 0 });
  });

  test("add up all that is lost, and count what is too much to be drawn", async () => {
    const [hour, fromMs] = [3_600_000, NOW - 30 * 3_600_000];
    expect(await getMarks(db.pool, { id: pumpStream, fromMs, toMs: fromMs + hour })).toMatchObject({ lost: null });
    // 250 records of 10 s with a second between each, and one over the first two of them
    await db.owner.query(
      `insert into gaps (node_id, lane, epoch, first_row, row_count, from_ts, to_ts, why)
       select 'edge-0001', 'telemetry', $1, 100000 + 10 * i, 10, to_timestamp($2 / 1000.0) + i * interval '11 s', to_timestamp($2 / 1000.0) + i * interval '11 s' + interval '10 s', 'quota'
       from generate_series(0, 249) i
       union all select 'edge-0001', 'telemetry', $1, 200000, 5, to_timestamp($2 / 1000.0), to_timestamp($2 / 1000.0) + interval '21 s', 'disk full'`,
      [EPOCH, fromMs],
    );
    await db.owner.query(
      "insert into events (node_id, stream_id, ts, kind) select 'edge-0001', $1, to_timestamp($2 / 1000.0) + i * interval '1 s', 'tick' from generate_series(1, 203) i",
      [pumpStream, fromMs],
    );
    const marks = await getMarks(db.pool, { id: pumpStream, fromMs, toMs: fromMs + hour });
    expect(marks.lost).toEqual({
      ...{ rows: 2_505, ms: 2_501_000, records: 251 },
      ...{ firstMs: fromMs, lastMs: fromMs + 249 * 11_000 + 10_000, why: ["disk full", "quota"] },
    });
    expect([marks.gaps.length, marks.events.length]).toEqual([200, 200]);
    expect(marks.more).toEqual({ gaps: 51, events: 3, verdicts: 0 });
    // The newest are drawn.
    expect(marks.gaps.at(-1)?.fromMs).toBe(fromMs + 249 * 11_000);
    expect(marks.events.at(-1)?.tsMs).toBe(fromMs + 203_000);
  });
});

describe("the quarantine", () => {
  test("is filtered by node and reason with counts, and a payload is unpacked for reading", async () => {
    const put = (node: string, reason: string, payload: Buffer, properties: object) =>
      db.owner.query<{ id: number }>(
        "insert into quarantine (node_id, topic, reason, message, payload, properties) values ($1, 't', $2, 'why', $3, $4) returning id::float8",
        [node, reason, payload, JSON.stringify(properties)],
      );
    await put("edge-0001", "PARSE", Buffer.from("{"), {});
    await put("edge-0002", "CONTRACT", Buffer.from("{}"), {});
    const packed = await put("edge-0001", "CONTRACT", gzipSync('{"v":1}'), { userProperties: { ce: "gzip" } });
    const all = await listQuarantine(db.pool, QuarantineInput.parse({}));
    expect(all).toMatchObject({
      matching: 3,
      reasons: [
        { reason: "CONTRACT", n: 2 },
        { reason: "PARSE", n: 1 },
      ],
      nodes: [
        { nodeId: "edge-0001", n: 2 },
        { nodeId: "edge-0002", n: 1 },
      ],
    });
    const some = await listQuarantine(db.pool, QuarantineInput.parse({ node: "edge-0001", reason: "CONTRACT" }));
    expect(some.rows.map((row) => row.id)).toEqual([packed.rows[0]?.id]);
    const { rows: teams } = await db.owner.query<{ id: string }>("select first_team() as id");
    const ours = await listQuarantine(db.pool, QuarantineInput.parse({ team: teams[0]?.id }));
    expect(ours, "narrowed to their team").toMatchObject({ matching: 3, nodes: all.nodes });
    const nobodys = { team: "00000000-0000-4000-8000-000000000000" };
    for (const scope of [nobodys, { site: "nowhere" }])
      expect(await listQuarantine(db.pool, QuarantineInput.parse(scope))).toMatchObject({
        rows: [],
        matching: 0,
        nodes: [],
      });
    expect(await findPayload(db.pool, packed.rows[0]?.id ?? 0)).toMatchObject({ kind: "json", text: '{\n  "v": 1\n}' });
    expect(await findPayload(db.pool, 999_999)).toBeNull();
  });
});
