import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
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

const heldBatches = (device: Device) => Object.values(device.stats().lanes).reduce((sum, lane) => sum + lane.batches, 0);

describe("a device on a real broker", () => {
  test("a row goes from write to durable ack, and only then leaves the buffer", async () => {
    const peer = await newPeer();
    peer.isAcking = false;
    const { node, start } = await newNode();
    const device = await start();
    for (let n = 0; n < 10; n += 1) await device.write({ tsMs: 1_767_225_600_000 + n, values: { "pump-1/flow": n } });
    await device.flush();
    await until(() => peer.batches("telemetry").length > 0, () => JSON.stringify(device.stats()));
    expect(heldBatches(device)).toBeGreaterThan(0);
    peer.isAcking = true;
    await peer.ack(node, device.stats().epoch, "telemetry");
    await until(() => heldBatches(device) === 0, () => JSON.stringify(device.stats()));
    expect(peer.values("1")).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(peer.faults).toEqual([]);
    expect(readdirSync(join(folders.at(-1) ?? "", "lanes", "telemetry")).length).toBeLessThanOrEqual(1);
  });
});
