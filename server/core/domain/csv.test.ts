import { expect, test } from "vitest";
import { csvLine } from "./csv";

test.each([
  ['=cmd|"/c calc"!A1', `"'=cmd|""/c calc""!A1"`],
  ["+1", "'+1"],
  ["-1+1", "'-1+1"],
  ["@SUM(A1)", "'@SUM(A1)"],
  ["\tx", "'\tx"],
  ["\rx", `"'\rx"`],
  ["\0x", "'\0x"],
  ["a,b", '"a,b"'],
  ["two\nlines", '"two\nlines"'],
  ["plain = text", "plain = text"],
])("C01-C08 a cell of text is never a formula: %j", (text, cell) => {
  expect(csvLine([text])).toBe(`${cell}\r\n`);
});

test("numbers stay numbers, and nothing is nothing", () => {
  expect(csvLine([-1.5, null, Number.NaN, 0])).toBe("-1.5,,,0\r\n");
});
