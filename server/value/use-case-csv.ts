import { CsvError, parse } from "csv-parse/sync";
import { readUseCaseRow, type RowFault, USE_CASE_COLUMNS, type UseCaseRow } from "./domain/use-case-rows";

/** No cell of a use case is longer; a longer one is a broken quote or an attack on our memory. */
const LONGEST_RECORD = 20_000;
export const MOST_ROWS = 5_000;

/** What a file holds: the rows that can go in, also alone, and everything wrong with the others. */
export interface UseCaseFile {
  useCases: readonly { row: number; useCase: UseCaseRow }[];
  faults: readonly RowFault[];
}

/**
 * Reads use cases from the bytes of a CSV file: UTF-8 with or without BOM, comma or semicolon, columns in any order. A file
 * that cannot be read at all has one fault at row 1 or at the line where it breaks; otherwise each row stands by itself.
 */
export function readUseCaseCsv(bytes: Uint8Array): UseCaseFile {
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
  const [names, ...rows] = records;
  if (!names) return broken(1, "The file is empty. Its first row names the columns.");
  const columns = names.map((name) => name.trim().toLowerCase());
  const missing = USE_CASE_COLUMNS.filter((column) => !columns.includes(column));
  if (missing.length > 0) return broken(1, `These columns are missing: ${missing.join(", ")}.`);
  const twice = columns.find((column, index) => column !== "" && columns.indexOf(column) !== index);
  if (twice !== undefined) return broken(1, `The column ${twice} is there twice.`);
  if (rows.length > MOST_ROWS) return broken(MOST_ROWS + 2, `At most ${MOST_ROWS} rows at once; split the file.`);

  const useCases: { row: number; useCase: UseCaseRow }[] = [];
  const faults: RowFault[] = [];
  const titles = new Map<string, number>();
  for (const [index, cells] of rows.entries()) {
    const row = index + 2;
    if (cells.length !== columns.length) {
      faults.push({ row, column: "", reason: `This row has ${cells.length} cells; the header has ${columns.length}.` });
      continue;
    }
    const read = readUseCaseRow(new Map(columns.map((column, at) => [column, unguarded(cells[at] ?? "")])), row);
    if (!read.useCase) {
      faults.push(...read.faults);
      continue;
    }
    const key = read.useCase.title.toLocaleLowerCase("en");
    const before = titles.get(key);
    if (before !== undefined) {
      faults.push({ row, column: "title", reason: `Row ${before} has the same title.` });
      continue;
    }
    titles.set(key, row);
    useCases.push({ row, useCase: read.useCase });
  }
  return { useCases, faults };
}

/** Takes off the apostrophe that the export (`csvLine`) put before a would-be formula, so that a file comes back as it went. */
function unguarded(cell: string): string {
  return /^'(?:[\t\r]|\s*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20])/.test(cell) ? cell.slice(1) : cell;
}

function broken(row: number, reason: string): UseCaseFile {
  return { useCases: [], faults: [{ row, column: "", reason }] };
}
