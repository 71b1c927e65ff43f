import { expect, test } from "vitest";
import { type FreshnessFacts, freshnessOf } from "./freshness";

const NOW = 1_000_000;
const facts: FreshnessFacts = { asOfMs: NOW - 2_000, failed: false, staleAfterMs: 15_000, isLive: true };

test.each<[string, Partial<FreshnessFacts>, string, string]>([
  ["facts just read", {}, "ok", "Live, 2.0 s ago"],
  ["a reading just captured", { readingMs: NOW - 400 }, "ok", "Live, 0.4 s behind"],
  ["no event stream", { isLive: false }, "ok", "As of 2.0 s ago"],
  ["an old reading", { readingMs: NOW - 16_000 }, "watch", "Stale, 16 s old"],
  ["old facts of a page without readings", { asOfMs: NOW - 61_000 }, "watch", "Stale, 61 s old"],
  ["facts that are not old enough to doubt", { asOfMs: NOW - 59_000 }, "ok", "Live, 59 s ago"],
  ["a stream that never sent", { readingMs: null }, "unknown", "No reading yet"],
  ["a server that does not answer", { failed: true, asOfMs: NOW - 9_000 }, "bad", "Not reached, facts of 9.0 s ago"],
  [
    "a server that does not answer, whatever the reading",
    { failed: true, readingMs: null },
    "bad",
    "Not reached, facts of 2.0 s ago",
  ],
])("%s", (_, change, status, text) => {
  expect(freshnessOf({ ...facts, ...change }, NOW)).toEqual({ status, text });
});
