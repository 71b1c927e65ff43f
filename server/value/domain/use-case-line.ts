import { csvLine } from "@/server/core/domain/csv";
import { USE_CASE_COLUMNS, type UseCaseRow, useCaseCells } from "./use-case-rows";

/** The first line of a file of use cases. */
export const USE_CASE_HEADER = csvLine(USE_CASE_COLUMNS);

/** A line of such a file; text that a spreadsheet would run as a formula is neutralised (`csvLine`). */
export function useCaseLine(useCase: UseCaseRow): string {
  return csvLine(useCaseCells(useCase));
}
