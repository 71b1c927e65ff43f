import { readCsvTable } from "./csv-table";
import type { RowFault } from "./domain/use-case-rows";

const COLUMNS = ["day", "value"] as const;

export interface KpiValueRow {
  row: number;
  /** YYYY-MM-DD */
  day: string;
  value: number;
}

/** Reads a KPI's values of days from the bytes of a CSV file with the columns `day` and `value`. @param lastDay the last day that is over */
export function readKpiCsv(bytes: Uint8Array, lastDay: string): { values: KpiValueRow[]; faults: RowFault[] } {
  const table = readCsvTable(bytes, COLUMNS);
  const faults: RowFault[] = [...table.faults];
  const values: KpiValueRow[] = [];
  const rowOf = new Map<string, number>();
  for (const { row, cells } of table.rows) {
    const [day, text] = [cells.get("day")?.trim() ?? "", cells.get("value")?.trim() ?? ""];
    const before = rowOf.get(day);
    const dayWrong = !isDay(day)
      ? "Write a day as 2026-11-28."
      : day > lastDay
        ? "This day is not over yet."
        : before === undefined
          ? null
          : `Row ${before} has the same day.`;
    if (dayWrong !== null) faults.push({ row, column: "day", reason: dayWrong });
    const valueWrong = /^-?\d+,\d+$/.test(text)
      ? "Write decimals with a point: 12.5."
      : /^-?\d{1,15}(\.\d{1,15})?(e[+-]?\d{1,2})?$/i.test(text)
        ? null
        : "Enter a plain number without units or separators.";
    if (valueWrong !== null) faults.push({ row, column: "value", reason: valueWrong });
    if (dayWrong !== null || valueWrong !== null) continue;
    rowOf.set(day, row);
    values.push({ row, day, value: Number(text) });
  }
  return { values, faults: faults.sort((a, b) => a.row - b.row) };
}

function isDay(text: string): boolean {
  if (!/^[12]\d{3}-\d{2}-\d{2}$/.test(text)) return false;
  const ms = Date.parse(`${text}T00:00:00Z`);
  return Number.isFinite(ms) && new Date(ms).toISOString().startsWith(text);
}
