import { readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { until } from "./testing";
import { BASE_MS, heldBatches, range, row, settled, sorted, useDevices, writeRows } from "./testing-devices";

const devices = useDevices();
const { newNode, newPeer, open } = devices;

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
      const arrived = peer.order.length;
      await writeRows(device, round * 30, round * 30 + 30);
      if (round === 1) {
        // Something has arrived and is not acknowledged: that is what has to come again.
        await until(
          () => peer.order.length > arrived,
          () => JSON.stringify(device.stats()),
        );
        await devices.broker.restart();
      }
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
    device = await start({ url: devices.broker.url, quota: { bytes: 1024 * 1024 } });
    await settled(device);
    const { stored, lost } = peer.account(node, "telemetry");
    expect(stored.length + lost).toBe(12_000);
    expect(new Set(stored).size).toBe(stored.length);
    expect(peer.account(node, "events")).toEqual({ stored: range(0, 4), lost: 0 });
    const kinds = new Set(
      peer.batches("telemetry").flatMap(({ batch }) => batch.gaps.map((gap) => gap.kept ?? gap.why)),
    );
    expect([...kinds].sort()).toEqual(["evicted", "rollup60s"]);
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
    device = await start({ url: devices.broker.url, backfillRate: 100 });
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
