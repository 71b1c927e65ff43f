import { gzipSync } from "node:zlib";
import mqtt, { type IClientPublishOptions } from "mqtt";
import { connect as tcp } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestBroker } from "@/cli/embedded/testing";
import { BATCH_JSON, MAX_BATCH_BYTES } from "@/sdk/wire/batch";
import { NodeId } from "@/sdk/wire/names";
import { batchTopic } from "@/sdk/wire/topics";
import type { Ingest } from "./ingest";
import { BASE_MS, birthOf, countReadings, newUlid, openTestLine, type TestLine, TestNode, waitFor } from "./testing";

/** Rows of the bad-input catalogue, against a running ingest. A neighbour sends good batches all along and must not notice. */
let line: TestLine;
let ingest: Ingest;
let neighbour: TestNode;
let sent = 0;

beforeAll(async () => {
  line = await openTestLine(await startTestBroker());
  ingest = await line.start();
  neighbour = await trusted("neighbour");
});
afterAll(async () => {
  await neighbour.close();
  await line.close();
});

async function trusted(id: string): Promise<TestNode> {
  await line.db.owner.query("insert into nodes (id, status, trusted) values ($1, 'accepted', true)", [id]);
  const node = await TestNode.connect(line.broker, id);
  await node.birth([
    { alias: 1, key: `${id}/x` },
    { alias: 2, key: `${id}/on`, unit: "1", type: "boolean" },
  ]);
  await node.send(node.batch(0, { 1: [0] }));
  await waitFor(() => node.upTo() === 0, `the first ack of ${id}`);
  return node;
}

/** Everything else goes on: the neighbour's next batch is acknowledged, and ingest says it is well. */
async function othersAreFine(): Promise<void> {
  sent++;
  await neighbour.send(neighbour.batch(sent, { 1: [sent] }));
  await waitFor(() => neighbour.upTo() === sent, "the neighbour's ack");
  expect(ingest.health()).toMatchObject({ ok: true });
}

interface Held {
  reason: string;
  field: string | null;
  message: string;
  hint: string | null;
  payload: Buffer;
  status: string;
  outcome: unknown;
}

async function heldOf(node: string, reason: string): Promise<Held> {
  let found: Held | undefined;
  await waitFor(async () => {
    found = (
      await line.db.owner.query<Held>(
        "select * from quarantine where node_id = $1 and reason = $2 order by id desc limit 1",
        [node, reason],
      )
    ).rows[0];
    return found !== undefined;
  }, `${reason} of ${node} in quarantine`);
  if (!found) throw new Error("unreachable");
  return found;
}

let serial = 0;
const nextId = () => `bad-${++serial}`;
const PROPERTIES: IClientPublishOptions = { properties: { contentType: BATCH_JSON } };
type Make = (node: TestNode) => { body: string | Buffer; options?: IClientPublishOptions };
const json =
  (make: (node: TestNode) => unknown): Make =>
  (node) => ({ body: JSON.stringify(make(node)), options: PROPERTIES });
const bytes =
  (body: string | Buffer, options: IClientPublishOptions = PROPERTIES): Make =>
  () => ({ body, options });
const good = (node: TestNode, extra: object = {}) => node.batch(1, { 1: [1, 2, 3] }, extra);
const edited =
  (edit: (text: string) => string): Make =>
  (node) => ({ body: edit(JSON.stringify(good(node))), options: PROPERTIES });

