import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { expect, test } from "vitest";
import { csvLine } from "./csv";

test.each([
  ["C01 equals", '=HYPERLINK("http://evil")', `"'=HYPERLINK(""http://evil"")"\r\n`],
  ["C01 plus", "+1+1", "'+1+1\r\n"],
  ["C01 minus", "-2+3", "'-2+3\r\n"],
  ["C01 at", "@SUM(A1)", "'@SUM(A1)\r\n"],
  ["C01 tab", "\t=1", "'\t=1\r\n"],
  ["C01 carriage return", "\r=1", `"'\r=1"\r\n`],
  ["C01 NUL", "\u0000=1", "'=1\r\n"],
  ["C01 full width", "＝1+1", "'＝1+1\r\n"],
  ["C01 after blanks", "  =1", "'  =1\r\n"],
  ["C02 numbers stay numbers", -12.5, "-12.5\r\n"],
  ["C04 quotes and newlines", 'a "b"\nc', `"a ""b""\nc"\r\n`],
  ["a comma", "a,b", `"a,b"\r\n`],
  ["no number", Number.NaN, "\r\n"],
  ["nothing", null, "\r\n"],
])("%s", (_, cell, line) => {
  expect(csvLine([cell])).toBe(line);
});

test("whatever a device is called, a reader of CSV gets the same columns, and no cell begins a formula", () => {
  fc.assert(
    fc.property(fc.array(fc.string(), { minLength: 2, maxLength: 6 }), (cells) => {
      const rows: string[][] = parse(csvLine(cells), { relax_column_count: true });
      const read = rows[0] ?? [];
      expect(rows.length).toBe(1);
      expect(read.length).toBe(cells.length);
      for (const cell of read) expect(["=", "+", "-", "@", "\t", "\r", "\u0000"]).not.toContain(cell.charAt(0));
    }),
  );
});
