import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connectAsync } from "mqtt";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type TestBroker, startTestBroker } from "@/cli/embedded/testing";
import { type Device, openDevice } from "./device";
import type { DeviceOptions } from "./options";
import { LedgerPeer, until } from "./testing";

let broker: TestBroker;
let count = 0;
const folders: string[] = [];
const open: { device: Device[]; peer: LedgerPeer[] } = { device: [], peer: [] };

beforeAll(async () => {
  broker = await startTestBroker();
});
afterAll(async () => {
  await broker.stop();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
afterEach(async () => {
  for (const device of open.device.splice(0)) await device.close();
  for (const peer of open.peer.splice(0)) await peer.close();
});

async function newNode(options: Partial<DeviceOptions> = {}) {
  const node = `dev-${process.pid}-${(count += 1)}`;
  const { token } = await broker.addNode(node);
  const dataDir = mkdtempSync(join(tmpdir(), "tl-device-"));
  folders.push(dataDir);
  const start = async (more: Partial<DeviceOptions> = {}) => {
    const device = await openDevice({
      node,
      url: broker.url,
      token,
      dataDir,
      streams: [{ key: "pump-1/flow", quantity: "flow", unit: "L/min", type: "number" }],
      seal: { delayMs: { events: 50, telemetry: 100, inference: 100, media: 100 } },
      timing: { reconnectMinMs: 50, reconnectMaxMs: 200, ackTimeoutMs: 2_000, probeEveryMs: 400 },
      ...options,
      ...more,
    });
    open.device.push(device);
    return device;
  };
  return { node, token, dataDir, start };
}

async function newPeer() {
  const peer = await LedgerPeer.connect(broker.ingestUrl, `peer-${process.pid}-${(count += 1)}`);
  open.peer.push(peer);
  return peer;
}

const heldBatches = (device: Device) =>
  Object.values(device.stats().lanes).reduce((sum, lane) => sum + lane.batches, 0);

const BASE_MS = 1_767_225_600_000;
const row = (n: number) => ({ tsMs: BASE_MS + n * 100, values: { "pump-1/flow": n } });
async function writeRows(device: Device, from: number, to: number) {
  for (let n = from; n < to; n += 1) await device.write(row(n));
  await device.flush();
}
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);
const sorted = (values: unknown[]) => values.filter((value) => typeof value === "number").sort((a, b) => a - b);
const settled = (device: Device) =>
  until(
    () => heldBatches(device) === 0 && Object.values(device.stats().lanes).every((lane) => lane.unsealedRows === 0),
    () => JSON.stringify(device.stats()),
  );

describe("the guarantees of the wire contract on a real broker", () => {
  test("G3: a row goes from write to durable ack, and only then leaves the buffer", async () => {
    const peer = await newPeer();
    peer.isAcking = false;
    const { node, dataDir, start } = await newNode();
    const device = await start();
    await writeRows(device, 0, 10);
    await until(
      () => peer.batches("telemetry").length > 0,
      () => JSON.stringify(device.stats()),
    );
    expect(heldBatches(device)).toBeGreaterThan(0);
    peer.isAcking = true;
    await peer.ack(node, device.stats().epoch, "telemetry");
    await settled(device);
    expect(peer.values("1")).toEqual(range(0, 10));
    expect(peer.faults).toEqual([]);
    expect(readdirSync(join(dataDir, "lanes", "telemetry")).length).toBeLessThanOrEqual(1);
  });

  test("G4: batches are sent again byte for byte until they are acknowledged, across broker kills and restarts", async () => {
    const peer = await newPeer();
    const { start } = await newNode();
    let device = await start();
    for (let round = 0; round < 4; round += 1) {
      peer.isAcking = round % 2 === 0;
      await writeRows(device, round * 30, round * 30 + 30);
      if (round === 1) await broker.restart();
      if (round === 2) {
        await device.close();
        open.device.pop();
        device = await start();
      }
    }
    peer.isAcking = true;
    await settled(device);
    expect(sorted(peer.values("1"))).toEqual(range(0, 120));
    expect(peer.mismatches).toEqual([]);
    expect(peer.faults).toEqual([]);
    expect(peer.deliveries).toBeGreaterThan(peer.order.length);
  });

  test("G5: over its quota a device gives up raw telemetry for rollups and gap records, exactly counted, and events last", async () => {
    const peer = await newPeer();
    const { node, start } = await newNode({
      url: "mqtt://127.0.0.1:9",
      quota: { bytes: 256 * 1024 },
      seal: { compression: "none", rows: 100, delayMs: { events: 20, telemetry: 20, inference: 20, media: 20 } },
    });
    let device = await start();
    for (let n = 0; n < 12_000; n += 100) {
      await Promise.all(
        range(n, n + 100).map((k) =>
          device.write({ tsMs: BASE_MS + k * 1_000, values: { "pump-1/flow": k + 0.123456789 } }),
        ),
      );
      if (n % 3_000 === 0) await device.event({ tsMs: BASE_MS + n * 1_000, kind: "marker", data: { n } });
    }
    await device.flush();
    const full = device.stats();
    expect(full.evictedRows).toBeGreaterThan(1_000);
    expect(full.bufferBytes).toBeLessThan(2 * 256 * 1024);
    await device.close();
    open.device.pop();
    device = await start({ url: broker.url, quota: { bytes: 1024 * 1024 } });
    await settled(device);
    const { stored, lost } = peer.account(node, "telemetry");
    expect(stored.length + lost).toBe(12_000);
    expect(new Set(stored).size).toBe(stored.length);
    expect(peer.account(node, "events")).toEqual({ stored: range(0, 4), lost: 0 });
    const kinds = new Set(
      peer.batches("telemetry").flatMap(({ batch }) => batch.gaps.map((gap) => gap.kept ?? gap.why)),
    );
    expect(kinds.has("rollup60s") || kinds.has("evicted")).toBe(true);
    expect(peer.faults).toEqual([]);
    expect(peer.mismatches).toEqual([]);
  });

  test("G6: after an outage live data goes first, the backlog oldest first at its rate", async () => {
    const { start } = await newNode({
      url: "mqtt://127.0.0.1:9",
      seal: { rows: 10, delayMs: { events: 20, telemetry: 20, inference: 20, media: 20 } },
    });
    let device = await start();
    await writeRows(device, 0, 400);
    await device.close();
    open.device.pop();
    const peer = await newPeer();
    device = await start({ url: broker.url, backfillRate: 100 });
    await until(
      () => device.stats().state === "online",
      () => JSON.stringify(device.stats()),
    );
    const backlog = device.stats().lanes.telemetry.nextBatch;
    await writeRows(device, 400, 420);
    await until(
      () => peer.order.some((one) => one.batch >= backlog),
      () => JSON.stringify(peer.order),
    );
    const live = peer.order.findIndex((one) => one.batch >= backlog);
    expect(live).toBeLessThan(16);
    await until(
      () => heldBatches(device) === 0,
      () => JSON.stringify(device.stats()),
      15_000,
    );
    const late = peer.order.filter((one) => one.batch < backlog);
    expect(late.map((one) => one.batch)).toEqual(range(0, backlog));
    expect(late.every((one) => one.backfill)).toBe(true);
    expect(peer.order.filter((one) => one.batch >= backlog).every((one) => !one.backfill)).toBe(true);
    // 400 rows at 100 rows/s, one second's worth at once: about 3 s.
    const tookMs = (late.at(-1)?.atMs ?? 0) - (late[0]?.atMs ?? 0);
    expect(tookMs).toBeGreaterThan(2_000);
    expect(tookMs).toBeLessThan(6_000);
  });

  test("G8: clock status travels with each batch, untrusted records are flagged, a step changes no capture time", async () => {
    const peer = await newPeer();
    let nowMs = BASE_MS;
    const time = { now: () => nowMs + performance.now(), monoMs: () => performance.now() };
    const { start } = await newNode({ time, clock: { source: "none", offsetMs: 0, errorMs: 86_400_000 } });
    const device = await start();
    await writeRows(device, 0, 3);
    device.clock.set({ source: "ntp", offsetMs: -12, errorMs: 8 });
    await writeRows(device, 3, 6);
    nowMs -= 10 * 365 * 86_400_000;
    await until(
      () => peer.batches("events").length > 0,
      () => JSON.stringify(device.stats()),
    );
    await writeRows(device, 6, 9);
    await settled(device);
    const times = peer
      .batches("telemetry")
      .flatMap(({ batch }) => (batch.lane === "telemetry" ? batch.dt.map((dt) => batch.base + dt) : []));
    expect(sorted(times)).toEqual(range(0, 9).map((n) => BASE_MS + n * 100));
    const flagged = peer.batches("telemetry").filter(({ batch }) => batch.clock.source === "none");
    expect(
      flagged.flatMap(({ batch }) => (batch.lane === "telemetry" ? Object.values(batch.quality).flat() : [])),
    ).toEqual([
      [0, "uncertain"],
      [1, "uncertain"],
      [2, "uncertain"],
    ]);
    expect(
      peer.batches("telemetry").filter(({ batch }) => batch.clock.offsetMs === -12 && batch.clock.errorMs === 8).length,
    ).toBeGreaterThan(0);
    const [step] = peer.batches("events").flatMap(({ batch }) => (batch.lane === "events" ? batch.rows : []));
    expect(step).toMatchObject({ kind: "clock-step" });
  });

  test("G9: the watermark says what will not come any more except as backfill", async () => {
    const peer = await newPeer();
    const { start } = await newNode();
    const device = await start({
      seal: { latenessMs: 500, delayMs: { events: 20, telemetry: 20, inference: 20, media: 20 } },
    });
    await until(
      () => device.stats().state === "online",
      () => JSON.stringify(device.stats()),
    );
    for (let n = 0; n < 50; n += 10) await writeRows(device, n, n + 10);
    await settled(device);
    const batches = peer
      .batches("telemetry")
      .map(({ batch }) => batch)
      .sort((a, b) => a.batch - b.batch);
    for (const [index, batch] of batches.entries()) {
      const later = batches
        .slice(index + 1)
        .flatMap((next) => (next.lane === "telemetry" && !next.backfill ? next.dt.map((dt) => next.base + dt) : []));
      expect(later.every((ts) => ts >= (batch.watermark ?? 0))).toBe(true);
    }
    expect(batches.at(-1)?.watermark).toBe(BASE_MS + 4_900 - 500);
  });

  test("rows that nobody waits for are sealed later than those that are watched", async () => {
    const peer = await newPeer();
    const seal = { delayMs: { telemetry: 50 }, offlineDelayMs: { telemetry: 60_000 } };
    const watched = await (await newNode()).start({ seal });
    await until(
      () => watched.stats().state === "online",
      () => JSON.stringify(watched.stats()),
    );
    for (let n = 0; n < 10; n += 1) await watched.write(row(n));
    await until(
      () => peer.values("1").length === 10,
      () => JSON.stringify(watched.stats()),
    );
    const alone = await (await newNode()).start({ seal, url: "mqtt://127.0.0.1:1" });
    for (let n = 0; n < 10; n += 1) await alone.write(row(n));
    await sleep(300);
    expect(alone.stats().lanes.telemetry).toMatchObject({ batches: 0, unsealedRows: 10 });
  });

  test("G10: a batch the control plane rejects goes to the dead letters and stalls nothing", async () => {
    const peer = await newPeer();
    peer.reject = (batch) => (batch.batch === 1 ? "CONTRACT" : null);
    const problems: string[] = [];
    const { dataDir, start } = await newNode({ onProblem: (code) => problems.push(code) });
    const device = await start();
    for (let n = 0; n < 40; n += 10) await writeRows(device, n, n + 10);
    await settled(device);
    expect(peer.values("1").length).toBe(30);
    expect(device.stats().rejectedBatches).toBe(1);
    expect(problems).toEqual(["REJECTED"]);
    expect(readdirSync(join(dataDir, "dead")).filter((name) => name.endsWith("-telemetry-1.batch")).length).toBe(1);
  });
});

describe("what the broker and the control plane may say", () => {
  test("0x10: with nobody listening the data is kept and one batch probes; all goes out when someone comes", async () => {
    const { start } = await newNode({ seal: { rows: 5 } });
    const device = await start();
    await writeRows(device, 0, 50);
    await until(
      () => device.stats().heldBy === "nobody-listens" || broker.kind === "aedes",
      () => JSON.stringify(device.stats()),
    );
    const sent = device.stats().sentBatches;
    expect(sent).toBeLessThanOrEqual(16);
    const peer = await newPeer();
    await until(
      () => peer.values("1").length === 50,
      () => JSON.stringify(device.stats()),
    );
    expect(sorted(peer.values("1"))).toEqual(range(0, 50));
  });

  test("credit 0 holds a lane, credit opens it again, and never more than the credit is under way", async () => {
    const peer = await newPeer();
    peer.credit = 0;
    const { node, start } = await newNode({ seal: { rows: 5 } });
    const device = await start();
    await writeRows(device, 0, 5);
    await until(
      () => peer.order.length === 1 && heldBatches(device) === 0,
      () => JSON.stringify(device.stats()),
    );
    await writeRows(device, 5, 60);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(peer.order.length).toBe(1);
    peer.isAcking = false;
    peer.credit = 3;
    await peer.ack(node, device.stats().epoch, "telemetry");
    await until(
      () => peer.order.length === 4,
      () => JSON.stringify(device.stats()),
    );
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(peer.order.length).toBe(4);
    peer.isAcking = true;
    await peer.ack(node, device.stats().epoch, "telemetry");
    await settled(device);
    expect(peer.values("1").length).toBe(60);
  });

  test("an ack of another epoch frees nothing", async () => {
    const peer = await newPeer();
    peer.isAcking = false;
    const { node, start } = await newNode();
    const device = await start();
    await writeRows(device, 0, 10);
    await until(
      () => peer.order.length > 0,
      () => JSON.stringify(device.stats()),
    );
    await peer.client.publishAsync(
      `tl/1/${node}/dn/ack/telemetry`,
      JSON.stringify({ v: 1, epoch: "01JDP000000000000000000000", upTo: 0, credit: 16 }),
      { qos: 1 },
    );
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(heldBatches(device)).toBeGreaterThan(0);
  });

  test("M43: two clients with one id do not fight for ever: the device backs off and says so", async () => {
    const problems: string[] = [];
    const { node, token, start } = await newNode({ onProblem: (code) => problems.push(code) });
    const device = await start();
    await until(
      () => device.stats().state === "online",
      () => device.stats().state,
    );
    const thief = await connectAsync(broker.url, {
      protocolVersion: 5,
      clientId: node,
      username: node,
      password: token,
      reconnectPeriod: 20,
    });
    thief.on("error", () => undefined);
    await until(
      () => problems.includes("FLAPPING") || problems.includes("TAKEN_OVER"),
      () => `${problems.join()} ${JSON.stringify(device.stats())}`,
      20_000,
    );
    await thief.endAsync(true);
    await writeRows(device, 0, 5);
    expect(device.stats().lanes.telemetry.nextRow).toBe(5);
  });

  test("wrong credentials are named, tried again slowly, and nothing is lost", async () => {
    const problems: string[] = [];
    const { start } = await newNode({ token: "tln_wrong", onProblem: (code) => problems.push(code) });
    const device = await start();
    await until(
      () => problems.includes("NOT_AUTHORISED"),
      () => problems.join(),
    );
    await writeRows(device, 0, 5);
    expect(device.stats().lanes.telemetry.nextRow).toBe(5);
  });
});

describe("documents and commands", () => {
  test("birth is retained and comes before any batch; state says online, then offline with why", async () => {
    const peer = await newPeer();
    const { node, start } = await newNode();
    const device = await start();
    await writeRows(device, 0, 5);
    await settled(device);
    await device.close();
    open.device.pop();
    await until(
      () => peer.messages.filter(({ topic }) => topic.endsWith("/up/state")).length >= 2,
      () => "no state",
    );
    const own = peer.messages.filter(({ topic }) => topic.startsWith(`tl/1/${node}/`));
    expect(own[0]?.topic).toBe(`tl/1/${node}/up/birth`);
    const birth = JSON.parse(own[0]?.payload.toString() ?? "{}");
    expect(birth).toMatchObject({
      node,
      boot: device.boot,
      epoch: device.stats().epoch,
      streams: [{ alias: 1, key: "pump-1/flow" }],
    });
    const states = own
      .filter(({ topic }) => topic.endsWith("/state"))
      .map(({ payload }) => JSON.parse(payload.toString()));
    expect(states.at(0)).toMatchObject({ online: true, boot: device.boot });
    expect(states.at(-1)).toMatchObject({ online: false, why: "stop" });
  });

  test("a batch of a former start is sent with that start's birth before it", async () => {
    const { node, start } = await newNode({ url: "mqtt://127.0.0.1:9" });
    const first = await start();
    await writeRows(first, 0, 5);
    await first.close();
    open.device.pop();
    const peer = await newPeer();
    const second = await start({ url: broker.url });
    await settled(second);
    const own = peer.messages.filter(({ topic }) => topic.startsWith(`tl/1/${node}/`));
    const births = own.flatMap(({ topic, payload }, index) =>
      topic.endsWith("/birth") ? [{ index, boot: JSON.parse(payload.toString()).boot }] : [],
    );
    const batch = own.findIndex(({ topic }) => topic.includes("/batch/telemetry"));
    expect(peer.batches("telemetry")[0]?.batch.clock.boot).toBe(first.boot);
    expect(births.some(({ index, boot }) => boot === first.boot && index < batch)).toBe(true);
    expect(births.at(-1)?.boot).toBe(second.boot);
  });

  test("a command runs once: its answer is stored and given again, also after a restart", async () => {
    const peer = await newPeer();
    const { node, start } = await newNode();
    let runs = 0;
    const device = await start();
    device.onCommand("snapshot", () => ({ run: (runs += 1) }));
    await until(
      () => device.stats().state === "online",
      () => device.stats().state,
    );
    const correlationData = Buffer.alloc(16, 7);
    const send = (verb: string, responseTopic: string, correlation = correlationData, args = {}) =>
      peer.client.publishAsync(`tl/1/${node}/dn/cmd/${verb}`, JSON.stringify({ v: 1, args }), {
        qos: 1,
        properties: { responseTopic, correlationData: correlation },
      });
    const answers = () =>
      peer.messages
        .filter(({ topic }) => topic === `tl/1/${node}/up/rsp`)
        .map(({ payload }) => JSON.parse(payload.toString()));
    await send("snapshot", `tl/1/${node}/up/rsp`);
    await send("snapshot", `tl/1/${node}/up/rsp`);
    await until(
      () => answers().length === 2,
      () => JSON.stringify(answers()),
    );
    await device.close();
    open.device.pop();
    const again = await start();
    again.onCommand("snapshot", () => ({ run: (runs += 1) }));
    await until(
      () => again.stats().state === "online",
      () => again.stats().state,
    );
    await send("snapshot", `tl/1/${node}/up/rsp`);
    await send("snapshot", "tl/1/someone-else/up/rsp", Buffer.alloc(16, 1));
    await send("explode", `tl/1/${node}/up/rsp`, Buffer.alloc(16, 2));
    await send("snapshot", `tl/1/${node}/up/rsp`, Buffer.alloc(16, 3), { expiresAt: 1 });
    await send("ping", `tl/1/${node}/up/rsp`, Buffer.alloc(16, 4));
    await until(
      () => answers().length === 6,
      () => JSON.stringify(answers()),
    );
    expect(answers().map(({ code }) => code)).toEqual(["done", "done", "done", "unknown-verb", "expired", "done"]);
    expect(
      answers()
        .slice(0, 3)
        .map(({ result }) => result),
    ).toEqual([{ run: 1 }, { run: 1 }, { run: 1 }]);
    expect(runs).toBe(1);
    expect(again.stats().ignoredCommands).toBe(1);
  });

  test("a desired revision that fails in part is reported, and the last good one stays, also for the next start", async () => {
    const peer = await newPeer();
    const { node, start } = await newNode();
    const device = await start();
    const seen: number[] = [];
    await device.onDesired((desired) => {
      seen.push(desired.revision);
      return desired.revision === 2 ? [{ path: "pipelines.x", code: "UNIT_MISMATCH", detail: "mm/s is not Cel" }] : [];
    });
    const reports = () =>
      peer.messages
        .filter(({ topic }) => topic === `tl/1/${node}/up/reported`)
        .map(({ payload }) => JSON.parse(payload.toString()));
    const want = (revision: number) =>
      peer.client.publishAsync(`tl/1/${node}/dn/desired`, JSON.stringify({ v: 1, revision }), { qos: 1, retain: true });
    await until(
      () => device.stats().state === "online",
      () => device.stats().state,
    );
    await want(1);
    await want(2);
    await until(
      () => reports().length === 2,
      () => JSON.stringify(reports()),
    );
    expect(reports()).toMatchObject([
      { revision: 1, applied: 1, errors: [] },
      { revision: 2, applied: 1, errors: [{ code: "UNIT_MISMATCH" }] },
    ]);
    await device.close();
    open.device.pop();
    const next = await start({ url: "mqtt://127.0.0.1:9" });
    const good: number[] = [];
    await next.onDesired((desired) => void good.push(desired.revision));
    expect(good).toEqual([1]);
  });
});

describe("one worker per buffer", () => {
  test("F05: a second worker on the same folder is refused by name of the first", async () => {
    const { start } = await newNode({ url: "mqtt://127.0.0.1:9" });
    await start();
    await expect(start()).rejects.toThrow(`pid ${process.pid}`);
    open.device.splice(1);
  });

  test("new storage is a new epoch; the same storage keeps it over restarts", async () => {
    const { dataDir, start } = await newNode({ url: "mqtt://127.0.0.1:9" });
    const first = await start();
    const { epoch } = first.stats();
    await first.close();
    open.device.pop();
    const second = await start();
    expect(second.stats().epoch).toBe(epoch);
    expect(second.boot).not.toBe(first.boot);
    await second.close();
    open.device.pop();
    rmSync(dataDir, { recursive: true });
    expect((await start()).stats().epoch).not.toBe(epoch);
  });
});