describe("a batch that is refused whole", () => {
  test.each<[string, string, string | null, Make]>([
    ["M01 empty payload", "PARSE", null, bytes("")],
    ["M02 truncated JSON", "PARSE", null, edited((text) => text.slice(0, 60))],
    ["M03 trailing bytes", "PARSE", null, edited((text) => `${text}xyz`)],
    ["M04 byte order mark", "PARSE", null, edited((text) => `\ufeff${text}`)],
    [
      "M05 UTF-16",
      "PARSE",
      null,
      (node) => ({ body: Buffer.from(JSON.stringify(good(node)), "utf16le"), options: PROPERTIES }),
    ],
    ["M06 invalid UTF-8", "PARSE", null, bytes(Buffer.from([0x22, 0xc3, 0x28, 0x22]))],
    [
      "M07 gzip that does not say so",
      "CTYPE",
      "ce",
      (node) => ({ body: gzipSync(JSON.stringify(good(node))), options: PROPERTIES }),
    ],
    ["M08 a byte over 256 KiB", "TOO_LARGE", null, bytes(Buffer.alloc(MAX_BATCH_BYTES + 1, 0x20))],
    [
      "M09 100,001 readings",
      "TOO_LARGE",
      "columns",
      (node) => {
        const columns = Object.fromEntries(
          Array.from({ length: 11 }, (_, alias) => [alias, new Array<number>(alias < 10 ? 10_000 : 1).fill(1)]),
        );
        return {
          body: gzipSync(
            JSON.stringify({ ...good(node), count: 10_000, dt: new Array<number>(10_000).fill(0), columns }),
          ),
          options: { properties: { contentType: BATCH_JSON, userProperties: { ce: "gzip" } } },
        };
      },
    ],
    ["M11 depth 10,000", "TOO_LARGE", null, bytes("[".repeat(10_000) + "]".repeat(10_000))],
    [
      "M12 depth 1,000,000",
      "TOO_LARGE",
      null,
      bytes(gzipSync("[".repeat(1_000_000)), {
        properties: { contentType: BATCH_JSON, userProperties: { ce: "gzip" } },
      }),
    ],
    ["M13 the same key twice", "PARSE", null, edited((text) => text.replace('"count":3', '"count":3,"count":4'))],
    ["M14 __proto__ key", "SCHEMA", "__proto__", edited((text) => text.replace("{", '{"__proto__":{"x":1},'))],
    ["M15 unknown version", "SCHEMA", "v", json((node) => good(node, { v: 2 }))],
    ["M17 another node's name in the payload", "CONTRACT", "node", json((node) => good(node, { node: "neighbour" }))],
    [
      "M26 retained batch",
      "CONTRACT",
      "retain",
      (node) => ({ body: JSON.stringify(good(node)), options: { ...PROPERTIES, retain: true } }),
    ],
    [
      "M30 content type text/html",
      "CTYPE",
      "contentType",
      bytes("<html>", { properties: { contentType: "text/html" } }),
    ],
    ["M35 batch number as text", "SCHEMA", "batch", json((node) => good(node, { batch: "1" }))],
    ["M35 batch number 1.5", "SCHEMA", "batch", json((node) => good(node, { batch: 1.5 }))],
    ["M35 batch number −1", "SCHEMA", "batch", json((node) => good(node, { batch: -1 }))],
    [
      "M35 batch number 2^53+1",
      "SCHEMA",
      "batch",
      edited((text) => text.replace('"batch":1', '"batch":9007199254740993')),
    ],
    [
      "M40 a batch of another node, replayed",
      "CONTRACT",
      "node",
      () => ({ body: JSON.stringify(neighbour.batch(0, { 1: [0] })), options: PROPERTIES }),
    ],
    ["N01 bare NaN", "PARSE", null, edited((text) => text.replace("[1,2,3]", "[1,NaN,3]"))],
    ["N06 a column of text", "CONTRACT", "columns.1[1]", json((node) => node.batch(1, { 1: ["0x10", "", "٣"] }))],
    [
      "N09 seconds instead of milliseconds",
      "CLOCK",
      "base",
      json((node) => good(node, { base: Math.floor(BASE_MS / 1_000) })),
    ],
    ["N09 microseconds", "CLOCK", "base", json((node) => good(node, { base: BASE_MS * 1_000 }))],
    ["N09 nanoseconds", "CLOCK", "base", json((node) => good(node, { base: BASE_MS * 1_000_000 }))],
    ["N10 two days ahead", "CLOCK", "base", json((node) => good(node, { base: Date.now() + 2 * 86_400_000 }))],
    ["N10 before 2015", "CLOCK", "base", json((node) => good(node, { base: Date.UTC(2001, 0, 1) }))],
    ["one row thirty years later", "CLOCK", "dt[2]", json((node) => good(node, { dt: [0, 1, 1e12] }))],
    [
      "a column shorter than its rows",
      "CONTRACT",
      "columns.1",
      json((node) => ({ ...good(node), columns: { 1: [1] } })),
    ],
    [
      "a quality word nobody knows",
      "SCHEMA",
      "quality.1[0]",
      json((node) => good(node, { quality: { 1: [[0, "odd"]] } })),
    ],
  ])("%s → %s", async (_name, code, field, make) => {
    const node = await trusted(nextId());
    const { body, options = {} } = make(node);
    const hinted = {
      ...options,
      properties: {
        ...options.properties,
        userProperties: { epoch: node.epoch, batch: "1", ...options.properties?.userProperties },
      },
    };
    await node.publish(batchTopic(node.id, "telemetry"), body, hinted);
    const held = await heldOf(node.id, code);
    expect(held.field).toBe(field);
    expect(held.message).toMatch(/^[^{}]{10,}/);
    expect(held.hint).toMatch(/\w+/);
    expect(held.payload.equals(Buffer.from(body))).toBe(true);
    // The lane goes on behind it, and the node is told.
    await waitFor(
      () => node.acks.get("telemetry")?.rejected.some((rejected) => rejected.code === code) ?? false,
      "the rejection in the ack",
    );
    await node.send(node.batch(2, { 1: [7] }));
    await waitFor(
      () => (node.acks.get("telemetry")?.ranges.some(([, to]) => to === 2) ?? false) || node.upTo() >= 2,
      "the batch behind it",
    );
    expect(await countReadings(line.db, `${node.id}/x`)).toBe(2);
    await othersAreFine();
    await node.close();
  });
});

