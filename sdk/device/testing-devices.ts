import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll } from "vitest";
import { type TestBroker, startTestBroker } from "@/cli/embedded/testing";
import { type Device, openDevice } from "./device";
import type { DeviceOptions } from "./options";
import { LedgerPeer, until } from "./testing";

/** A broker for the tests of one file, and devices and peers on it that are closed after each test. */
export function useDevices() {
  let started: TestBroker | null = null;
  let count = 0;
  const folders: string[] = [];
  const open: { device: Device[]; peer: LedgerPeer[] } = { device: [], peer: [] };
  const running = (): TestBroker => {
    if (!started) throw new RangeError("the broker starts before the first test");
    return started;
  };

  beforeAll(async () => {
    started = await startTestBroker();
  });
  afterAll(async () => {
    await started?.stop();
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });
  afterEach(async () => {
    for (const device of open.device.splice(0)) await device.close();
    for (const peer of open.peer.splice(0)) await peer.close();
  });

  async function newNode(options: Partial<DeviceOptions> = {}) {
    const node = `dev-${process.pid}-${(count += 1)}`;
    const { token } = await running().addNode(node);
    const dataDir = mkdtempSync(join(tmpdir(), "tl-device-"));
    folders.push(dataDir);
    const start = async (more: Partial<DeviceOptions> = {}) => {
      const device = await openDevice({
        node,
        url: running().url,
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
    const peer = await LedgerPeer.connect(running().ingestUrl, `peer-${process.pid}-${(count += 1)}`);
    open.peer.push(peer);
    return peer;
  }

  return {
    get broker() {
      return running();
    },
    open,
    newNode,
    newPeer,
  };
}

export const heldBatches = (device: Device) =>
  Object.values(device.stats().lanes).reduce((sum, lane) => sum + lane.batches, 0);

export const BASE_MS = 1_767_225_600_000;
export const row = (n: number) => ({ tsMs: BASE_MS + n * 100, values: { "pump-1/flow": n } });
export async function writeRows(device: Device, from: number, to: number) {
  for (let n = from; n < to; n += 1) await device.write(row(n));
  await device.flush();
}
export const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);
export const sorted = (values: unknown[]) => values.filter((value) => typeof value === "number").sort((a, b) => a - b);
export const settled = (device: Device) =>
  until(
    () => heldBatches(device) === 0 && Object.values(device.stats().lanes).every((lane) => lane.unsealedRows === 0),
    () => JSON.stringify(device.stats()),
  );
