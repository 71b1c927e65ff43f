import { expect, test } from "vitest";
import { parseByteRange } from "./byte-range";

test.each([
  ["bytes=0-", { from: 0, to: 99 }],
  ["bytes=40-", { from: 40, to: 99 }],
  ["bytes=40-49", { from: 40, to: 49 }],
  ["bytes=40-4000", { from: 40, to: 99 }],
  ["bytes=-10", { from: 90, to: 99 }],
  ["bytes=-4000", { from: 0, to: 99 }],
  ["bytes=100-", "unsatisfiable"],
  ["bytes=-0", "unsatisfiable"],
  ["bytes=50-40", null],
  ["bytes=0-1,5-6", null],
  ["rows=0-1", null],
  ["bytes=-", null],
  ["bytes=a-b", null],
  [null, null],
])("%j of 100 bytes is %j", (header, range) => {
  expect(parseByteRange(header, 100)).toEqual(range);
});

test("nothing can be had of an empty body", () => {
  expect(parseByteRange("bytes=0-", 0)).toBe("unsatisfiable");
});