test("M16 an alias the birth never named: its column waits with UNKNOWN_ALIAS, the others are stored", async () => {
  const node = await trusted(nextId());
  await node.send(node.batch(1, { 1: [1, 2], 7: [3, 4] }));
  const held = await heldOf(node.id, "UNKNOWN_ALIAS");
  expect(held).toMatchObject({ field: "columns.7", status: "held" });
  await waitFor(() => node.upTo() === 1, "the ack");
  expect(await countReadings(line.db, `${node.id}/x`)).toBe(3);
  // The birth of the same boot says more: the column is stored by itself.
  await node.birth([
    { alias: 1, key: `${node.id}/x` },
    { alias: 2, key: `${node.id}/on`, unit: "1", type: "boolean" },
    { alias: 7, key: `${node.id}/late` },
  ]);
  await waitFor(async () => (await countReadings(line.db, `${node.id}/late`)) === 2, "the late column");
  expect(await countReadings(line.db, `${node.id}/x`)).toBe(3);
  await othersAreFine();
  await node.close();
});

test("M16 a batch whose birth comes late is kept, acknowledged, and stored when the birth arrives", async () => {
  const id = nextId();
  await line.db.owner.query("insert into nodes (id, status, trusted) values ($1, 'accepted', true)", [id]);
  const node = await TestNode.connect(line.broker, id);
  await node.send(node.batch(0, { 1: [1, 2, 3] }));
  await othersAreFine();
  await waitFor(() => node.upTo() === 0, "the ack without a birth");
  expect(node.commands.map(({ topic }) => topic)).toContain(`tl/1/${id}/dn/cmd/resend`);
  await node.birth([{ alias: 1, key: `${id}/x` }]);
  await waitFor(async () => (await countReadings(line.db, `${id}/x`)) === 3, "the replay");
  await node.close();
});

