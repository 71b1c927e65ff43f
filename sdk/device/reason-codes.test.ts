import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Device, openDevice } from "./device";
import { Link } from "./link";
import { ScriptedBroker } from "./scripted-broker";
import { until } from "./testing";

let broker: ScriptedBroker;
let dataDir = "";
let device: Device | null = null;
let problems: string[] = [];

beforeEach(async () => {
  broker = await ScriptedBroker.start();
  dataDir = mkdtempSync(join(tmpdir(), "tl-reason-"));
  problems = [];
});
afterEach(async () => {
  await device?.close();
  device = null;
  await broker.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

async function open(pubackTimeoutMs = 5_000) {
  device = await openDevice({
    node: "node-1",
    url: broker.url,
    token: "t",
    dataDir,
    streams: [{ key: "a/b", quantity: "flow", unit: "L/min", type: "number" }],
    seal: { rows: 5, compression: "none", delayMs: { events: 20, telemetry: 60_000, inference: 20, media: 20 } },
    timing: { reconnectMinMs: 20, reconnectMaxMs: 60, probeEveryMs: 150, pubackTimeoutMs },
    onProblem: (code) => problems.push(code),
  });
  return device;
}
const isBatch = (topic: string) => topic.includes("/up/batch/");
const batches = () => broker.published.filter(({ topic }) => isBatch(topic) || topic === "");
async function write(target: Device, rows: number) {
  for (let n = 0; n < rows; n += 1) await target.write({ tsMs: 1_767_225_600_000 + n, values: { "a/b": n } });
  await target.flush();
}

test("0x10: keeps the data, probes with one batch at a time, goes on when someone listens", async () => {
  broker.answer = (topic) => (isBatch(topic) ? 0x10 : 0);
  const node = await open();
  await write(node, 50);
  await until(
    () => node.stats().heldBy === "nobody-listens",
    () => JSON.stringify(node.stats()),
  );
  const first = batches().length;
  await until(
    () => batches().length >= first + 3,
    () => `${batches().length}`,
  );
  expect(batches().length).toBeLessThan(30);
  expect(node.stats().lanes.telemetry.batches).toBe(10);
  broker.answer = () => 0;
  await until(
    () => node.stats().underWay === 10,
    () => JSON.stringify(node.stats()),
  );
});

test("0x97: waits a while with jitter, then sends the same bytes again", async () => {
  broker.answer = (topic) => (isBatch(topic) ? 0x97 : 0);
  const node = await open();
  await write(node, 5);
  await until(
    () => batches().length === 1,
    () => `${batches().length}`,
  );
  broker.answer = () => 0;
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(batches().length).toBe(1);
  await until(
    () => batches().length === 2,
    () => `${batches().length}`,
    8_000,
  );
  expect(batches()[1]?.payload.equals(batches()[0]?.payload ?? Buffer.alloc(0))).toBe(true);
});

test("0x95: holds the batch back, lets the next ones through and seals smaller", async () => {
  broker.answer = (topic, payload) => (isBatch(topic) && payload.length > 450 ? 0x95 : 0);
  const node = await open();
  for (let n = 0; n < 5; n += 1)
    await node.write({ tsMs: 1_767_225_600_000 + n, values: { "a/b": n + 0.123456789012 } });
  await node.event({ tsMs: 1, kind: "x".repeat(60), data: { text: "y".repeat(400) } });
  await node.flush();
  await until(
    () => problems.includes("PACKET_TOO_LARGE"),
    () => problems.join(),
  );
  await node.event({ tsMs: 1, kind: "small" });
  await until(
    () => broker.published.some(({ payload }) => payload.includes('"small"')),
    () => JSON.stringify(node.stats()),
  );
  expect(node.stats().lanes.events.batches).toBe(2);
});

test("M10: a batch over the broker's packet limit is refused here, before it is published", async () => {
  broker.connack = { properties: { maximumPacketSize: 2_000 } };
  const node = await open();
  await node.event({ tsMs: 1, kind: "big", data: { text: "y".repeat(4_000) } });
  await node.event({ tsMs: 2, kind: "small" });
  await node.flush();
  await until(
    () => problems.includes("TOO_LARGE"),
    () => problems.join(),
  );
  expect(node.stats().state).toBe("online");
  await write(node, 5);
  await until(
    () => batches().some(({ topic }) => topic.endsWith("/telemetry")),
    () => "telemetry did not pass",
  );
  expect(broker.published.every(({ payload }) => payload.length < 2_000)).toBe(true);
});

test("0x8E: stops, raises an event and leaves the other one alone", async () => {
  const node = await open();
  await until(
    () => node.stats().state === "online",
    () => node.stats().state,
  );
  broker.send({ cmd: "disconnect", reasonCode: 0x8e });
  await until(
    () => problems.includes("TAKEN_OVER"),
    () => `${problems.join()} ${node.stats().state}`,
  );
  expect(node.stats().state).toBe("taken-over");
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(broker.connects).toBe(1);
  await until(
    () => node.stats().lanes.events.nextRow === 1,
    () => JSON.stringify(node.stats().lanes.events),
  );
});

test("0x87 in CONNACK: names the token, does not hammer", async () => {
  broker.connack = { reasonCode: 0x87 };
  await open();
  await until(
    () => problems.includes("NOT_AUTHORISED"),
    () => problems.join(),
  );
});

test("0x9A: a broker that retains nothing is asked again at once, without a retained Will, and remembered", async () => {
  broker.connack = { properties: { retainAvailable: false } };
  broker.admit = ({ will }) => (will?.retain ? 0x9a : 0);
  const node = await open();
  await until(
    () => node.stats().state === "online",
    () => `${node.stats().state} after ${broker.connects} connections`,
  );
  await write(node, 5);
  await until(
    () => batches().length > 0,
    () => JSON.stringify(node.stats()),
  );
  expect(broker.connections.map(({ willRetain }) => willRetain)).toEqual([true, false]);
  broker.send({ cmd: "disconnect", reasonCode: 0x8b });
  await until(
    () => node.stats().connects === 2,
    () => node.stats().state,
  );
  expect(broker.connections.map(({ willRetain }) => willRetain)).toEqual([true, false, false]);
  expect(broker.published.some(({ topic }) => topic.endsWith("/up/birth"))).toBe(true);
  expect(broker.published.filter(({ retain }) => retain)).toEqual([]);
  expect(problems).toEqual([]);
});

test("Retain Available 0 with an accepted Will: nothing is published retained", async () => {
  broker.connack = { properties: { retainAvailable: false } };
  const node = await open();
  await until(
    () => node.stats().state === "online" && broker.published.length >= 2,
    () => node.stats().state,
  );
  expect(broker.published.filter(({ retain }) => retain)).toEqual([]);
});

test("0x9B: a broker without QoS 1 cannot keep the contract, and that is said", async () => {
  broker.connack = { reasonCode: 0x9b };
  await open();
  await until(
    () => problems.includes("QOS_NOT_SUPPORTED"),
    () => problems.join(),
  );
  expect(broker.connects).toBe(1);
});

test("no PUBACK in time: the client is thrown away and a new one made", async () => {
  broker.answer = (topic) => (isBatch(topic) ? null : 0);
  const node = await open(300);
  await write(node, 5);
  await until(
    () => problems.includes("PUBACK_TIMEOUT") && broker.connects >= 2,
    () => `${problems.join()} ${broker.connects}`,
  );
  broker.answer = () => 0;
  // A slow machine seals the five rows into more than one batch: each of them is sent again, and as it was.
  const timesSent = () => {
    const times = new Map<string, number>();
    for (const { payload } of batches())
      times.set(payload.toString("hex"), (times.get(payload.toString("hex")) ?? 0) + 1);
    return times;
  };
  await until(
    () => node.stats().state === "online" && [...timesSent().values()].every((times) => times >= 2),
    () => JSON.stringify(node.stats()),
  );
  expect(timesSent().size).toBe(node.stats().underWay);
});

test("Receive Maximum 2 means two batches under way, whatever MQTT.js would do", async () => {
  broker.connack = { properties: { receiveMaximum: 2 } };
  const node = await open();
  await write(node, 50);
  await until(
    () => node.stats().underWay === 2,
    () => JSON.stringify(node.stats()),
  );
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(batches().length).toBe(2);
});

test("a topic alias is used for batch topics when the broker offers one", async () => {
  broker.connack = { properties: { topicAliasMaximum: 10 } };
  const node = await open();
  await write(node, 15);
  await until(
    () => batches().length === 3,
    () => `${batches().length}`,
  );
  expect(batches().map(({ alias }) => alias)).toEqual([2, 2, 2]);
});

const link = () =>
  Link.connect(
    {
      url: broker.url,
      node: "node-1",
      token: "t",
      will: { topic: "tl/1/node-1/up/state", payload: Buffer.from("{}"), delaySeconds: 30, retain: true },
      keepaliveSeconds: 30,
      connectTimeoutMs: 2_000,
      sessionExpirySeconds: 60,
    },
    { message: () => undefined, closed: () => undefined },
  );

test.each([
  ["M20", "NUL in the topic", "tl/1/node-1/up/\0", 10, "TOPIC"],
  ["M21", "# in the topic", "tl/1/node-1/up/#", 10, "TOPIC"],
  ["M21", "+ in the topic", "tl/1/+/up/birth", 10, "TOPIC"],
  ["M22", "a topic of 70 kB", `tl/${"x".repeat(70_000)}`, 10, "TOPIC"],
  ["M23", "a lone surrogate", "tl/1/node-1/up/\ud800", 10, "TOPIC"],
  ["M24", "200 levels", Array.from({ length: 200 }, () => "a").join("/"), 10, "TOPIC"],
  ["M25", "$SYS", "$SYS/broker", 10, "TOPIC"],
  ["M25", "$CONTROL", "$CONTROL/dynamic-security/v1", 10, "TOPIC"],
  ["M08", "a payload over the broker's limit", "tl/1/node-1/up/rsp", 5_000, "TOO_LARGE"],
])(
  "%s: %s is refused before it reaches MQTT.js, and the connection goes on",
  async (_row, _what, topic, bytes, code) => {
    broker.connack = { properties: { maximumPacketSize: 4_096 } };
    const connection = await link();
    let caught: unknown = null;
    try {
      await connection.publish(topic, Buffer.alloc(bytes));
    } catch (cause) {
      caught = cause;
    }
    expect(caught).toMatchObject({ name: "DeviceError", code });
    expect(await connection.publish("tl/1/node-1/up/rsp", Buffer.from("{}"))).toBe(0);
    expect(broker.published.length).toBe(1);
    await connection.end();
  },
);

test("a connection that ends before the SUBACK is made again, and closing meanwhile does not hang", async () => {
  broker.answersSubscribe = false;
  const node = await open();
  await until(
    () => broker.connects >= 3,
    () => `${broker.connects}`,
  );
  broker.answersSubscribe = true;
  await until(
    () => node.stats().state === "online",
    () => JSON.stringify(node.stats()),
  );
  broker.answersSubscribe = false;
  await node.close();
  device = null;
});

test("told to close while it connects, it ends that connection and comes to rest", async () => {
  const node = await open();
  await node.close();
  device = null;
  expect(node.stats().state).toBe("closed");
});
