import { readCsvTable } from "./csv-table";
import { NEEDED_COLUMNS, readUseCaseRow, type RowFault, type UseCaseRow } from "./domain/use-case-rows";

/** What a file holds: the rows that can go in, also alone, and everything wrong with the others. */
export interface UseCaseFile {
  useCases: readonly { row: number; useCase: UseCaseRow }[];
  faults: readonly RowFault[];
}

/** Reads use cases from the bytes of a CSV file; each row stands by itself. */
export function readUseCaseCsv(bytes: Uint8Array): UseCaseFile {
  const table = readCsvTable(bytes, NEEDED_COLUMNS);
  const useCases: { row: number; useCase: UseCaseRow }[] = [];
  const faults: RowFault[] = [...table.faults];
  const titles = new Map<string, number>();
  for (const { row, cells } of table.rows) {
    const read = readUseCaseRow(new Map([...cells].map(([column, cell]) => [column, unguarded(cell)])), row);
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
  return { useCases, faults: faults.sort((a, b) => a.row - b.row) };
}

/** Takes off the apostrophe that the export (`csvLine`) put before a would-be formula, so that a file comes back as it went. */
function unguarded(cell: string): string {
  return /^'(?:[\t\r]|\s*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20])/.test(cell) ? cell.slice(1) : cell;
}
