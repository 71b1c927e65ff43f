import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestBroker } from "@/cli/embedded/testing";
import { type TestLine, openTestLine } from "@/server/ingest/testing";
import { type Device, openDevice } from "./device";
import type { DeviceOptions } from "./options";
import { until } from "./testing";

let line: TestLine;
let dataDir = "";
beforeAll(async () => {
  line = await openTestLine(await startTestBroker());
  await line.start();
  dataDir = mkdtempSync(join(tmpdir(), "tl-line-"));
});
afterAll(async () => {
  await line.close();
  rmSync(dataDir, { recursive: true, force: true });
});

/** A way to the broker that can be cut without a word to either end. */
async function layCable(brokerUrl: string): Promise<{ url: string; pull(): Promise<void> }> {
  const { hostname, port } = new URL(brokerUrl);
  const ends = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    for (const end of [near, far]) {
      ends.add(end);
      end.on("error", () => undefined); // cut
    }
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((laid) => server.listen(0, "127.0.0.1", laid));
  const address = server.address();
  return {
    url: `mqtt://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`,
    pull: async () => {
      const closed = new Promise<void>((done) => server.close(() => done()));
      for (const end of ends) end.destroy();
      await closed;
    },
  };
}

const NODE = "sdk-line-1";
const KEYS = Array.from({ length: 10 }, (_, index) => `press-1/s${index}`);

async function trustedNode(id: string): Promise<string> {
  const { token } = await line.broker.addNode(id);
  await line.db.owner.query("insert into nodes (id, status, trusted) values ($1, 'accepted', true)", [id]);
  return token;
}

function open(node: string, token: string, folder: string, more: Partial<DeviceOptions> = {}): Promise<Device> {
  return openDevice({
    node,
    url: line.broker.url,
    token,
    dataDir: join(dataDir, folder),
    streams: KEYS.map((key) => ({ key, quantity: "velocity", unit: "mm/s", type: "number" })),
    timing: { reconnectMinMs: 50, reconnectMaxMs: 200 },
    ...more,
  });
}

const readings = async (node: string) => {
  const { rows } = await line.db.owner.query<{ n: number; distinct: number }>(
    "select count(*)::int as n, count(distinct (r.stream_id, r.ts))::int as distinct from readings r join streams s on s.id = r.stream_id where s.node_id = $1",
    [node],
  );
  return rows[0] ?? { n: 0, distinct: 0 };
};
const isDrained = (device: Device) =>
  Object.values(device.stats().lanes).every((lane) => lane.batches === 0 && lane.unsealedRows === 0);
const row = (tsMs: number, n: number) => ({
  tsMs,
  values: Object.fromEntries(KEYS.map((key, index) => [key, n + index / 10])),
});

/** As after a backup from before: all births of a node at once, and not in the middle of one that is being taken in. */
async function loseBirths(node: string): Promise<void> {
  const session = await line.db.owner.connect();
  await session.query("begin");
  await session.query("select 1 from nodes where id = $1 for update", [node]);
  await session.query("delete from stream_aliases where node_id = $1", [node]);
  await session.query("delete from births where node_id = $1", [node]);
  await session.query("select pg_notify('tl_registry', $1)", [JSON.stringify({ node })]);
  await session.query("commit");
  session.release();
}

test("rows, events and inference written to the SDK are committed by the real ingest, then freed", async () => {
  const device = await open(NODE, await trustedNode(NODE), "first");
  const startMs = Date.now() - 60_000;
  for (let n = 0; n < 1_000; n += 1) await device.write(row(startMs + n * 10, n));
  await device.event({ tsMs: startMs, kind: "alarm", severity: "high", stream: KEYS[0], data: { why: "test" } });
  await device.inference({
    tsMs: startMs,
    id: "6f1c0c44-6a0e-4f0b-9d53-3f6f7a1b2c3d",
    slot: "bearing-health",
    model: `sha256:${"0".repeat(64)}`,
    role: "active",
    input: null,
    output: { score: 0.9 },
    latencyMs: 1,
    window: [startMs, startMs + 10],
  });
  await device.flush();
  await until(
    () => isDrained(device),
    () => JSON.stringify(device.stats()),
    20_000,
  );
  expect(device.stats().rejectedBatches).toBe(0);
  expect(await readings(NODE)).toEqual({ n: 10_000, distinct: 10_000 });
  const { rows } = await line.db.owner.query(
    "select (select count(*)::int from events where node_id = $1) as events, (select count(*)::int from inference where node_id = $1) as inference, (select count(*)::int from quarantine where node_id = $1) as quarantine",
    [NODE],
  );
  expect(rows[0]).toEqual({ events: 1, inference: 1, quarantine: 0 });
  await device.close();
});

