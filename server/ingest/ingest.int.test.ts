import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestBroker } from "@/cli/embedded/testing";
import { FleetInput } from "@/server/fabric/domain/read-inputs";
import { listFleet } from "@/server/fabric/queries";
import { retireNode, takeBackNode } from "@/server/fabric/node-verbs";
import { acceptNode, acceptStreams } from "@/server/fabric/verbs";
import { systemContext } from "@/server/core/context";
import { birthTopic } from "@/sdk/wire/topics";
import { BASE_MS, birthOf, countReadings, openTestLine, TestNode, type TestLine, waitFor } from "./testing";

let line: TestLine;
beforeAll(async () => {
  line = await openTestLine(await startTestBroker());
  await line.start();
});
afterAll(() => line.close());

async function trustedNode(id: string): Promise<TestNode> {
  await line.db.owner.query("insert into nodes (id, status, trusted) values ($1, 'accepted', true)", [id]);
  return TestNode.connect(line.broker, id);
}

test("a sealed batch becomes rows, a cursor and a durable ack", async () => {
  const node = await trustedNode("pump-1");
  await node.birth([
    { alias: 1, key: "pump-1/vibration" },
    { alias: 2, key: "pump-1/temp", unit: "Cel" },
  ]);
  await node.send(node.batch(0, { 1: [2.31, null, 2.4], 2: [61.2, 61.2, 61.3] }, { quality: { 2: [[1, "stale"]] } }));
  await waitFor(() => node.upTo() === 0, "the ack of batch 0");
  const { rows } = await line.db.owner.query(
    "select s.key, r.value, r.quality from readings r join streams s on s.id = r.stream_id where s.node_id = 'pump-1' order by s.key, r.ts",
  );
  expect(rows).toEqual([
    { key: "pump-1/temp", value: 61.2, quality: 0 },
    { key: "pump-1/temp", value: 61.2, quality: 3 },
    { key: "pump-1/temp", value: 61.3, quality: 0 },
    { key: "pump-1/vibration", value: 2.31, quality: 0 },
    { key: "pump-1/vibration", value: 2.4, quality: 0 },
  ]);
  expect(node.acks.get("telemetry")).toMatchObject({ upTo: 0, ranges: [], credit: 16, rejected: [] });
  expect(node.commands, "a birth that has come is not asked for again").toEqual([]);
  await waitFor(async () => {
    const latest = await line.db.owner.query(
      "select value from latest_values l join streams s on s.id = l.stream_id where s.key = 'pump-1/temp'",
    );
    return latest.rows[0]?.value === 61.3;
  }, "latest_values");
  await node.close();
});

test("old readings of two ISO weeks are stored, although the weeks since 1970 began on a Thursday", async () => {
  const node = await trustedNode("history-1");
  await node.birth([{ alias: 1, key: "history-1/flow" }]);
  await node.send(node.batch(0, { 1: [1] }, { base: Date.UTC(2024, 2, 1), watermark: Date.UTC(2024, 2, 1) })); // a Friday
  await waitFor(() => node.upTo() === 0, "the ack of the first week");
  await node.send(node.batch(1, { 1: [2] }, { base: Date.UTC(2024, 2, 4), watermark: Date.UTC(2024, 2, 4) })); // the Monday after
  await waitFor(() => node.upTo() === 1, "the ack of the second week");
  expect(node.acks.get("telemetry")).toMatchObject({ rejected: [] });
  const { rows } = await line.db.owner.query(
    "select r.value from readings r join streams s on s.id = r.stream_id where s.node_id = 'history-1' order by r.ts",
  );
  expect(rows).toEqual([{ value: 1 }, { value: 2 }]);
  await node.close();
});

