import { CsvError, parse } from "csv-parse/sync";
import type { RowFault } from "./domain/use-case-rows";

/** No cell is longer; a longer one is a broken quote or an attack on our memory. */
const LONGEST_RECORD = 20_000;
export const MOST_ROWS = 5_000;

/** The rows of a file by the names of its columns; `row` counts as a spreadsheet does, the header being row 1. */
export interface CsvTable {
  rows: readonly { row: number; cells: ReadonlyMap<string, string> }[];
  faults: readonly RowFault[];
}

/**
 * Reads the bytes of a CSV file: UTF-8 with or without BOM, comma or semicolon, columns in any order. A file that cannot be read at all has
 * one fault at row 1 or at the line where it breaks, and no rows; otherwise a row of another length has a fault and the others stand.
 */
export function readCsvTable(bytes: Uint8Array, wanted: readonly string[]): CsvTable {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return broken(1, "The file is not UTF-8. In a spreadsheet, save it as “CSV UTF-8”.");
  }
  const [header = ""] = text.split(/\r?\n/, 1);
  const semicolons = header.split(";").length > header.split(",").length;
  let records: string[][];
  try {
    records = parse(text, {
      delimiter: semicolons ? ";" : ",",
      relax_column_count: true,
      skip_empty_lines: true,
      max_record_size: LONGEST_RECORD,
    });
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    const tooLong = cause.code === "CSV_MAX_RECORD_SIZE";
    const line = typeof cause.lines === "number" ? cause.lines : 1;
    return broken(
      line,
      tooLong
        ? `A row is longer than ${LONGEST_RECORD} characters.`
        : "A quotation mark is out of place; double it inside a cell.",
    );
  }
  const [names, ...lines] = records;
  if (!names) return broken(1, "The file is empty. Its first row names the columns.");
  const columns = names.map((name) => name.trim().toLowerCase());
  const missing = wanted.filter((column) => !columns.includes(column));
  if (missing.length > 0) return broken(1, `These columns are missing: ${missing.join(", ")}.`);
  const twice = columns.find((column, index) => column !== "" && columns.indexOf(column) !== index);
  if (twice !== undefined) return broken(1, `The column ${twice} is there twice.`);
  if (lines.length > MOST_ROWS) return broken(MOST_ROWS + 2, `At most ${MOST_ROWS} rows at once; split the file.`);
  const faults: RowFault[] = [];
  const rows = lines.flatMap((cells, index) => {
    const row = index + 2;
    if (cells.length === columns.length)
      return [{ row, cells: new Map(columns.map((column, at) => [column, cells[at] ?? ""])) }];
    faults.push({ row, column: "", reason: `This row has ${cells.length} cells; the header has ${columns.length}.` });
    return [];
  });
  return { rows, faults };
}

function broken(row: number, reason: string): CsvTable {
  return { rows: [], faults: [{ row, column: "", reason }] };
}
