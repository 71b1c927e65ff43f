import { expect, test } from "vitest";
import { completeness, coverage, formatSpan, streamSummary, type StreamRangeFacts } from "./stream-summary";

const facts: StreamRangeFacts = {
  unit: "mm/s",
  spanMs: 6 * 3_600_000,
  mean: 2.31,
  max: { value: 4.9, tsMs: Date.UTC(2026, 10, 24, 9, 32) },
  min: { value: 1.7, tsMs: Date.UTC(2026, 10, 24, 8) },
  limitLow: 0,
  limitHigh: 4.5,
  received: 208_520,
  unusable: 0,
  coverageRatio: null,
  lostMs: 748_000,
  lostRows: 7_480,
  silentMs: 0,
  label: "wear",
  timeZone: "Europe/Paris",
};

test.each<[Partial<StreamRangeFacts>, string]>([
  [
    {},
    "Mean 2.31 mm/s over 6 h, a peak of 4.9 at 10:32 that the model marked as wear, above the limit of 4.5, 12 min 28 s lost at the edge.",
  ],
  [
    { label: null, lostMs: 0, lostRows: 0 },
    "Mean 2.31 mm/s over 6 h, a peak of 4.9 at 10:32, above the limit of 4.5, nothing lost.",
  ],
  [
    { max: { value: 3, tsMs: 0 }, lostMs: 0, lostRows: 0 },
    "Mean 2.31 mm/s over 6 h, between 1.7 and 3, inside its limits, nothing lost.",
  ],
  [
    { limitLow: 2, max: { value: 3, tsMs: 0 }, label: null, lostMs: 0, lostRows: 0 },
    "Mean 2.31 mm/s over 6 h, a low of 1.7 at 09:00, below the limit of 2, nothing lost.",
  ],
  [
    { max: { value: 3, tsMs: 0 }, lostMs: 0, lostRows: 0, coverageRatio: 0.986, silentMs: 12_000 },
    "Mean 2.31 mm/s over 6 h, between 1.7 and 3, inside its limits, nothing received for 12 s.",
  ],
  [{ received: 0, mean: null, max: null, min: null, lostRows: 0, lostMs: 0 }, "No reading arrived in this 6 h range."],
  [
    { received: 0, mean: null, max: null, min: null },
    "No reading arrived in this 6 h range; the node reports 7,480 rows lost.",
  ],
  [
    { max: { value: 3, tsMs: 0 }, lostMs: 0, lostRows: 0, unusable: 120 },
    "Mean 2.31 mm/s over 6 h, between 1.7 and 3, inside its limits, 120 readings marked as not to be used, nothing lost.",
  ],
  [
    { received: 120, unusable: 120, mean: null, max: null, min: null, lostRows: 0, lostMs: 0 },
    "120 readings arrived in this 6 h range, and the device marks all of them as not to be used.",
  ],
])("the chart in a sentence %#", (change, sentence) => {
  expect(streamSummary({ ...facts, ...change })).toBe(sentence);
});

test("a range that came in only in part is not called complete because no gap record says so", () => {
  const part = { ...facts, max: null, min: null, lostMs: 0, lostRows: 0, coverageRatio: 0.244 };
  expect(streamSummary(part)).toBe("Mean 2.31 mm/s over 6 h, only 24 % of the expected readings received.");
});

test("coverage needs a declared rate, and says unknown without one", () => {
  expect(coverage(208_520, 10, 6 * 3_600_000)).toEqual({
    received: 208_520,
    expected: 216_000,
    ratio: 208_520 / 216_000,
  });
  expect(coverage(5, null, 3_600_000)).toEqual({ received: 5, expected: null, ratio: null });
});

test("spans name at most two units", () => {
  expect([formatSpan(6 * 3_600_000), formatSpan(748_000), formatSpan(45_000), formatSpan(187_200_000)]).toEqual([
    "6 h",
    "12 min 28 s",
    "45 s",
    "2 d 4 h",
  ]);
});

test.each([
  [{ watermarkMs: null, isContiguous: true }, "how complete is unknown: the node sends no watermark"],
  [{ watermarkMs: 2_000, isContiguous: false }, "not complete: earlier readings are still on their way"],
  [{ watermarkMs: 999, isContiguous: true }, "complete to 999"],
  [{ watermarkMs: 1_000, isContiguous: true }, "complete"],
])("G9: how complete a range up to 1000 is, with %j", (lane, words) => {
  expect(completeness(lane, 1_000, String)).toBe(words);
});
