import { expect, test } from "vitest";
import { changeOf, type ChangeRow } from "./changes";

const row: ChangeRow = {
  atMs: 1,
  nodeId: "edge-1",
  what: "event",
  subject: "pump-3",
  streamId: 7,
  word: "bearing-wear",
  severity: "high",
  state: "raised",
  n: 1,
};

test.each<[string, Partial<ChangeRow>, string, string, string]>([
  ["an alarm", {}, "bad", "pump-3: bearing wear", "/streams/7"],
  ["a mild one", { severity: "low" }, "watch", "pump-3: bearing wear", "/streams/7"],
  ["its end", { state: "cleared", severity: "info" }, "ok", "pump-3: bearing wear is over", "/streams/7"],
  [
    "a note of the plant",
    { state: null, severity: "info", streamId: null },
    "unknown",
    "pump-3: bearing wear",
    "/fleet/edge-1",
  ],
  ["a node", { what: "offline", subject: null, word: "will" }, "bad", "edge-1 went offline, will", "/fleet/edge-1"],
  [
    "its return",
    { what: "online", subject: "Pump house", word: "connect" },
    "ok",
    "Pump house came online",
    "/fleet/edge-1",
  ],
  [
    "a loss",
    { what: "lost", word: "disk-full", n: 7_480 },
    "bad",
    "edge-1 lost 7,480 rows, disk full",
    "/fleet/edge-1",
  ],
  ["a decision", { what: "accepted", word: null, n: 1 }, "ok", "1 stream of edge-1 accepted", "/fleet/edge-1"],
])("%s is a sentence with a place to look", (_, more, status, text, href) => {
  expect(changeOf({ ...row, ...more })).toMatchObject({ status, text, href });
});
