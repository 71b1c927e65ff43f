import { describe, expect, test } from "vitest";
import { inputFault } from "@/server/core/input-faults";
import { moment, streamList, wholeNumber, windowOf } from "./params";

const codeOf = (schema: { safeParse(value: unknown): { success: boolean; error?: unknown } }, value: unknown) => {
  const parsed = schema.safeParse(value);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a zod error, or undefined
  return parsed.success ? null : inputFault(parsed.error as Parameters<typeof inputFault>[0]).code;
};

describe("a moment is read exactly, or refused with what is wrong", () => {
  test.each([
    ["2026-03-29T01:30:00Z", Date.UTC(2026, 2, 29, 1, 30)],
    ["2026-03-29T03:30:00.250+02:00", Date.UTC(2026, 2, 29, 1, 30, 0, 250)],
    ["1774747800000", 1_774_747_800_000],
    ["2024-02-29T00:00:00-05:30", Date.UTC(2024, 1, 29, 5, 30)],
  ])("%s", (text, ms) => {
    expect(moment.parse(text)).toBe(ms);
  });

  test.each([
    ["Q09 the hour that does not exist, without offset", "2026-03-29T02:30:00", "E_TS_OFFSET"],
    ["Q10 the hour that is twice, without offset", "2026-10-25T02:30", "E_TS_OFFSET"],
    ["Q11 a day", "2026-03-29", "E_TS_OFFSET"],
    ["Q12 30 February", "2026-02-30T00:00:00Z", "E_TS"],
    ["Q13 24:00", "2026-02-03T24:00:00Z", "E_TS"],
    ["Q14 year 10000", "10000-01-01T00:00:00Z", "E_TS"],
    ["Q14 year 10000 with a sign", "+010000-01-01T00:00:00Z", "E_TS"],
    ["Q15 before Christ", "-000044-03-15T00:00:00Z", "E_TS"],
    ["Q16 now()", "now()", "E_TS"],
    ["Q16 infinity", "infinity", "E_TS"],
    ["N14 a leap second", "2016-12-31T23:59:60Z", "E_TS"],
    ["N09 seconds", "1774747800", "E_TS_RANGE"],
    ["N09 microseconds", "1774747800000000", "E_TS_RANGE"],
    ["N09 nanoseconds", "1774747800000000000", "E_TS_RANGE"],
    ["N10 1970", "0", "E_TS_RANGE"],
    ["N11 beyond what a date can be", "8640000000000001", "E_TS_RANGE"],
    ["N15 a plus that a URL made a blank", "2026-03-29T03:30:00 02:00", "E_TS"],
    ["nothing", "", "E_TS"],
    ["Q16 SQL", "2026-01-01T00:00:00Z'; drop table nodes --", "E_TS"],
  ])("%s: %s is %s", (_row, text, code) => {
    expect(codeOf(moment, text)).toBe(code);
  });

  test("a number that looks like nanoseconds is told so", () => {
    expect(moment.safeParse("1774747800000000000").error?.issues[0]?.message).toContain("nanoseconds");
  });
});

test.each([
  ["T15 0", "0", "E_RANGE"],
  ["T15 minus one", "-1", "E_RANGE"],
  ["T15 a thousand million", "1000000000", "E_RANGE"],
  ["T14 text", "ten", "E_NUMBER"],
  ["N08 nothing", "", "E_NUMBER"],
  ["N08 hexadecimal", "0x10", "E_NUMBER"],
  ["N08 a fraction", "1.5", "E_NUMBER"],
  ["N08 an exponent", "1e3", "E_NUMBER"],
  ["N08 Arabic digits", "١٢", "E_NUMBER"],
])("a limit of %s (%s) is %s", (_row, text, code) => {
  expect(codeOf(wholeNumber({ min: 1, max: 10_000 }), text)).toBe(code);
});

const NOW = Date.UTC(2026, 10, 25);
test.each([
  ["Q01 from after to", { from: NOW, to: NOW - 1 }, "E_RANGE"],
  ["Q02 from equal to to", { from: NOW, to: NOW }, "E_RANGE"],
  ["Q02 from now", { from: NOW }, "E_RANGE"],
  ["Q03 a hundred years", { from: NOW - 36_525 * 86_400_000, to: NOW }, "E_WINDOW"],
])("%s is refused", (_row, asked, code) => {
  const window = windowOf(asked, NOW);
  expect("fault" in window ? window.fault.split(":")[0] : window).toBe(code);
});

test("without a window it is the last hour, and with only an end the hour before it", () => {
  expect(windowOf({}, NOW)).toEqual({ fromMs: NOW - 3_600_000, toMs: NOW });
  expect(windowOf({ to: NOW - 5 }, NOW)).toEqual({ fromMs: NOW - 3_600_005, toMs: NOW - 5 });
});

test.each([
  ["Q07 a thousand streams", Array.from({ length: 1_000 }, (_, i) => i + 1).join(), "E_TOO_MANY"],
  ["I10 SQL", "1 or 1=1", "E_ID"],
  ["Q17 a wildcard", "pump%", "E_ID"],
  ["T18 a pattern", "^(a+)+$", "E_ID"],
  ["I13 ten thousand letters", "a".repeat(10_000), "E_ID"],
  ["I14 an empty place", "1,,2", "E_ID"],
])("%s is refused", (_row, text, code) => {
  expect(codeOf(streamList, text)).toBe(code);
});
