import { describe, expect, test } from "vitest";
import { autoRefreshMs, describeRange, resolveRange, zoomOut } from "./time-range";

const NOW = Date.UTC(2026, 10, 24, 12, 30);

describe("a range in a link", () => {
  test.each([
    ["now-6h", "now", NOW - 6 * 3_600_000, NOW],
    ["now-2d", "now-1d", NOW - 2 * 86_400_000, NOW - 86_400_000],
    ["2026-11-24T06:00Z", "2026-11-24T13:00+01:00", Date.UTC(2026, 10, 24, 6), Date.UTC(2026, 10, 24, 12)],
    ["1795500000000", "1795503600000", 1_795_500_000_000, 1_795_503_600_000],
  ])("%s to %s", (from, to, fromMs, toMs) => {
    expect(resolveRange({ from, to }, NOW)).toEqual({ fromMs, toMs, live: to === "now" });
  });

  test.each([
    ["yesterday", "now", "is not a time"],
    ["now", "now-6h", "ends before it starts"],
    ["now-1h", "now-1h", "same instant"],
    ["2026-02-30T06:00Z", "now", "is not a time"],
    ["2026-11-24T24:00Z", "now", "is not a time"],
    ["1795500000", "now", "is not a time"],
    ["1795500000000", "1795500000200", "shortest range"],
    ["now-999999d", "now", "longest range"],
    ["now-1h", "javascript:alert(1)", "is not a time"],
  ])("%s to %s is refused with a sentence", (from, to, sentence) => {
    expect(() => resolveRange({ from, to }, NOW)).toThrow(sentence);
  });
});

test("zooming out doubles the range and stays live", () => {
  expect(zoomOut({ fromMs: NOW - 6 * 3_600_000, toMs: NOW, live: true }, NOW)).toEqual({ from: "now-12h", to: "now" });
  expect(zoomOut({ fromMs: NOW - 20_000_000, toMs: NOW - 10_000_000, live: false }, NOW)).toEqual({
    from: String(NOW - 25_000_000),
    to: String(NOW - 5_000_000),
  });
});

test("a range reads as it was written, or as two times of the zone", () => {
  expect(describeRange({ from: "now-6h", to: "now" }, "UTC")).toBe("now−6h to now");
  expect(describeRange({ from: String(NOW), to: String(NOW + 3_600_000) }, "Europe/Paris")).toBe(
    "24 Nov, 13:30 to 24 Nov, 14:30",
  );
});

test("a page never asks more often than a pixel is wide", () => {
  expect([autoRefreshMs(60_000), autoRefreshMs(6 * 3_600_000), autoRefreshMs(90 * 86_400_000)]).toEqual([
    1_000, 21_600, 300_000,
  ]);
});