test.each([
  ["M18 a unit nobody knows", "°C", /Cel/],
  ["M18 a typo", "mm/sec", /UCUM/],
])(
  "%s: the stream is only proposed, even of a trusted node, and the rest of the birth holds",
  async (_name, unit, hint) => {
    const id = nextId();
    await line.db.owner.query("insert into nodes (id, status, trusted) values ($1, 'accepted', true)", [id]);
    const node = await TestNode.connect(line.broker, id);
    await node.birth([
      { alias: 1, key: `${id}/good` },
      { alias: 2, key: `${id}/odd`, unit },
    ]);
    const held = await heldOf(id, "CONTRACT");
    expect(held.field).toBe("streams[1].unit");
    expect(held.hint).toMatch(hint);
    const { rows } = await line.db.owner.query("select key, status from streams where node_id = $1 order by key", [id]);
    expect(rows).toEqual([
      { key: `${id}/good`, status: "accepted" },
      { key: `${id}/odd`, status: "proposed" },
    ]);
    await othersAreFine();
    await node.close();
  },
);

test("N20 a unit that changes with a new boot: its data wait, nothing is mixed", async () => {
  const node = await trusted(nextId());
  const boot = newUlid();
  await node.publish(
    `tl/1/${node.id}/up/birth`,
    JSON.stringify(birthOf(node.id, boot, node.epoch, [{ alias: 1, key: `${node.id}/x`, unit: "m/s" }])),
  );
  const held = await heldOf(node.id, "CONTRACT");
  expect(held).toMatchObject({ field: "streams[0].unit", message: expect.stringContaining("mm/s") });
  await node.send(node.batch(1, { 1: [1] }, { clock: { source: "ntp", offsetMs: 0, errorMs: 1, boot, monoMs: 1 } }));
  await waitFor(() => node.upTo() === 1, "the ack");
  expect(await countReadings(line.db, `${node.id}/x`)).toBe(1);
  await othersAreFine();
  await node.close();
});

