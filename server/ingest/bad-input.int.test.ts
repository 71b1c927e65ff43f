import { brotliCompressSync, gzipSync } from "node:zlib";
import type { IClientPublishOptions } from "mqtt";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BATCH_JSON, MAX_BATCH_BYTES } from "@/sdk/wire/batch";
import { batchTopic, plainTopic } from "@/sdk/wire/topics";
import { type BadInput, good, openBadInput, PROPERTIES } from "./testing-bad-input";
import { BASE_MS, birthOf, countReadings, newUlid, TestNode, waitFor } from "./testing";

/** Rows of the bad-input catalogue about what a batch or a birth says. */
let plant: BadInput;
beforeAll(async () => {
  plant = await openBadInput();
});
afterAll(() => plant.close());

type Make = (node: TestNode) => { body: string | Buffer; options?: IClientPublishOptions };
const json =
  (make: (node: TestNode) => unknown): Make =>
  (node) => ({ body: JSON.stringify(make(node)), options: PROPERTIES });
const bytes =
  (body: string | Buffer, options: IClientPublishOptions = PROPERTIES): Make =>
  () => ({ body, options });
const edited =
  (edit: (text: string) => string): Make =>
  (node) => ({ body: edit(JSON.stringify(good(node))), options: PROPERTIES });

/** Words that a hint has to have, so that it says what to change. */
const HINTS: [RegExp, RegExp][] = [
  [/^M04/, /BOM/],
  [/^M0[56]/, /UTF-8/],
  [/^M07/, /ce to gzip/],
  [/^M0[89]/, /smaller|at most|limit/i],
  [/depth/, /within 8 levels/],
  [/arrays/, /at most 200000/],
  [/^M13/, /each key once/],
  [/^M14/, /reserved/],
  [/^M15/, /Supported: 1\./],
  [/^M26/, /without the retain flag/],
  [/^M30/, /application\/vnd\.throughline\.batch\+json/],
  [/NaN/, /null.*nan/],
];

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
    [
      "M12 two million arrays in two kilobytes",
      "TOO_LARGE",
      null,
      bytes(brotliCompressSync(`[${"[0],".repeat(2_000_000)}0]`), {
        properties: { contentType: BATCH_JSON, userProperties: { ce: "br" } },
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
      () => ({ body: JSON.stringify(plant.neighbour.batch(0, { 1: [0] })), options: PROPERTIES }),
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
  ])("%s → %s", async (name, code, field, make) => {
    const node = await plant.trusted(plant.nextId());
    const { body, options = {} } = make(node);
    const hinted = {
      ...options,
      properties: {
        ...options.properties,
        userProperties: { epoch: node.epoch, batch: "1", ...options.properties?.userProperties },
      },
    };
    await node.publish(batchTopic(node.id, "telemetry"), body, hinted);
    const held = await plant.heldOf(node.id, code);
    expect(held.field).toBe(field);
    expect(held.message).toMatch(/^[^{}]{10,}/);
    expect(held.hint).toMatch(HINTS.find(([row]) => row.test(name))?.[1] ?? /^\S.{9,}$/);
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
    expect(await countReadings(plant.line.db, `${node.id}/x`)).toBe(2);
    await plant.othersAreFine();
    await node.close();
  });
});

test("M26 a retained plain reading without ts is no new reading at every reconnect: it is refused, and kept once", async () => {
  const node = await plant.trusted(plant.nextId());
  const topic = plainTopic(node.id, "tank/level");
  const { owner } = plant.line.db;
  await node.publish(topic, "7", { retain: true });
  expect(await plant.heldOf(node.id, "CONTRACT")).toMatchObject({
    field: "retain",
    hint: expect.stringMatching(/without the retain flag, or send ts/),
  });
  await node.publish(topic, "8");
  await node.publish(topic, JSON.stringify({ value: 9, ts: BASE_MS }), { retain: true });
  await waitFor(async () => (await countReadings(plant.line.db, "tank/level")) === 2, "the two that say when");
  await node.publish(topic, "7", { retain: true }); // as the broker does at every reconnect of ingest
  await node.publish(topic, "10");
  await waitFor(async () => (await countReadings(plant.line.db, "tank/level")) === 3, "the one behind it");
  const held = await owner.query("select 1 from quarantine where node_id = $1", [node.id]);
  expect(held.rowCount, "kept once").toBe(1);
  await plant.othersAreFine();
  await node.close();
});

