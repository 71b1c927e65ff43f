import { expect, test } from "vitest";
import { modelHealth } from "./model-health";

const NOW = 10_000_000;

test.each([
  [null, null, "unknown", "has scored nothing yet"],
  [NOW - 5_000, "normal", "ok", "scored 5.0 s ago"],
  [NOW - 5_000, null, "ok", "scored 5.0 s ago"],
  [NOW - 5_000, "alarm", "watch", "says alarm, 5.0 s ago"],
  [NOW - 3_600_000, "normal", "watch", "scored nothing for 60 min"],
  [NOW + 1_000, "normal", "ok", "scored 0.0 s ago"],
])("last heard at %s saying %s: %s, %s", (lastMs, lastLabel, status, reason) => {
  expect(modelHealth({ lastMs, lastLabel }, NOW)).toEqual({ status, reason });
});