describe("what the broker refuses, or ingest does where the broker lets it through", () => {
  test("M19 another node's topic", async () => {
    const node = await trusted(nextId());
    const before = await line.db.owner.query("select count(*)::int as n from ingest_batches");
    await node
      .publish(batchTopic("neighbour", "telemetry"), JSON.stringify({ ...neighbour.batch(999, { 1: [1] }) }))
      .catch(() => undefined); // the broker answers 0x87
    await othersAreFine();
    const { rows } = await line.db.owner.query("select count(*)::int as n from ingest_batches");
    expect(rows[0].n - before.rows[0].n).toBe(1); // the neighbour's own
    expect(line.broker.refusals.length).toBeGreaterThan(0);
    await node.close();
  });

  test.each([
    ["M20 NUL in the topic", "tl/1/{node}/up/plain/a\u0000b"],
    ["M21 # in the topic", "tl/1/{node}/up/plain/#"],
    ["M22 + in the topic", "tl/1/{node}/up/+/x"],
    ["M22 a topic of 60 kB", `tl/1/{node}/up/plain/${"x".repeat(60_000)}`],
    ["M23 a lone surrogate", "tl/1/{node}/up/plain/a\ud800b"],
    ["M24 200 levels", `tl/1/{node}/up/plain${"/x".repeat(200)}`],
    ["M25 $SYS", "$SYS/broker/x"],
    ["M25 $CONTROL", "$CONTROL/dynamic-security/v1"],
  ])("%s", async (_name, pattern) => {
    const id = nextId();
    const { url } = await line.broker.addNode(id);
    const topic = pattern.replace("{node}", id);
    const outcome = await rawPublish(url, topic);
    // Refused by the broker (a closed connection, a reason ≥ 0x80), or by ingest with its code: stored it never is.
    if (outcome === "accepted" && topic.startsWith("tl/"))
      expect(await heldOf(id, "SCHEMA")).toMatchObject({ field: "topic" });
    const { rows } = await line.db.owner.query("select 1 from streams where node_id = $1", [id]);
    expect(rows).toEqual([]);
    await othersAreFine();
  });

  test("M27 a response topic of another node gets no answer", async () => {
    const node = await trusted(nextId());
    await node.publish(batchTopic(node.id, "telemetry"), JSON.stringify(good(node)), {
      properties: {
        contentType: BATCH_JSON,
        responseTopic: "tl/1/neighbour/dn/cmd/restart",
        correlationData: Buffer.alloc(16),
      },
    });
    await waitFor(() => node.upTo() === 1, "the ack");
    expect(neighbour.commands.map(({ topic }) => topic)).not.toContain("tl/1/neighbour/dn/cmd/restart");
    await othersAreFine();
    await node.close();
  });

  test("M28 thousands of user properties", async () => {
    const node = await trusted(nextId());
    const userProperties = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`p${i}`, "x"]));
    await node
      .publish(batchTopic(node.id, "telemetry"), JSON.stringify(good(node)), {
        properties: { contentType: BATCH_JSON, userProperties },
      })
      .catch(() => undefined); // some brokers refuse the packet
    if (node.client.connected) await heldOf(node.id, "TOO_LARGE");
    await othersAreFine();
    await node.close();
  });

  test("M29 a message expiry of one second is taken like any other", async () => {
    const node = await trusted(nextId());
    await node.publish(batchTopic(node.id, "telemetry"), JSON.stringify(good(node)), {
      properties: { contentType: BATCH_JSON, messageExpiryInterval: 1 },
    });
    await waitFor(() => node.upTo() === 1, "the ack");
    await node.close();
  });

  test.each([
    ["M38 a wrong token", "tln_wrong"],
    ["M39 the token of a node that was taken out", null],
  ])("%s does not sign in", async (_name, token) => {
    const id = nextId();
    const { url } = await line.broker.addNode(id);
    const changed = new URL(url);
    if (token) changed.password = token;
    else line.broker.removeNode(id);
    await waitFor(async () => !(await signsIn(changed.href)), "the broker to refuse the login");
    await othersAreFine();
  });

  test("M42 an empty or endless client id does not disturb", async () => {
    const { url } = await line.broker.addNode(nextId());
    await signsIn(url, "x".repeat(60_000));
    await othersAreFine();
  });

  test("M43 the second client of the same id takes the first one's place", async () => {
    const id = nextId();
    const { url } = await line.broker.addNode(id);
    const options = { protocolVersion: 5 as const, clientId: id, reconnectPeriod: 0 };
    const first = await mqtt.connectAsync(url, options);
    let reason: number | undefined;
    first.on("disconnect", (packet) => {
      reason = packet.reasonCode;
    });
    first.on("error", () => undefined); // the takeover itself
    const second = await mqtt.connectAsync(url, options);
    await waitFor(() => !first.connected, "the takeover");
    if (reason !== undefined) expect(reason).toBe(142);
    await second.endAsync(true);
    await othersAreFine();
  });

  test("M44 a Will on another node's topic is never delivered", async () => {
    const id = nextId();
    const { url } = await line.broker.addNode(id);
    const client = mqtt.connect(url, {
      protocolVersion: 5,
      clientId: id,
      reconnectPeriod: 0,
      will: {
        topic: "tl/1/neighbour/up/state",
        payload: Buffer.from('{"v":1,"online":false,"boot":"x","why":"forged"}'),
        qos: 1,
        retain: false,
      },
    });
    client.on("error", () => undefined); // a broker may refuse the connection
    await waitFor(() => client.connected || client.disconnected, "an answer", 3_000).catch(() => undefined); // silence is a refusal, too
    client.stream.destroy();
    await othersAreFine();
    const { rows } = await line.db.owner.query("select online_why from nodes where id = 'neighbour'");
    expect(rows[0].online_why).not.toBe("forged");
    client.end(true);
  });

  test.each([
    ["M45 a subscription to everything", "tl/1/#"],
    ["M46 a share of ingest's subscription", "$share/ingest/tl/1/+/up/#"],
  ])("%s delivers nothing and steals nothing", async (_name, filter) => {
    const id = nextId();
    const { url } = await line.broker.addNode(id);
    const thief = await mqtt.connectAsync(url, { protocolVersion: 5, clientId: id, reconnectPeriod: 0 });
    const stolen: string[] = [];
    thief.on("message", (topic) => stolen.push(topic));
    await thief.subscribeAsync(filter, { qos: 1 }).catch(() => undefined); // refused outright by some brokers
    for (let i = 0; i < 5; i++) await othersAreFine();
    expect(stolen).toEqual([]);
    await thief.endAsync(true);
  });

  test.each(["#", "a/b", "+", "..", "Pump", "-x", "", "a".repeat(64)])("M47 %j is no node id", (id) => {
    expect(NodeId.safeParse(id).success).toBe(false);
  });
});