test("a birth of a start without connection, told for its backlog, does not make the node old", async () => {
  const node = await trustedNode("outage-1");
  const boots = ["01JDQ0000000000000000000A1", "01JDQ0000000000000000000A2"] as const;
  const [former, present] = boots.map((boot) => (keys: string[]) => {
    const streams = keys.map((key, index) => ({ alias: index + 1, key }));
    return node.publish(
      birthTopic(node.id),
      JSON.stringify(birthOf(node.id, boot, node.epoch, streams, { agent: boot })),
    );
  });
  const known = async () => {
    const { rows } = await line.db.owner.query<{ boot: string; agent: string; keys: string[] }>(
      "select boot, agent, (select array_agg(key order by key) from streams where node_id = n.id) as keys from nodes n where id = 'outage-1'",
    );
    return rows[0];
  };
  await present?.(["outage/a"]);
  await node.publish(
    `tl/1/${node.id}/up/state`,
    JSON.stringify({ v: 1, online: true, boot: boots[1], why: "connect" }),
  );
  await waitFor(async () => (await known())?.boot === boots[1], "the birth of now");
  await former?.(["outage/a", "outage/b"]);
  await waitFor(async () => (await known())?.keys.length === 2, "the streams of the former start");
  expect(await known()).toMatchObject({ boot: boots[1], agent: boots[1] });
  await node.close();
});

test("limits come with the birth, unless a person set others, and contradictory ones are told to the node", async () => {
  const node = await trustedNode("limits-1");
  const limits = async () => {
    const { rows } = await line.db.owner.query<{ key: string; low: number | null; high: number | null }>(
      "select key, limit_low as low, limit_high as high from streams where node_id = 'limits-1' order by key",
    );
    return rows;
  };
  const streams = [
    { alias: 1, key: "limits/a", limits: { high: 4.5 } },
    { alias: 2, key: "limits/b", limits: { low: 5, high: 2 } },
    { alias: 3, key: "limits/c", limits: { low: 1, high: 2 } },
  ];
  await node.birth(streams);
  await waitFor(async () => (await limits()).length === 3, "the streams");
  expect(await limits()).toEqual([
    { key: "limits/a", low: null, high: 4.5 },
    { key: "limits/b", low: null, high: null },
    { key: "limits/c", low: 1, high: 2 },
  ]);
  const held = async () =>
    (await line.db.owner.query("select field, message from quarantine where node_id = 'limits-1'")).rows;
  await waitFor(async () => (await held()).length > 0, "the fault");
  expect(await held()).toEqual([
    { field: "streams[1].limits", message: expect.stringContaining("the lower limit 5 lies above the upper limit 2") },
  ]);
  await line.db.owner.query("update streams set limit_high = 3 where key = 'limits/a'");
  await node.birth(streams.map((stream) => ({ ...stream, limits: { low: 0, high: 9 } })));
  await waitFor(async () => (await limits())[1]?.high === 9, "the limits of b");
  expect((await limits())[0]).toEqual({ key: "limits/a", low: null, high: 3 });
  await node.close();
});

test("resent, doubled and reordered batches are stored once", async () => {
  const node = await trustedNode("order-1");
  await node.birth([{ alias: 1, key: "order/x" }]);
  const batches = Array.from({ length: 20 }, (_, i) => node.batch(i, { 1: [i, i + 0.5] }));
  const order = [5, 3, 3, 0, 1, 19, 18, 2, 4, 4, 17, 6, 7, 8, 16, 9, 10, 11, 12, 13, 14, 15, 0, 19];
  for (const i of order) await node.send(batches[i] ?? {});
  await waitFor(() => node.upTo() === 19, "all 20 batches");
  expect(await countReadings(line.db, "order/x")).toBe(40);
  await node.close();
});

