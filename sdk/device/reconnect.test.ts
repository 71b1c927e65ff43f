import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Device, openDevice } from "./device";
import { ScriptedBroker } from "./scripted-broker";
import { until } from "./testing";

let broker: ScriptedBroker;
let dataDir = "";
let device: Device | null = null;
let problems: { code: string; detail: string }[] = [];

beforeEach(async () => {
  broker = await ScriptedBroker.start();
  dataDir = mkdtempSync(join(tmpdir(), "tl-reconnect-"));
  problems = [];
});
afterEach(async () => {
  await device?.close();
  device = null;
  await broker.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

async function open(node: string, url: string, timing: { reconnectMinMs: number; reconnectMaxMs: number }) {
  device = await openDevice({
    node,
    url,
    token: "t",
    dataDir,
    streams: [{ key: "a/b", quantity: "flow", unit: "L/min", type: "number" }],
    timing: { connectTimeoutMs: 2_000, ...timing },
    onProblem: (code, detail) => problems.push({ code, detail }),
  });
  return device;
}

/** The pauses between the first `count` CONNECTs of a broker that refuses every one of them, ms. */
async function pauses(node: string, count: number): Promise<number[]> {
  const from = broker.connects;
  const opened = await open(node, broker.url, { reconnectMinMs: 50, reconnectMaxMs: 800 });
  await until(
    () => broker.connects >= from + count,
    () => `${broker.connects - from} connections`,
    20_000,
  );
  await opened.close();
  device = null;
  rmSync(dataDir, { recursive: true, force: true });
  const times = broker.connections.slice(from, from + count).map(({ atMs }) => atMs);
  return times.slice(1).map((atMs, index) => atMs - (times[index] ?? 0));
}

test("G7: a refused node comes back after pauses that grow and that no other node shares", async () => {
  broker.connack = { reasonCode: 0x88 };
  const nodes: number[][] = [];
  for (const node of ["node-1", "node-2", "node-3"]) nodes.push(await pauses(node, 9));
  const meanOf = (list: number[]): number => list.reduce((sum, ms) => sum + ms, 0) / list.length;
  // full jitter: a pause may be short at any time, its bound doubles from 50 ms to 800 ms
  for (const list of nodes)
    list.forEach((ms, attempt) => expect(ms).toBeLessThan(Math.min(800, 50 * 2 ** attempt) + 250));
  const early = nodes.flatMap((list) => list.slice(0, 3));
  const late = nodes.flatMap((list) => list.slice(4));
  expect(meanOf(late)).toBeGreaterThan(2 * meanOf(early));
  const [one = [], two = []] = nodes.map((list) => list.slice(3).map((ms) => Math.round(ms / 20)));
  expect(one).not.toEqual(two);
}, 60_000);

test("a broker that cannot be reached is told once per outage, with its address and without secrets", async () => {
  const url = "mqtt://anna:topsecret@127.0.0.1:9";
  const opened = await open("node-1", url, { reconnectMinMs: 5, reconnectMaxMs: 20 });
  await until(
    () => opened.stats().failedConnects >= 8,
    () => JSON.stringify(opened.stats()),
  );
  const told = problems.filter(({ code }) => code === "UNREACHABLE");
  expect(told).toHaveLength(1);
  expect(told[0]?.detail).toMatch(/mqtt:\/\/127\.0\.0\.1:9 .*3 tries.*ECONNREFUSED/);
  expect(JSON.stringify([problems, opened.stats()])).not.toMatch(/topsecret|anna/);
  expect(opened.stats().connectTrouble).toMatch(/ECONNREFUSED/);
});

test("once it is reached again the trouble is forgotten", async () => {
  broker.connack = { reasonCode: 0x88 };
  const opened = await open("node-1", broker.url, { reconnectMinMs: 5, reconnectMaxMs: 20 });
  await until(
    () => opened.stats().failedConnects >= 4,
    () => JSON.stringify(opened.stats()),
  );
  expect(problems.map(({ code }) => code)).toEqual(["UNREACHABLE"]);
  broker.connack = {};
  await until(
    () => opened.stats().state === "online",
    () => JSON.stringify(opened.stats()),
  );
  expect(opened.stats()).toMatchObject({ failedConnects: 0, connectTrouble: null });
});
