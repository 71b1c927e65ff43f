import { describe, expect, test } from "vitest";
import {
  compareStatus,
  formatAge,
  formatBytes,
  formatNumber,
  formatOffset,
  isStale,
  nodeHealth,
  streamHealth,
  type NodeFacts,
  type StreamFacts,
} from "./health";

const NOW = Date.UTC(2026, 10, 24, 12);
const healthy: NodeFacts = {
  status: "accepted",
  plain: false,
  online: true,
  onlineWhy: "connect",
  lastSeenMs: NOW - 500,
  lastBatchMs: NOW - 900,
  bufferBytes: 1_048_576,
  bufferLimitBytes: 536_870_912,
  bufferOldestMs: null,
  clockSource: "ntp",
  clockOffsetMs: -12,
  clockErrorMs: 8,
  plainStoredMs: null,
  plainHeld: null,
  lostRows24h: 0,
};
const plain = { plain: true, online: false, lastBatchMs: null, plainStoredMs: NOW - 2_000 };
const held = (ageMs: number, reason: string) => ({ plainHeld: { atMs: NOW - ageMs, reason } });

describe("health of a node", () => {
  test.each<[string, Partial<NodeFacts>, string, string]>([
    ["sends", {}, "ok", "sending"],
    ["was never heard", { lastSeenMs: null }, "unknown", "never connected"],
    ["is proposed", { status: "proposed" }, "unknown", "waiting to be accepted"],
    [
      "is offline",
      { online: false, onlineWhy: "connection lost", lastSeenMs: NOW - 26 * 60_000 },
      "bad",
      "offline for 26 min, connection lost",
    ],
    [
      "is about to drop data",
      { bufferBytes: 0.96 * 536_870_912 },
      "bad",
      "buffer 96 % full, data is about to be dropped",
    ],
    ["has sent nothing yet", { lastBatchMs: null }, "unknown", "connected, no data yet"],
    ["went silent", { lastBatchMs: NOW - 130_000 }, "watch", "connected, no data for 2 min"],
    ["fills up", { bufferBytes: 0.86 * 536_870_912 }, "watch", "buffer 86 % full"],
    ["catches up", { bufferOldestMs: NOW - 3_600_000 }, "watch", "sending a backlog of 60 min"],
    ["lost rows", { lostRows24h: 7480 }, "watch", "7,480 rows lost in 24 h"],
    ["has no clock", { clockSource: "none" }, "watch", "clock not synchronised"],
    ["has a wrong clock", { clockOffsetMs: -2_400 }, "watch", "clock −2.4 s off"],
    ["is plain and sends", plain, "ok", "sending, without durable ack"],
    ["is plain and silent", { ...plain, lastSeenMs: NOW - 90_000 }, "watch", "plain device, silent for 90 s"],
    ["is plain and new", { ...plain, plainStoredMs: null }, "unknown", "sending, nothing stored yet"],
    [
      "is plain, of which nothing can be stored",
      { ...plain, plainStoredMs: null, ...held(1_000, "PARSE") },
      "bad",
      "sending, but every message is refused: cannot be read",
    ],
    [
      "is plain, of which nothing can be stored any more",
      { ...plain, plainStoredMs: NOW - 3_600_000, ...held(1_000, "CLOCK") },
      "bad",
      "sending, but every message is refused: impossible time",
    ],
    [
      "is plain, of which some cannot be stored",
      { ...plain, ...held(1_000, "PARSE") },
      "watch",
      "sending, but some messages are refused: cannot be read",
    ],
    ["was refused once, long ago", { ...plain, ...held(3_600_000, "PARSE") }, "ok", "sending, without durable ack"],
    [
      "is plain with streams that nobody accepted",
      { ...plain, plainStoredMs: null, ...held(1_000, "PROPOSED") },
      "unknown",
      "sending, its streams wait to be accepted",
    ],
    [
      "is plain with one stream that waits",
      { ...plain, ...held(1_000, "PROPOSED") },
      "ok",
      "sending, without durable ack",
    ],
  ])("a node that %s", (_, change, status, reason) => {
    expect(nodeHealth({ ...healthy, ...change }, NOW)).toEqual({ status, reason });
  });

  test("the worst comes first and unknown is never taken for ok", () => {
    expect((["ok", "unknown", "watch", "bad"] as const).toSorted(compareStatus)).toEqual([
      "bad",
      "watch",
      "unknown",
      "ok",
    ]);
  });
});

const stream: StreamFacts = {
  status: "accepted",
  nodeOnline: true,
  lastMs: NOW - 200,
  rateHz: 10,
  value: 2.4,
  quality: "good",
  limitLow: 0,
  limitHigh: 4.5,
};

describe("health of a stream", () => {
  test.each<[string, Partial<StreamFacts>, string, string]>([
    ["is inside its limits", {}, "ok", "inside 0 to 4.5"],
    ["is above", { value: 4.9 }, "bad", "above 4.5"],
    ["is below", { value: -0.1 }, "bad", "below 0"],
    ["is stuck", { quality: "stuck" }, "bad", "the device marks it stuck"],
    ["is uncertain", { quality: "uncertain" }, "watch", "the device marks it uncertain"],
    ["went silent", { lastMs: NOW - 40_000 }, "watch", "no reading for 40 s"],
    [
      "went silent with its node",
      { lastMs: NOW - 40_000, nodeOnline: false },
      "bad",
      "node offline, last reading 40 s ago",
    ],
    ["has no limit", { limitLow: null, limitHigh: null }, "ok", "current, no limit set"],
    ["never sent", { lastMs: null }, "unknown", "no reading yet"],
  ])("a stream that %s", (_, change, status, reason) => {
    expect(streamHealth({ ...stream, ...change }, NOW)).toEqual({ status, reason });
  });

  test("a slow stream is not stale between two of its readings", () => {
    expect(isStale(NOW - 100_000, 1 / 60, NOW)).toBe(false);
    expect(isStale(NOW - 200_000, 1 / 60, NOW)).toBe(true);
  });
});

test("figures read as people write them", () => {
  expect([formatAge(430), formatAge(59_999), formatAge(-5), formatAge(7_200_000)]).toEqual([
    "0.4 s",
    "59 s",
    "0.0 s",
    "2 h",
  ]);
  expect([formatOffset(-12), formatOffset(0), formatOffset(1_400)]).toEqual(["−12 ms", "0 ms", "+1.4 s"]);
  expect([formatNumber(-18.2), formatNumber(1240.4), formatNumber(0.00012), formatNumber(Number.NaN)]).toEqual([
    "−18.2",
    "1,240",
    "1.20e−4",
    "no value",
  ]);
  expect([formatBytes(216), formatBytes(1_048_576), formatBytes(536_870_912)]).toEqual(["216 B", "1.0 MB", "512 MB"]);
});
