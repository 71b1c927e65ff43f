import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { batchTopic, stateTopic } from "@/sdk/wire/topics";
import { type BadInput, good, openBadInput, PROPERTIES } from "./testing-bad-input";
import { BASE_MS, birthOf, countReadings, newUlid, type TestNode, waitFor } from "./testing";

/** Rows of the bad-input catalogue about batch numbers, floods and single values. */
let plant: BadInput;
beforeAll(async () => {
  plant = await openBadInput();
});
afterAll(() => plant.close());

describe("numbers", () => {
  test("M31 the same batch again is acknowledged and stored once", async () => {
    const node = await plant.trusted(plant.nextId());
    for (let i = 0; i < 3; i++) await node.send(good(node));
    await waitFor(() => node.upTo() === 1, "the ack");
    await plant.othersAreFine();
    expect(await countReadings(plant.line.db, `${node.id}/x`)).toBe(4);
    await node.close();
  });

  test.each<[string, (node: TestNode) => Record<string, unknown>]>([
    ["M32 the same number with other bytes", (node) => good(node, { columns: { 1: [9, 9, 9] } })],
    ["M33 numbers that begin again without a new epoch", (node) => node.batch(0, { 1: [5, 5] })],
  ])("%s → SEALED_MISMATCH", async (_name, make) => {
    const node = await plant.trusted(plant.nextId());
    await node.send(good(node));
    await waitFor(() => node.upTo() === 1, "the ack");
    await node.send(make(node));
    expect(await plant.heldOf(node.id, "SEALED_MISMATCH")).toMatchObject({ field: "batch" });
    await waitFor(
      () => node.acks.get("telemetry")?.rejected.some(({ code }) => code === "SEALED_MISMATCH") ?? false,
      "the rejection",
    );
    expect(await countReadings(plant.line.db, `${node.id}/x`)).toBe(4);
    const alarms = await plant.line.db.owner.query(
      "select severity, data from events where node_id = $1 and kind = 'sealed-mismatch'",
      [node.id],
    );
    expect(alarms.rows).toMatchObject([{ severity: "high", data: { lane: "telemetry" } }]);
    // Once an hour is an alarm; what comes beyond it is in quarantine.
    await node.send({ ...make(node), watermark: BASE_MS + 7 });
    await waitFor(
      async () =>
        (await plant.line.db.owner.query("select 1 from quarantine where node_id = $1", [node.id])).rowCount === 2,
      "the second one in quarantine",
    );
    const again = await plant.line.db.owner.query(
      "select 1 from events where node_id = $1 and kind = 'sealed-mismatch'",
      [node.id],
    );
    expect(again.rowCount).toBe(1);
    await plant.othersAreFine();
    await node.close();
  });

  test("M34 a number far ahead is stored, and what is missing is asked for", async () => {
    const node = await plant.trusted(plant.nextId());
    await node.send(node.batch(1_000_000_000, { 1: [1] }, { base: BASE_MS }));
    await waitFor(() => node.acks.get("telemetry")?.ranges.length === 1, "the range");
    expect(node.acks.get("telemetry")).toMatchObject({ upTo: 0, ranges: [[1_000_000_000, 1_000_000_000]] });
    await waitFor(
      () => node.commands.some(({ body }) => JSON.stringify(body).includes('"from":1')),
      "the request to send again",
    );
    await plant.othersAreFine();
    await node.close();
  });

  test("M36 batches out of order are all stored", async () => {
    const node = await plant.trusted(plant.nextId());
    for (const i of [4, 2, 3, 1]) await node.send(node.batch(i, { 1: [i] }));
    await waitFor(() => node.upTo() === 4, "the ack");
    const { rows } = await plant.line.db.owner.query<{ value: number }>(
      "select r.value from readings r join streams s on s.id = r.stream_id where s.key = $1 order by r.ts",
      [`${node.id}/x`],
    );
    expect(rows.map(({ value }) => value)).toEqual([0, 1, 2, 3, 4]);
    await node.close();
  });

  test("M37 an epoch that a newer birth has ended is fenced off", async () => {
    const node = await plant.trusted(plant.nextId());
    const old = node.epoch;
    node.epoch = newUlid();
    await node.publish(
      `tl/1/${node.id}/up/birth`,
      JSON.stringify(birthOf(node.id, newUlid(), node.epoch, [{ alias: 1, key: `${node.id}/x` }])),
    );
    await waitFor(
      async () =>
        (await plant.line.db.owner.query("select epoch from nodes where id = $1", [node.id])).rows[0]?.epoch ===
        node.epoch,
      "the new epoch",
    );
    await node.send({ ...node.batch(1, { 1: [1] }), epoch: old });
    expect(await plant.heldOf(node.id, "CONTRACT")).toMatchObject({ field: "epoch" });
    await plant.othersAreFine();
    await node.close();
  });

  test("M41 a node that floods is left unacknowledged beyond its window; its neighbour does not notice", async () => {
    const node = await plant.trusted(plant.nextId());
    const beyond = () => plant.line.metric("throughline_ingest_over_window_total");
    const before = await beyond();
    const lock = await plant.line.db.owner.connect();
    try {
      // The lane of this node stands still: what a slow database does to all of them.
      await lock.query("begin");
      await lock.query("select 1 from ingest_lanes where node_id = $1 for update", [node.id]);
      const flood = Array.from({ length: 200 }, (_, i) => node.send(node.batch(i + 1, { 1: [i] })));
      await waitFor(async () => (await beyond()) - before >= 100, "batches beyond the window");
      const started = performance.now();
      await plant.othersAreFine();
      expect(performance.now() - started).toBeLessThan(3_000);
      await Promise.all(flood);
      expect(node.upTo()).toBe(0);
    } finally {
      await lock.query("rollback");
      lock.release();
    }
    // A node that sends again what was left is served again.
    await waitFor(() => node.upTo() >= 64, "what was within the window");
    const upTo = node.upTo();
    expect(upTo).toBeLessThan(200);
    await node.send(node.batch(upTo + 1, { 1: [upTo] }));
    await waitFor(() => node.upTo() > upTo, "the next one");
    await node.close();
  });

  test("M41 a flood of states is acknowledged and given up but for the newest; a birth among them is kept", async () => {
    const node = await plant.trusted(plant.nextId());
    const { owner } = plant.line.db;
    const before = await plant.line.metric("throughline_ingest_control_dropped_total");
    const lock = await owner.connect();
    try {
      await lock.query("begin");
      await lock.query("select 1 from nodes where id = $1 for update", [node.id]);
      const state = (why: string) =>
        node.publish(stateTopic(node.id), JSON.stringify({ v: 1, online: true, boot: node.boot, why }));
      const flood = Array.from({ length: 200 }, () => state("flood"));
      const birth = node.birth([
        { alias: 1, key: `${node.id}/x` },
        { alias: 2, key: `${node.id}/on`, unit: "1", type: "boolean" },
        { alias: 3, key: `${node.id}/new` },
      ]);
      const more = Array.from({ length: 300 }, (_, i) => state(`flood ${i}`));
      await waitFor(
        async () => (await plant.line.metric("throughline_ingest_control_dropped_total")) - before >= 400,
        "the flood to be given up",
      );
      await plant.othersAreFine();
      await Promise.all([...flood, birth, ...more]);
    } finally {
      await lock.query("rollback");
      lock.release();
    }
    const found = async () =>
      (
        await owner.query(
          "select online_why as why, exists (select from streams where key = $2) as born from nodes where id = $1",
          [node.id, `${node.id}/new`],
        )
      ).rows[0];
    await waitFor(async () => (await found()).why === "flood 299", "the newest state");
    expect(await found()).toEqual({ why: "flood 299", born: true });
    await plant.othersAreFine();
    await node.close();
  });

  test("N01 one value that is no number is kept as bad, with what came instead", async () => {
    const node = await plant.trusted(plant.nextId());
    await node.publish(
      batchTopic(node.id, "telemetry"),
      JSON.stringify(node.batch(1, { 1: [1, "hot", 3, 4], 2: [true, 0, null, false] }))
        .replace("[1,", "[1e400,")
        .replace("3,4]", "-0,4]"),
      PROPERTIES,
    );
    await waitFor(() => node.upTo() === 1, "the ack");
    const { rows } = await plant.line.db.owner.query(
      "select r.value, r.quality from readings r join streams s on s.id = r.stream_id where s.key = $1 and r.ts >= to_timestamp($2::float8 / 1000) order by r.ts",
      [`${node.id}/x`, BASE_MS + 1_000],
    );
    expect(rows.map(({ value, quality }) => [value === null || Number.isNaN(value) ? null : value, quality])).toEqual([
      [null, 2],
      [null, 2],
      [0, 0],
      [4, 0],
    ]);
    const events = await plant.line.db.owner.query(
      "select data ->> 'raw' as raw from events where node_id = $1 and kind = 'bad-value' order by ts",
      [node.id],
    );
    expect(events.rows).toEqual([{ raw: "1e309 or more" }, { raw: '"hot"' }]);
    await plant.othersAreFine();
    await node.close();
  });
});
