import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { resolveRange } from "./time-range";
import { parseTypedRange } from "./typed-range";
import { dayStartMs, wallAt, wallToEpochMs } from "./wall-time";

const NOW = Date.UTC(2026, 10, 24, 12, 30);
const PARIS = "Europe/Paris";
const at = (...parts: [number, number, number, number?, number?]) => String(Date.UTC(...parts));

describe("a typed range", () => {
  test.each([
    ["3h", { from: "now-3h", to: "now" }],
    ["last 45 m", { from: "now-45m", to: "now" }],
    ["past 2 weeks", { from: "now-2w", to: "now" }],
    ["now-2d to now-1d", { from: "now-2d", to: "now-1d" }],
    ["now−6h to now", { from: "now-6h", to: "now" }],
    ["now - 6h to now", { from: "now-6h", to: "now" }],
    ["now-6h", { from: "now-6h", to: "now" }],
    ["2026-11-24 06:00 to 2026-11-24 12:30", { from: at(2026, 10, 24, 5), to: at(2026, 10, 24, 11, 30) }],
    ["2026-11-24 06:00 to 12:30", { from: at(2026, 10, 24, 5), to: at(2026, 10, 24, 11, 30) }],
    ["06:00 - 12:30", { from: at(2026, 10, 24, 5), to: at(2026, 10, 24, 11, 30) }],
    ["2026-11-20 - 2026-11-21", { from: at(2026, 10, 19, 23), to: at(2026, 10, 21, 23) }],
    ["Jan 1 - Jan 2", { from: at(2025, 11, 31, 23), to: at(2026, 0, 2, 23) }],
    ["Dec 30 2025 to 2 January 2026", { from: at(2025, 11, 29, 23), to: at(2026, 0, 2, 23) }],
    ["Nov 23, 2026 18:00 – now", { from: at(2026, 10, 23, 17), to: "now" }],
    ["Dec 24", { from: at(2025, 11, 23, 23), to: at(2025, 11, 24, 23) }],
    ["yesterday", { from: at(2026, 10, 22, 23), to: at(2026, 10, 23, 23) }],
    ["today", { from: at(2026, 10, 23, 23), to: String(NOW) }],
    ["1795500000000 - 1795503600000", { from: "1795500000000", to: "1795503600000" }],
    ["2026-11-24T06:00Z .. 2026-11-24T13:00+01:00", { from: "2026-11-24T06:00Z", to: "2026-11-24T13:00+01:00" }],
  ])("%s", (text, range) => {
    expect(parseTypedRange(text, NOW, PARIS)).toEqual(range);
  });

  test.each([
    ["Q01 from after to", "2026-11-24 to 2026-11-20", "ends before it starts"],
    ["Q02 from equal to", "2026-11-24 06:00 to 2026-11-24 06:00", "same instant"],
    ["Q03 a hundred years", "1970-01-01 to 2026-01-01", "longest range"],
    ["Q09 an hour the clocks skip", "2026-03-29 02:30 to 2026-03-29 05:00", "02:30 does not exist on 29 March 2026"],
    [
      "Q09 an hour that comes twice",
      "2026-10-25 02:30 to 2026-10-25 05:00",
      "2026-10-25T02:30+02:00 or 2026-10-25T02:30+01:00",
    ],
    ["Q11 30 February", "Feb 30 2026 to Mar 2 2026", "February 2026 has 28 days"],
    ["Q11 30 February, ISO", "2026-02-30T06:00Z to now", "February 2026 has 28 days"],
    ["Q12 24:00", "2026-11-23 06:00 to 2026-11-23 24:00", "00:00 of the next day"],
    ["Q12 25:61", "2026-11-23 25:61 to now", "not a time of day"],
    ["Q13 year 10000", "10000-01-01 to now", "year 10000 is out of reach"],
    ["Q14 before Christ", "-0044-03-15 to now", "out of reach"],
    ["Q15 now()", "now() to now", "“now()” cannot be read"],
    ["month 13", "2026-13-01 to now", "no month 13"],
    ["seconds", "1795500000 to now", "1795500000000"],
    ["nanoseconds", "1795500000000000000 to now", "nanoseconds. Write milliseconds: 1795500000000"],
    ["the future", "2026-12-01 to 2026-12-02", "lies in the future"],
    ["nonsense", "a while ago", "Write a length such as 3h"],
    ["nothing", "", "Write a length such as 3h"],
    ["now alone", "now", "needs a length"],
    ["code", "<script> to now", "cannot be read"],
  ])("%s is refused with a sentence", (_, text, sentence) => {
    expect(() => parseTypedRange(text, NOW, PARIS)).toThrow(RangeError);
    expect(() => parseTypedRange(text, NOW, PARIS)).toThrow(sentence);
  });

  test("Q08 an unknown zone is named", () => {
    expect(() => parseTypedRange("2026-11-24 06:00 to now", NOW, "Mars/Olympus")).toThrow(
      "“Mars/Olympus” is not a time zone",
    );
  });

  test("what an overlap's refusal proposes is taken, and both readings are an hour apart", () => {
    const [a, b] = ["+02:00", "+01:00"].map((offset) =>
      resolveRange(parseTypedRange(`2026-10-25T02:30${offset} to now`, NOW, PARIS), NOW),
    );
    expect((b?.fromMs ?? 0) - (a?.fromMs ?? 0)).toBe(3_600_000);
  });

  test("no text does anything but give a range or a sentence", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9a-zA-Z:. ,+-]{0,40}$/)), (text) => {
        try {
          resolveRange(parseTypedRange(text, NOW, PARIS), NOW);
        } catch (cause) {
          expect(cause).toBeInstanceOf(RangeError);
        }
      }),
    );
  });
});

describe("a wall clock", () => {
  const wall = (month: number, day: number, hour: number, minute = 0) => ({
    year: 2026,
    month,
    day,
    hour,
    minute,
    second: 0,
  });

  test("keeps its hour across a clock change", () => {
    expect(wallToEpochMs(wall(3, 29, 12), PARIS)).toBe(Date.UTC(2026, 2, 29, 10));
    expect(wallToEpochMs(wall(3, 28, 12), PARIS)).toBe(Date.UTC(2026, 2, 28, 11));
  });

  test("Q10 a day is 23, 24 or 25 hours long", () => {
    const hours = (month: number, day: number) =>
      (dayStartMs(wall(month, day, 0), PARIS, 1) - dayStartMs(wall(month, day, 0), PARIS)) / 3_600_000;
    expect([hours(3, 29), hours(3, 30), hours(10, 25)]).toEqual([23, 24, 25]);
  });

  test("a day whose midnight is skipped begins after the gap", () => {
    // Beirut, 29 March 2026: 00:00 becomes 01:00.
    const start = dayStartMs(wall(3, 29, 0), "Asia/Beirut");
    expect(wallAt(start, "Asia/Beirut")).toMatchObject({ day: 29, hour: 1 });
    expect(wallAt(start - 1_000, "Asia/Beirut")).toMatchObject({ day: 28, hour: 23 });
  });

  test("reads back what it was set to, in any zone", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 86_400, max: 4_102_444_800 }),
        fc.constantFrom(PARIS, "UTC", "Asia/Kathmandu", "America/New_York", "Australia/Lord_Howe"),
        (seconds, zone) => {
          const shown = wallAt(seconds * 1_000, zone);
          try {
            expect(wallToEpochMs(shown, zone)).toBe(seconds * 1_000);
          } catch (cause) {
            if (!(cause instanceof RangeError)) throw cause;
            expect(cause.message).toContain("comes twice"); // a clock never shows an hour that it skips
          }
        },
      ),
    );
  });
});