test("data of a proposed node waits and is stored once when it is accepted", async () => {
  const node = await TestNode.connect(line.broker, "stranger-1");
  await node.birth([
    { alias: 1, key: "stranger/a" },
    { alias: 2, key: "stranger/b" },
  ]);
  for (let i = 0; i < 5; i++) await node.send(node.batch(i, { 1: [1, 2, 3], 2: [4, 5, 6] }));
  await waitFor(() => node.upTo() === 4, "the acks");
  expect(await countReadings(line.db, "stranger/a")).toBe(0);
  const { rows } = await line.db.owner.query<{ id: number }>("select id from streams where key = 'stranger/a'");
  await acceptStreams(await systemContext(line.db.pool, "tester"), { streamIds: rows.map(({ id }) => id), units: {} });
  await waitFor(async () => (await countReadings(line.db, "stranger/a")) === 15, "the replay of a");
  expect(await countReadings(line.db, "stranger/b")).toBe(0);
  await acceptNode(await systemContext(line.db.pool, "tester"), { node: "stranger-1", withStreams: true });
  await waitFor(async () => (await countReadings(line.db, "stranger/b")) === 15, "the replay of b");
  await node.send(node.batch(5, { 1: [1], 2: [1] }));
  await waitFor(() => node.upTo() === 5, "the next batch");
  expect([await countReadings(line.db, "stranger/a"), await countReadings(line.db, "stranger/b")]).toEqual([16, 16]);
  const held = await line.db.owner.query(
    "select status, count(*)::int as n from quarantine where node_id = 'stranger-1' group by status",
  );
  expect(held.rows).toEqual([{ status: "replayed", n: 5 }]);
  await node.close();
});

test("what a retired node still sends is acknowledged, kept and not used, and is stored once when it is taken back", async () => {
  const node = await trustedNode("retired-1");
  await node.birth([{ alias: 1, key: "retired/a" }]);
  await node.send(node.batch(0, { 1: [1, 2, 3] }));
  await waitFor(async () => (await countReadings(line.db, "retired/a")) === 3, "the readings before");
  const us = await systemContext(line.db.pool, "tester");
  await retireNode(us, { node: "retired-1" });

  // The broker of this test knows nothing of it, as one that is not ours does not.
  const held = async () => {
    const { rows } = await line.db.owner.query<{ reason: string; status: string }>(
      "select reason, status from quarantine where node_id = 'retired-1' order by id",
    );
    return rows.map(({ reason, status }) => `${reason} ${status}`);
  };
  await node.birth([
    { alias: 1, key: "retired/a" },
    { alias: 2, key: "retired/new" },
  ]);
  await waitFor(async () => {
    await node.publish("tl/1/retired-1/up/plain/retired/plain", "7");
    return (await held()).includes("RETIRED held");
  }, "the registry to hear of it");
  await node.send(node.batch(1, { 1: [4, 5, 6], 2: [7, 8, 9] }));
  await waitFor(() => node.upTo() === 1, "the ack of what came after");
  expect(await countReadings(line.db, "retired/a")).toBe(3);
  expect(new Set(await held())).toEqual(new Set(["RETIRED held"]));
  const { rows } = await line.db.owner.query("select status from nodes where id = 'retired-1'");
  expect(rows).toEqual([{ status: "retired" }]);

  await takeBackNode(us, { node: "retired-1" });
  await waitFor(async () => (await countReadings(line.db, "retired/a")) === 6, "what was kept");
  await acceptNode(us, { node: "retired-1", withStreams: true });
  await waitFor(async () => (await countReadings(line.db, "retired/new")) === 3, "what was kept of the new stream");
  await waitFor(async () => (await held()).every((entry) => entry === "RETIRED replayed"), "nothing to be left");
  await node.send(node.batch(2, { 1: [1] }));
  await waitFor(async () => (await countReadings(line.db, "retired/a")) === 7, "the next batch");
  await node.close();
});

