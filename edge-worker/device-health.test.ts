import { Registry } from "prom-client";
import { expect, test } from "vitest";
import type { DeviceStats } from "@/sdk/device/stats";
import { deviceParts, watchDevice } from "./device-health";
import { statsOf } from "./testing-device";

const part = (name: string, changes: Partial<DeviceStats>) =>
  deviceParts(statsOf(changes)).find((one) => one.name === name);

test.each([
  [{ state: "online" }, "ok", undefined],
  [{ state: "connecting" }, "degraded", /no connection: connecting/],
  [
    { state: "waiting", failedConnects: 4, connectTrouble: "connect ECONNREFUSED 127.0.0.1:9" },
    "degraded",
    /after 4 failed attempt\(s\): connect ECONNREFUSED/,
  ],
  [{ state: "online", heldBy: "nobody-listens" }, "degraded", /nothing takes in what is sent/],
  [{ state: "online", heldBy: "hold" }, "degraded", /held back: hold/],
  [{ state: "taken-over" }, "failing", /another client/],
] as const)("the part of the control plane with %j is %s", (changes, status, detail) => {
  const found = part("control plane", changes);
  expect(found?.status).toBe(status);
  if (detail) expect(found?.detail).toMatch(detail);
  else expect(found?.detail).toBeUndefined();
});

test.each([
  [{ bufferBytes: 10, bufferLimitBytes: 100 }, "ok", undefined],
  [{ bufferBytes: 90 * 1_048_576, bufferLimitBytes: 100 * 1_048_576 }, "degraded", /90 % of 100 MB/],
  [{ fault: "The disk is full: free some space." }, "failing", /The disk is full/],
] as const)("the part of the buffer with %j is %s", (changes, status, detail) => {
  const found = part("buffer", changes);
  expect(found?.status).toBe(status);
  if (detail) expect(found?.detail).toMatch(detail);
});

test("the figures of the device are read anew each time they are asked for", async () => {
  const registry = new Registry();
  let stats = statsOf({ state: "waiting", sentBatches: 7, oldestMs: Date.now() - 60_000 });
  watchDevice(registry, () => stats);
  expect(await registry.metrics()).toMatch(/throughline_edge_connected 0\n/);
  expect(await registry.metrics()).toMatch(/throughline_edge_buffer_oldest_age_seconds 6\d/);
  stats = statsOf({
    bufferBytes: 1_000,
    bufferLimitBytes: 2_000,
    sentBatches: 9,
    ackedBatches: 8,
    rejectedBatches: 1,
    evictedRows: 12,
  });
  const text = await registry.metrics();
  for (const line of [
    "connected 1",
    "buffer_bytes 1000",
    "buffer_limit_bytes 2000",
    "buffer_oldest_age_seconds 0",
    "batches_sent_total 9",
    "batches_acked_total 8",
    "batches_rejected_total 1",
    "rows_evicted_total 12",
  ])
    expect(text).toContain(`\nthroughline_edge_${line}\n`);
});
