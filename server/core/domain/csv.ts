/** What a cell can hold; null and undefined are empty. Times are given as ISO 8601 by the caller. */
export type Cell = string | number | boolean | null | undefined;

/** What a spreadsheet takes for the start of a formula, also in full width, after the blanks that it skips. */
const FORMULA = /^[\t\r]|^\s*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]/;
const NUL = "\u0000";
const NEEDS_QUOTES = /[",\r\n]/;

/**
 * One line of CSV (RFC 4180, ended by CR LF). A text that a spreadsheet would run as a formula gets an apostrophe in front (OWASP ASVS
 * 1.2.10): names of nodes and devices come from outside. Numbers stay numbers, also negative ones; NaN and infinities are empty.
 */
export function csvLine(cells: readonly Cell[]): string {
  return `${cells.map(csvCell).join(",")}\r\n`;
}

function csvCell(cell: Cell): string {
  if (cell === null || cell === undefined) return "";
  if (typeof cell === "number") return Number.isFinite(cell) ? String(cell) : "";
  if (typeof cell === "boolean") return cell ? "true" : "false";
  // NUL ends the text in some readers, so the rest would be lost.
  const text = cell.replaceAll(NUL, "");
  const safe = cell.startsWith(NUL) || FORMULA.test(text) ? `'${text}` : text;
  return NEEDS_QUOTES.test(safe) || safe !== safe.trim() ? `"${safe.replaceAll('"', '""')}"` : safe;
}