test("M26 a node whose reading the broker kept counts as heard only when it speaks", async () => {
  const id = plant.nextId();
  await plant.line.db.owner.query("insert into nodes (id, status, trusted) values ($1, 'accepted', true)", [id]);
  const node = await TestNode.connect(plant.line.broker, id);
  const heard = async () =>
    (await plant.line.db.owner.query("select last_seen_at from nodes where id = $1", [id])).rows[0].last_seen_at;
  await node.publish(plainTopic(id, "tank/level"), "7", { retain: true });
  await plant.heldOf(id, "CONTRACT");
  await new Promise((later) => setTimeout(later, 5_500)); // last_seen_at is written every five seconds
  expect(await heard()).toBeNull();
  await node.publish(plainTopic(id, "tank/level"), "7");
  await waitFor(async () => (await heard()) !== null, "the node to be heard");
  await node.close();
}, 30_000);

test("M16 an alias the birth never named: its column waits with UNKNOWN_ALIAS, the others are stored", async () => {
  const node = await plant.trusted(plant.nextId());
  await node.send(node.batch(1, { 1: [1, 2], 7: [3, 4] }));
  const held = await plant.heldOf(node.id, "UNKNOWN_ALIAS");
  expect(held).toMatchObject({ field: "columns.7", status: "held" });
  await waitFor(() => node.upTo() === 1, "the ack");
  expect(await countReadings(plant.line.db, `${node.id}/x`)).toBe(3);
  // The birth of the same boot says more: the column is stored by itself.
  await node.birth([
    { alias: 1, key: `${node.id}/x` },
    { alias: 2, key: `${node.id}/on`, unit: "1", type: "boolean" },
    { alias: 7, key: `${node.id}/late` },
  ]);
  await waitFor(async () => (await countReadings(plant.line.db, `${node.id}/late`)) === 2, "the late column");
  expect(await countReadings(plant.line.db, `${node.id}/x`)).toBe(3);
  await plant.othersAreFine();
  await node.close();
});

test("M16 a batch whose birth comes late is kept, acknowledged, and stored when the birth arrives", async () => {
  const id = plant.nextId();
  await plant.line.db.owner.query("insert into nodes (id, status, trusted) values ($1, 'accepted', true)", [id]);
  const node = await TestNode.connect(plant.line.broker, id);
  await node.send(node.batch(0, { 1: [1, 2, 3] }));
  await plant.othersAreFine();
  await waitFor(() => node.upTo() === 0, "the ack without a birth");
  expect(node.commands.map(({ topic }) => topic)).toContain(`tl/1/${id}/dn/cmd/resend`);
  await node.birth([{ alias: 1, key: `${id}/x` }]);
  await waitFor(async () => (await countReadings(plant.line.db, `${id}/x`)) === 3, "the replay");
  await node.close();
});

test.each([
  ["M18 a unit nobody knows", "°C", /Cel/],
  ["M18 a typo", "mm/sec", /UCUM/],
])(
  "%s: the stream is only proposed, even of a trusted node, and the rest of the birth holds",
  async (_name, unit, hint) => {
    const id = plant.nextId();
    await plant.line.db.owner.query("insert into nodes (id, status, trusted) values ($1, 'accepted', true)", [id]);
    const node = await TestNode.connect(plant.line.broker, id);
    await node.birth([
      { alias: 1, key: `${id}/good` },
      { alias: 2, key: `${id}/odd`, unit },
    ]);
    const held = await plant.heldOf(id, "CONTRACT");
    expect(held.field).toBe("streams[1].unit");
    expect(held.hint).toMatch(hint);
    const { rows } = await plant.line.db.owner.query(
      "select key, status from streams where node_id = $1 order by key",
      [id],
    );
    expect(rows).toEqual([
      { key: `${id}/good`, status: "accepted" },
      { key: `${id}/odd`, status: "proposed" },
    ]);
    await plant.othersAreFine();
    await node.close();
  },
);

test("N20 a unit that changes with a new boot: its data wait, nothing is mixed", async () => {
  const node = await plant.trusted(plant.nextId());
  const boot = newUlid();
  await node.publish(
    `tl/1/${node.id}/up/birth`,
    JSON.stringify(birthOf(node.id, boot, node.epoch, [{ alias: 1, key: `${node.id}/x`, unit: "m/s" }])),
  );
  const held = await plant.heldOf(node.id, "CONTRACT");
  expect(held).toMatchObject({ field: "streams[0].unit", message: expect.stringContaining("mm/s") });
  await node.send(node.batch(1, { 1: [1] }, { clock: { source: "ntp", offsetMs: 0, errorMs: 1, boot, monoMs: 1 } }));
  await waitFor(() => node.upTo() === 1, "the ack");
  expect(await countReadings(plant.line.db, `${node.id}/x`)).toBe(1);
  await plant.othersAreFine();
  await node.close();
});