test("the plain on-ramp: a bare number, a value with its time, and what is neither", async () => {
  const node = await trustedNode("plain-1");
  await node.publish("tl/1/plain-1/up/plain/hall/temp", "21.5");
  await node.publish("tl/1/plain-1/up/plain/hall/temp", JSON.stringify({ value: 22, ts: Date.now() - 60_000 }));
  await node.publish("tl/1/plain-1/up/plain/hall/temp", "warm");
  await waitFor(async () => (await countReadings(line.db, "hall/temp")) === 2, "two readings");
  await waitFor(
    async () =>
      (await line.db.owner.query("select 1 from quarantine where node_id = 'plain-1' and reason = 'PARSE'")).rows
        .length === 1,
    "the refused one",
  );
  const { rows } = await line.db.owner.query("select plain, status from streams where key = 'hall/temp'");
  expect(rows).toEqual([{ plain: true, status: "accepted" }]);
  await node.close();

  // What became of the messages is what the fleet says of the node, not that it was heard.
  const health = async (id: string) =>
    (await listFleet(line.db.pool, FleetInput.parse({ q: id }), Date.now())).rows[0]?.health;
  await waitFor(
    async () => (await health("plain-1"))?.reason === "sending, but some messages are refused: cannot be read",
    "the health of a node of which some is refused",
  );
  const refused = await trustedNode("plain-3");
  await refused.publish("tl/1/plain-3/up/plain/hall/temp", "cold");
  await waitFor(
    async () => (await health("plain-3"))?.reason === "sending, but every message is refused: cannot be read",
    "the health of a node of which all is refused",
  );
  await refused.close();
});

test("state, reported document and action reports follow the node; an older report changes nothing", async () => {
  const node = await trustedNode("twin-1");
  await node.birth([]);
  await node.publish("tl/1/twin-1/up/state", JSON.stringify({ v: 1, online: true, boot: node.boot, why: "connect" }));
  await node.publish("tl/1/twin-1/up/reported", JSON.stringify({ revision: 3, applied: 2, errors: [] }));
  const report = (seq: number, state: string) =>
    node.publish(
      "tl/1/twin-1/up/action/a1",
      JSON.stringify({ v: 1, action: "a1", attempt: 1, seq, state, ts: Date.now() }),
    );
  await report(2, "DOWNLOADING");
  await report(1, "OFFERED");
  await report(3, "CANCELLED");
  await report(4, "VERIFIED");
  await waitFor(
    async () =>
      (await line.db.owner.query("select state from action_reports where node_id = 'twin-1'")).rows[0]?.state ===
      "CANCELLED",
    "the end of the action",
  );
  const { rows } = await line.db.owner.query(
    "select n.online, d.applied_revision::int as applied, a.seq::int as seq from nodes n join node_documents d on d.node_id = n.id join action_reports a on a.node_id = n.id where n.id = 'twin-1'",
  );
  expect(rows).toEqual([{ online: true, applied: 2, seq: 3 }]);
  await node.close();
});

test("an inference row names its streams by id, whatever else its output says", async () => {
  const node = await trustedNode("scored-1");
  await node.birth([
    { alias: 1, key: "scored/a" },
    { alias: 2, key: "scored/b" },
  ]);
  const row = (id: string, streams: unknown) => ({
    dt: 0,
    id: `00000000-0000-8000-a000-00000000000${id}`,
    slot: "health",
    model: `sha256:${"9f".repeat(32)}`,
    role: "active",
    input: null,
    output: { score: 0.9, label: "alarm", streams },
    latencyMs: 1,
    window: [BASE_MS - 1_000, BASE_MS],
    media: [],
  });
  const rows = [row("1", ["scored/b", "scored/a", "gone/c"]), row("2", "scored/a"), row("3", ["none/x", 5])];
  const batch = { ...node.batch(0, {}), lane: "inference", count: rows.length, rows };
  await node.send({ ...batch, dt: undefined, columns: undefined }, "inference");
  await waitFor(() => node.upTo("inference") === 0, "the ack");
  const stored = await line.db.owner.query<{ keys: string[] | null }>(
    `select (select array_agg(s.key order by s.key) from streams s where s.id = any(i.stream_ids)) as keys
     from inference i where node_id = 'scored-1' order by id`,
  );
  expect(stored.rows.map(({ keys }) => keys)).toEqual([["scored/a", "scored/b"], null, null]);
  await node.close();
});
