import type { DeviceStats } from "@/sdk/device/stats";

/** Figures of a device that is online and has nothing to do, with `changes`. For tests. */
export function statsOf(changes: Partial<DeviceStats> = {}): DeviceStats {
  const lane = { bytes: 0, batches: 0, unsealedRows: 0, nextBatch: 0, nextRow: 0, settledUpTo: -1 };
  return {
    state: "online",
    heldBy: null,
    boot: "01JDQ0000000000000000000AA",
    epoch: "01JDQ0000000000000000000AB",
    connects: 1,
    failedConnects: 0,
    connectTrouble: null,
    bufferBytes: 0,
    bufferLimitBytes: 536_870_912,
    oldestMs: null,
    lanes: { events: lane, telemetry: lane, inference: lane, media: lane },
    underWay: 0,
    sentBatches: 0,
    resentBatches: 0,
    ackedBatches: 0,
    rejectedBatches: 0,
    evictedRows: 0,
    ignoredCommands: 0,
    fault: null,
    ...changes,
  };
}