describe("numbers", () => {
  test("M31 the same batch again is acknowledged and stored once", async () => {
    const node = await trusted(nextId());
    for (let i = 0; i < 3; i++) await node.send(good(node));
    await waitFor(() => node.upTo() === 1, "the ack");
    await othersAreFine();
    expect(await countReadings(line.db, `${node.id}/x`)).toBe(4);
    await node.close();
  });

  test.each<[string, (node: TestNode) => Record<string, unknown>]>([
    ["M32 the same number with other bytes", (node) => good(node, { columns: { 1: [9, 9, 9] } })],
    ["M33 numbers that begin again without a new epoch", (node) => node.batch(0, { 1: [5, 5] })],
  ])("%s → SEALED_MISMATCH", async (_name, make) => {
    const node = await trusted(nextId());
    await node.send(good(node));
    await waitFor(() => node.upTo() === 1, "the ack");
    await node.send(make(node));
    expect(await heldOf(node.id, "SEALED_MISMATCH")).toMatchObject({ field: "batch" });
    await waitFor(
      () => node.acks.get("telemetry")?.rejected.some(({ code }) => code === "SEALED_MISMATCH") ?? false,
      "the rejection",
    );
    expect(await countReadings(line.db, `${node.id}/x`)).toBe(4);
    await othersAreFine();
    await node.close();
  });

  test("M34 a number far ahead is stored, and what is missing is asked for", async () => {
    const node = await trusted(nextId());
    await node.send(node.batch(1_000_000_000, { 1: [1] }, { base: BASE_MS }));
    await waitFor(() => node.acks.get("telemetry")?.ranges.length === 1, "the range");
    expect(node.acks.get("telemetry")).toMatchObject({ upTo: 0, ranges: [[1_000_000_000, 1_000_000_000]] });
    await waitFor(
      () => node.commands.some(({ body }) => JSON.stringify(body).includes('"from":1')),
      "the request to send again",
    );
    await othersAreFine();
    await node.close();
  });

  test("M36 batches out of order are all stored", async () => {
    const node = await trusted(nextId());
    for (const i of [4, 2, 3, 1]) await node.send(node.batch(i, { 1: [i] }));
    await waitFor(() => node.upTo() === 4, "the ack");
    await node.close();
  });

  test("M37 an epoch that a newer birth has ended is fenced off", async () => {
    const node = await trusted(nextId());
    const old = node.epoch;
    node.epoch = newUlid();
    await node.publish(
      `tl/1/${node.id}/up/birth`,
      JSON.stringify(birthOf(node.id, newUlid(), node.epoch, [{ alias: 1, key: `${node.id}/x` }])),
    );
    await waitFor(
      async () =>
        (await line.db.owner.query("select epoch from nodes where id = $1", [node.id])).rows[0]?.epoch === node.epoch,
      "the new epoch",
    );
    await node.send({ ...node.batch(1, { 1: [1] }), epoch: old });
    expect(await heldOf(node.id, "CONTRACT")).toMatchObject({ field: "epoch" });
    await othersAreFine();
    await node.close();
  });

  test("M41 a node that floods is left unacknowledged beyond its window; its neighbour does not notice", async () => {
    const node = await trusted(nextId());
    const flood = Array.from({ length: 400 }, (_, i) => node.send(node.batch(i + 1, { 1: [i] })));
    const started = performance.now();
    await othersAreFine();
    expect(performance.now() - started).toBeLessThan(3_000);
    await Promise.all(flood);
    await node.close();
  });

  test("N01 one value that is no number is kept as bad, with what came instead", async () => {
    const node = await trusted(nextId());
    await node.publish(
      batchTopic(node.id, "telemetry"),
      JSON.stringify(node.batch(1, { 1: [1, "hot", 3, 4], 2: [true, 0, null, false] }))
        .replace("[1,", "[1e400,")
        .replace("3,4]", "-0,4]"),
      PROPERTIES,
    );
    await waitFor(() => node.upTo() === 1, "the ack");
    const { rows } = await line.db.owner.query(
      "select r.value, r.quality from readings r join streams s on s.id = r.stream_id where s.key = $1 and r.ts >= to_timestamp($2::float8 / 1000) order by r.ts",
      [`${node.id}/x`, BASE_MS + 1_000],
    );
    expect(rows.map(({ value, quality }) => [value === null || Number.isNaN(value) ? null : value, quality])).toEqual([
      [null, 2],
      [null, 2],
      [0, 0],
      [4, 0],
    ]);
    const events = await line.db.owner.query(
      "select data ->> 'raw' as raw from events where node_id = $1 and kind = 'bad-value' order by ts",
      [node.id],
    );
    expect(events.rows).toEqual([{ raw: "1e309 or more" }, { raw: '"hot"' }]);
    await othersAreFine();
    await node.close();
  });
});

