import { BATCH_JSON } from "@/sdk/wire/batch";
import type { RejectCode } from "@/sdk/wire/codes";
import {
  ackTopic,
  actionTopic,
  batchTopic,
  birthTopic,
  desiredTopic,
  plainTopic,
  reportedTopic,
  stateTopic,
} from "@/sdk/wire/topics";

/**
 * Documents every implementation must agree on. `expect` is `accepted`, or the code a control plane answers with. Aliases
 * mean what `birth` says; times lie in January 2026.
 */
export interface Example {
  name: string;
  topic: string;
  contentType?: string;
  document: unknown;
  expect: "accepted" | RejectCode;
}

const node = "pump-house-1";
const boot = "01KDVHEBT0B00T000000000001";
const epoch = "01KDVHEBT0EPCH000000000001";
const base = 1_767_225_600_000;
const clock = { source: "ntp", offsetMs: -12, errorMs: 8, boot, monoMs: 88_123_411 };
const digest = `sha256:${"9f".repeat(32)}`;
const envelope = {
  v: 1,
  node,
  epoch,
  batch: 0,
  first: 0,
  count: 3,
  base,
  watermark: base + 200,
  backfill: false,
  clock,
};
const telemetry = {
  ...envelope,
  lane: "telemetry",
  dt: [0, 100, 200],
  columns: { "1": [2.31, null, 2.4], "2": [61.2, 61.2, 61.3] },
  quality: { "2": [[1, "stale"]] },
};
const batch = (name: string, document: unknown, expect: Example["expect"] = "accepted"): Example => ({
  name,
  topic: batchTopic(node, "telemetry"),
  contentType: BATCH_JSON,
  document,
  expect,
});

export const UP_EXAMPLES: readonly Example[] = [
  {
    name: "birth",
    topic: birthTopic(node),
    document: {
      v: 1,
      node,
      boot,
      epoch,
      sdk: "throughline-ts/1.0.0",
      agent: "edge-worker/1.0.0",
      site: "lyon",
      labels: { area: "water", line: "2" },
      arch: "x64",
      memMB: 2048,
      capabilities: ["infer", "pipeline"],
      clock: { source: "ntp", offsetMs: -12, errorMs: 8 },
      streams: [
        {
          alias: 1,
          key: "pump-1/vibration-rms",
          quantity: "velocity",
          unit: "mm/s",
          type: "number",
          device: "pump-1",
          rateHz: 10,
          limits: { high: 4.5 },
        },
        {
          alias: 2,
          key: "pump-1/bearing-temp",
          quantity: "temperature",
          unit: "Cel",
          type: "number",
          device: "pump-1",
          rateHz: 10,
        },
      ],
      slots: [{ slot: "bearing-health", committed: digest, trial: null }],
      buffer: { bytes: 1_048_576, limitBytes: 536_870_912, oldest: base },
    },
    expect: "accepted",
  },
  {
    name: "state-online",
    topic: stateTopic(node),
    document: { v: 1, online: true, boot, why: "connect" },
    expect: "accepted",
  },
  batch("telemetry", telemetry),
  batch("telemetry-with-gap", {
    ...telemetry,
    batch: 1,
    first: 1903,
    gaps: [{ first: 3, count: 1900, from: base + 300, to: base + 190_200, why: "evicted", kept: "rollup60s" }],
  }),
  batch("telemetry-sub-millisecond", { ...telemetry, batch: 2, dt: [0, 0.125, 0.25], watermark: base + 0.25 }),
  {
    name: "events",
    topic: batchTopic(node, "events"),
    contentType: BATCH_JSON,
    document: {
      ...envelope,
      lane: "events",
      count: 1,
      rows: [
        { dt: 0, kind: "alarm", severity: "high", stream: "pump-1/vibration-rms", data: { limit: 4.5, value: 4.9 } },
      ],
    },
    expect: "accepted",
  },
  {
    name: "inference",
    topic: batchTopic(node, "inference"),
    contentType: BATCH_JSON,
    document: {
      ...envelope,
      lane: "inference",
      count: 1,
      origin: { pipeline: "press-vib@7", model: digest },
      rows: [
        {
          dt: 0,
          id: "0b8f7c52-9a3e-4c55-8d9f-2f8f6f1c7a11",
          slot: "bearing-health",
          model: digest,
          role: "active",
          input: { "vib.rms": 2.31 },
          output: { score: 0.93, label: "fault" },
          latencyMs: 0.21,
          window: [base - 10_000, base],
          media: [],
        },
      ],
    },
    expect: "accepted",
  },
  {
    name: "media",
    topic: batchTopic(node, "media"),
    contentType: BATCH_JSON,
    document: {
      ...envelope,
      lane: "media",
      count: 1,
      rows: [
        {
          dt: 0,
          sha256: "ab".repeat(32),
          bytes: 182_331,
          type: "image/jpeg",
          stream: "cam-1/frame",
          from: base,
          to: base,
          trigger: "pattern:hot-bearing",
        },
      ],
    },
    expect: "accepted",
  },
  {
    name: "reported",
    topic: reportedTopic(node),
    document: {
      v: 1,
      revision: 42,
      applied: 41,
      errors: [{ path: "pipelines.press-vib", code: "UNIT_MISMATCH", detail: "vib is mm/s, the model wants g" }],
    },
    expect: "accepted",
  },
  {
    name: "action",
    topic: actionTopic(node, "a1"),
    document: { v: 1, action: "a1", attempt: 1, seq: 7, state: "DOWNLOADING", progress: 0.43, detail: null, ts: base },
    expect: "accepted",
  },
  { name: "plain-number", topic: plainTopic(node, "boiler/temp"), document: 21.5, expect: "accepted" },
  {
    name: "plain-object",
    topic: plainTopic(node, "boiler/temp"),
    document: { value: 21.5, ts: base },
    expect: "accepted",
  },

  batch("refused-version", { ...telemetry, v: 2 }, "SCHEMA"),
  batch("refused-negative-batch", { ...telemetry, batch: -1 }, "SCHEMA"),
  batch("refused-other-node", { ...telemetry, node: "pump-house-2" }, "CONTRACT"),
  batch("refused-short-column", { ...telemetry, columns: { "1": [2.31] } }, "CONTRACT"),
  batch("refused-unknown-alias", { ...telemetry, columns: { "77": [1, 2, 3] }, quality: {} }, "UNKNOWN_ALIAS"),
  batch("refused-seconds-for-milliseconds", { ...telemetry, base: base / 1000, watermark: null }, "CLOCK"),
  { ...batch("refused-content-type", telemetry, "CTYPE"), contentType: "text/html" },
];

export const DOWN_EXAMPLES: readonly Omit<Example, "expect">[] = [
  {
    name: "ack",
    topic: ackTopic(node, "telemetry"),
    document: {
      v: 1,
      epoch,
      upTo: 18_190,
      ranges: [[18_195, 18_203]],
      credit: 16,
      rejected: [{ batch: 18_194, code: "CONTRACT", detail: 'columns.2[7]: expected number, got "hot"' }],
    },
  },
  {
    name: "desired",
    topic: desiredTopic(node),
    document: {
      v: 1,
      revision: 42,
      slots: [{ slot: "bearing-health", artifact: digest, channel: "stable", shadow: null, action: "a1" }],
      pipelines: [],
      sampling: { "pump-1/vibration-rms": { rateHz: 1 } },
      backfillRate: 2000,
    },
  },
];
