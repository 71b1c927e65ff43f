/** What a spreadsheet takes for the beginning of a formula (OWASP ASVS 1.2.10). */
const FORMULA = /^[=+\-@\t\r\0]/;

/**
 * One line of CSV (RFC 4180), ending in CR LF. Text that a spreadsheet would run as a formula gets an apostrophe in front; numbers stay
 * numbers, also negative ones; null is an empty cell.
 */
export function csvLine(cells: readonly (string | number | null)[]): string {
  return `${cells.map(cell).join(",")}\r\n`;
}

function cell(value: string | number | null): string {
  if (value === null) return "";
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : "";
  const text = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