test("what had to be given up offline arrives as gap records: acknowledged rows = stored rows + gap counts", async () => {
  const node = "sdk-line-2";
  const token = await trustedNode(node);
  const quota = { bytes: 256 * 1024 };
  const seal = {
    compression: "none" as const,
    rows: 100,
    delayMs: { events: 20, telemetry: 20, inference: 20, media: 20 },
  };
  const offline = await open(node, token, "second", { url: "mqtt://127.0.0.1:9", quota, seal });
  const startMs = Date.now() - 3_600_000;
  for (let n = 0; n < 6_000; n += 100) {
    await Promise.all(
      Array.from({ length: 100 }, (_, index) => offline.write(row(startMs + (n + index) * 100, n + index))),
    );
    await offline.flush();
  }
  expect(offline.stats().evictedRows).toBeGreaterThan(500);
  await offline.close();
  const device = await open(node, token, "second", { quota: { bytes: 1024 * 1024 } });
  await until(
    () => isDrained(device),
    () => JSON.stringify(device.stats()),
    30_000,
  );
  const { n, distinct } = await readings(node);
  const { rows } = await line.db.owner.query<{ lost: number }>(
    "select coalesce(sum(row_count), 0)::int as lost from gaps where node_id = $1",
    [node],
  );
  expect(distinct).toBe(n);
  expect(n / KEYS.length + (rows[0]?.lost ?? 0)).toBe(6_000);
  expect(device.stats().rejectedBatches).toBe(0);
  await device.close();
});

test("media written to the SDK is in the store as it was announced, and its batch leaves the buffer", async () => {
  const node = "sdk-line-5";
  const device = await open(node, await trustedNode(node), "fifth");
  const fromMs = Date.now() - 5_000;
  const picture = {
    sha256: "ab".repeat(32),
    bytes: 182_331,
    type: "image/jpeg",
    stream: "cam-1/frame",
    from: fromMs,
    to: fromMs + 2_000,
    trigger: "pattern:hot-bearing",
  };
  await device.media({ tsMs: fromMs, ...picture });
  await device.flush();
  await until(
    () => isDrained(device) && device.stats().lanes.media.settledUpTo === 0,
    () => JSON.stringify(device.stats()),
    20_000,
  );
  const { rows } = await line.db.owner.query(
    `select sha256, bytes::float8 as bytes, type, stream, extract(epoch from from_ts)::float8 * 1000 as "from", extract(epoch from to_ts)::float8 * 1000 as "to", trigger
     from media_manifests where node_id = $1`,
    [node],
  );
  expect(rows).toEqual([{ ...picture, sha256: `sha256:${picture.sha256}` }]);
  await device.close();
});

test("a cable that is pulled: the broker publishes the Will, and the control plane sees the node offline as lost", async () => {
  const node = "sdk-line-6";
  const token = await trustedNode(node);
  const cable = await layCable(line.broker.url);
  const device = await open(node, token, "sixth", { url: cable.url });
  const state = async () => {
    const { rows } = await line.db.owner.query("select online, online_why as why from nodes where id = $1", [node]);
    return rows[0];
  };
  await until(
    async () => (await state()).online === true,
    () => JSON.stringify(device.stats()),
    20_000,
  );
  await cable.pull();
  await until(
    async () => (await state()).online === false,
    () => "the Will, which a broker that can holds back for 30 s",
    50_000,
  );
  expect(await state()).toEqual({ online: false, why: "lost" });
  await device.close();
}, 90_000);