async function signsIn(url: string, clientId = `try-${newUlid()}`): Promise<boolean> {
  try {
    const client = await mqtt.connectAsync(url, {
      protocolVersion: 5,
      reconnectPeriod: 0,
      connectTimeout: 2_000,
      clientId,
    });
    await client.endAsync(true);
    return true;
  } catch {
    return false; // refused, which is the answer
  }
}

/** Publishes by hand, because client libraries refuse or corrupt such topics themselves. */
async function rawPublish(url: string, topic: string): Promise<"accepted" | "refused"> {
  const { hostname, port, username, password } = new URL(url);
  const text = (value: string) => {
    const encoded = Buffer.from(value);
    return Buffer.concat([Buffer.from([encoded.length >> 8, encoded.length & 0xff]), encoded]);
  };
  const packet = (header: number, body: Buffer) => {
    const length: number[] = [];
    for (let left = body.length; ; left >>= 7) {
      length.push((left & 0x7f) | (left > 0x7f ? 0x80 : 0));
      if (left <= 0x7f) break;
    }
    return Buffer.concat([Buffer.from([header, ...length]), body]);
  };
  const socket = tcp(Number(port), hostname);
  return new Promise((answered) => {
    const timer = setTimeout(() => finish("refused"), 3_000);
    const finish = (outcome: "accepted" | "refused") => {
      clearTimeout(timer);
      socket.destroy();
      answered(outcome);
    };
    socket.on("error", () => finish("refused"));
    socket.on("close", () => finish("refused"));
    socket.on("data", (data) => {
      const type = (data[0] ?? 0) >> 4;
      if (type === 2)
        socket.write(packet(0x32, Buffer.concat([text(topic), Buffer.from([0, 1, 0]), Buffer.from("1")])));
      else if (type === 4) finish((data[1] ?? 0) > 2 && (data[4] ?? 0) >= 0x80 ? "refused" : "accepted");
      else if (type === 14) finish("refused");
    });
    socket.write(
      packet(
        0x10,
        Buffer.concat([
          text("MQTT"),
          Buffer.from([5, 0xc2, 0, 60, 0]),
          text(username),
          text(username),
          text(decodeURIComponent(password)),
        ]),
      ),
    );
  });
}
