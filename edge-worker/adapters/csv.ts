/**
 * Reads the cells of recordings as people export them: comma, semicolon or tab; decimal point or comma; dates with the
 * year first or last; epoch seconds or milliseconds. Times without a zone are UTC.
 */

export interface CsvDialect {
  delimiter: string;
  /** header names that together hold the time; empty = rows are numbered instead */
  timeColumns: readonly string[];
}

const DELIMITERS = [";", "\t", ","] as const;
const ONE_COLUMN = ["datetime", "timestamp", "ts", "time_stamp", "date_time"];

/** The delimiter seen most often in the header, and the columns whose names say time. */
export function detectDialect(header: string): CsvDialect {
  let delimiter: string = ",";
  let most = 0;
  for (const candidate of DELIMITERS) {
    const count = header.split(candidate).length - 1;
    if (count > most) [delimiter, most] = [candidate, count];
  }
  const names = header.split(delimiter).map((name) => name.trim());
  const one = names.find((name) => ONE_COLUMN.includes(name.toLowerCase()));
  if (one !== undefined) return { delimiter, timeColumns: [one] };
  const date = names.find((name) => name.toLowerCase() === "date");
  const time = names.find((name) => name.toLowerCase() === "time");
  if (date !== undefined && time !== undefined) return { delimiter, timeColumns: [date, time] };
  return { delimiter, timeColumns: time === undefined ? [] : [time] };
}

const YEAR_FIRST = /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ](\d{1,2})[:.](\d{2})(?:[:.](\d{2}(?:\.\d+)?))?)?Z?$/;
const YEAR_LAST = /^(\d{1,2})[/.](\d{1,2})[/.](\d{4})(?:[T ](\d{1,2})[:.](\d{2})(?:[:.](\d{2}(?:\.\d+)?))?)?$/;

/**
 * Epoch ms of a cell, or `null` when it is no time. `10/03/2004` is the tenth of March. A bare number below 1e11 is
 * seconds, above it milliseconds.
 */
export function parseTime(text: string | number): number | null {
  if (typeof text === "number" && text >= 1 && text < 1e21) return text < 1e11 ? text * 1_000 : text;
  const cell = String(text).trim();
  const first = YEAR_FIRST.exec(cell);
  if (first) return utc(first[1], first[2], first[3], first[4], first[5], first[6]);
  const last = YEAR_LAST.exec(cell);
  if (last) return utc(last[3], last[2], last[1], last[4], last[5], last[6]);
  if (/^\d+(\.\d+)?$/.test(cell)) {
    const number = Number(cell);
    return number < 1e11 ? number * 1_000 : number;
  }
  if (!/^\d{4}-\d{2}-\d{2}T/.test(cell)) return null;
  const zoned = Date.parse(cell);
  return Number.isNaN(zoned) ? null : zoned;
}

function utc(year = "0", month = "1", day = "1", hour = "0", minute = "0", second = "0"): number | null {
  const seconds = Number(second);
  const ms = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), 0) + seconds * 1_000;
  const back = new Date(ms);
  return back.getUTCDate() === Number(day) && back.getUTCMonth() + 1 === Number(month) && seconds < 61 ? ms : null;
}

/**
 * A cell as a number; `null` when it is empty, not a number, or one of the codes the recording writes for "no value"
 * (such as -200). A decimal comma is read when the comma does not separate columns.
 */
export function parseCell(text: string | undefined, delimiter: string, missing: readonly number[]): number | null {
  const cell = text?.trim() ?? "";
  if (cell === "") return null;
  const number = Number(delimiter !== "," && /^-?\d+,\d+$/.test(cell) ? cell.replace(",", ".") : cell);
  return Number.isFinite(number) && !missing.includes(number) ? number : null;
}