test("a birth that the control plane lost is asked for and comes back on the same connection", async () => {
  const node = "sdk-line-4";
  const device = await open(node, await trustedNode(node), "fourth");
  await device.write(row(Date.now() - 2_000, 1));
  await device.flush();
  await until(
    () => isDrained(device),
    () => JSON.stringify(device.stats()),
    20_000,
  );
  const { owner } = line.db;
  await loseBirths(node);
  await device.write(row(Date.now() - 1_000, 2));
  await device.flush();
  await until(
    async () => (await readings(node)).n === 2 * KEYS.length,
    () => JSON.stringify(device.stats()),
    15_000,
  );
  const births = await owner.query("select boot from births where node_id = $1", [node]);
  expect(births.rows).toEqual([{ boot: device.boot }]);
  expect(device.stats()).toMatchObject({ connects: 1, ignoredCommands: 0 });
  await device.close();
});

test("the birth of a former start that the control plane lost comes back, and the rest of its backlog is readable", async () => {
  const node = "sdk-line-7";
  const token = await trustedNode(node);
  const startMs = Date.now() - 3_600_000;
  const ROWS = 200;
  const offline = await open(node, token, "seventh", { url: "mqtt://127.0.0.1:9" });
  for (let n = 0; n < ROWS; n += 1) {
    await offline.write(row(startMs + n * 1_000, n));
    if (n % 10 === 9) await offline.flush(); // while offline batches are sealed as large as they may be
  }
  await offline.close();
  // 20 batches of 10 rows, five at once and then four a second: time to lose the birth between the first and the last
  const device = await open(node, token, "seventh", { backfillRate: 40 });
  const boots = [offline.boot, device.boot];
  const { owner } = line.db;
  const announced = async () => {
    const { rows } = await owner.query<{ boot: string }>("select boot from births where node_id = $1 order by 1", [
      node,
    ]);
    return rows.map(({ boot }) => boot);
  };
  await until(
    async () => (await readings(node)).n > 0,
    () => JSON.stringify(device.stats()),
    20_000,
  );
  expect(await announced()).toEqual(boots);
  await loseBirths(node);
  expect(device.stats().lanes.telemetry.batches).toBeGreaterThan(4);
  await until(
    () => isDrained(device),
    () => JSON.stringify(device.stats()),
    40_000,
  );
  expect(await readings(node)).toEqual({ n: ROWS * KEYS.length, distinct: ROWS * KEYS.length });
  const { rows } = await owner.query("select reason, field, message from quarantine where node_id = $1", [node]);
  expect(rows).toEqual([]);
  expect(await announced()).toEqual(boots);
  expect(device.stats()).toMatchObject({ connects: 1, rejectedBatches: 0, ignoredCommands: 0 });
  const { rows: now } = await owner.query("select boot from nodes where id = $1", [node]);
  expect(now).toEqual([{ boot: device.boot }]);
  await device.close();
}, 90_000);

test("the control plane sees the buffer drain, not only how full it was at the start", async () => {
  const node = "sdk-line-3";
  const token = await trustedNode(node);
  const offline = await open(node, token, "third", { url: "mqtt://127.0.0.1:9" });
  const startMs = Date.now() - 3_600_000;
  for (let n = 0; n < 2_000; n += 1) await offline.write(row(startMs + n * 1_000, n));
  await offline.close();
  const seen = async () => {
    const { rows } = await line.db.owner.query<{ oldestMs: number | null; bytes: number | null; why: string | null }>(
      'select extract(epoch from buffer_oldest_at)::float8 * 1000 as "oldestMs", buffer_bytes::float8 as bytes, online_why as why from nodes where id = $1',
      [node],
    );
    return rows[0] ?? { oldestMs: null, bytes: null, why: null };
  };
  const device = await open(node, token, "third", {
    timing: { reconnectMinMs: 50, reportMs: 100 },
    backfillRate: 1_000,
  });
  await until(
    async () => (await seen()).oldestMs === startMs,
    () => "the birth with its backlog",
    20_000,
  );
  await until(
    async () => isDrained(device) && (await seen()).oldestMs === null,
    () => JSON.stringify(device.stats()),
    30_000,
  );
  expect(await seen()).toEqual({ oldestMs: null, bytes: device.stats().bufferBytes, why: "connect" });
  await device.close();
});
