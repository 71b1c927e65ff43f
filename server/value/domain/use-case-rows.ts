import { type Estimate, SHAPES } from "./estimate";
import type { Fault } from "./fault";
import { figuresFaults, type UseCaseFigures } from "./use-case-figures";
import { UseCaseTitle } from "./use-case-title";

/** A use case as it travels in a CSV file: one row each. Money is in the row's currency with at most two decimals. */
export interface UseCaseRow {
  title: string;
  /** null where nobody has estimated it: all cells but the title are empty */
  figures: UseCaseFigures | null;
}

/** What is wrong with one cell; `row` counts as a spreadsheet does, the header being row 1. */
export interface RowFault {
  row: number;
  column: string;
  reason: string;
}

/** Columns of an estimate: `benefit_per_day_low`, `…_mode`, `…_high`. */
const ESTIMATES = [
  { column: "benefit_per_day", field: "benefitCentsPerDay", money: true },
  { column: "adoption", field: "adoption", money: false },
  { column: "works", field: "technicalProbability", money: false },
  { column: "one_off", field: "oneOffCents", money: true },
  { column: "run_per_day", field: "runCentsPerDay", money: true },
] as const;
const ENDS = ["low", "mode", "high"] as const;

/** The header, in the order it is written; a file may have its columns in any order. */
export const USE_CASE_COLUMNS: readonly string[] = [
  "title",
  "currency",
  ...ESTIMATES.flatMap(({ column }) => ENDS.map((end) => `${column}_${end}`)),
  "ramp_days",
  "spread",
];
/** Columns without which a file cannot be read; one that is written without a spread means PERT. */
export const NEEDED_COLUMNS = USE_CASE_COLUMNS.filter((column) => column !== "spread");

/** Reads one row. Every cell that is wrong has its own fault, so that a file is mended in one go. */
export function readUseCaseRow(
  cells: ReadonlyMap<string, string>,
  row: number,
): { useCase: UseCaseRow; faults: [] } | { useCase: null; faults: RowFault[] } {
  const faults: RowFault[] = [];
  const cell = (column: string): string => (cells.get(column) ?? "").trim();
  const wrong = (column: string, reason: string): number => {
    faults.push({ row, column, reason });
    return Number.NaN;
  };
  const named = UseCaseTitle.safeParse(cell("title"));
  if (!named.success) wrong("title", inWords(named.error.issues[0]?.message ?? "Give it a title."));
  const title = named.data ?? "";
  if (USE_CASE_COLUMNS.every((column) => column === "title" || cell(column) === ""))
    return faults.length > 0 ? { useCase: null, faults } : { useCase: { title, figures: null }, faults: [] };
  const read = (column: string, money: boolean): number => {
    const text = cell(column);
    if (text === "") return wrong(column, "Enter a number.");
    if (/^-?\d+,\d+$/.test(text)) return wrong(column, "Write decimals with a point: 12.50.");
    if (!/^-?\d{1,15}(\.\d+)?$/.test(text)) return wrong(column, "Enter a plain number without units or separators.");
    if (!money) return Number(text);
    const [whole = "", decimals = ""] = text.split(".");
    if (decimals.length > 2) return wrong(column, "Money has at most two decimals.");
    const cents = Number(`${whole}${decimals.padEnd(2, "0")}`);
    return Number.isSafeInteger(cents) ? cents : wrong(column, "This amount is too large.");
  };
  const estimate = (column: string, money: boolean): Estimate => {
    const [low, mode, high] = ENDS.map((end) => read(`${column}_${end}`, money));
    return { low: low ?? Number.NaN, mode: mode ?? Number.NaN, high: high ?? Number.NaN };
  };
  const estimates = ESTIMATES.map(({ column, money }) => estimate(column, money));
  const rampDays = read("ramp_days", false);
  const spread = cell("spread").toLowerCase();
  const shape = SHAPES.find((one) => one === (spread === "" ? "pert" : spread));
  if (shape === undefined) wrong("spread", "Write pert or triangular, or leave it empty: pert.");
  const [benefitCentsPerDay, adoption, technicalProbability, oneOffCents, runCentsPerDay] = estimates;
  const complete = benefitCentsPerDay && adoption && technicalProbability && oneOffCents && runCentsPerDay;
  if (!complete) return { useCase: null, faults };
  const estimated = { benefitCentsPerDay, adoption, technicalProbability, oneOffCents, runCentsPerDay };
  const figures = { currency: cell("currency"), ...estimated, rampDays, ...(shape ? { shape } : {}) };
  // The same rules as for the form. A cell that could not be read has said so above; it is no fault of its neighbours.
  const unread = new Set(faults.map(({ column }) => column));
  for (const fault of figuresFaults(figures)) {
    const column = columnOf(fault);
    if (!unread.has(column)) wrong(column, fault.code === "order" ? "Low, mode and high must not fall." : fault.hint);
  }
  if (faults.length > 0) return { useCase: null, faults: inColumnOrder(faults) };
  return { useCase: { title, figures }, faults: [] };
}

/** The column that holds the field which a fault of the figures names. */
function columnOf({ field }: Fault): string {
  const [name = "", end] = field.split(".");
  if (name === "rampDays") return "ramp_days";
  const column = ESTIMATES.find((estimate) => estimate.field === name)?.column ?? name;
  return end === undefined ? column : `${column}_${end}`;
}

function inColumnOrder(faults: readonly RowFault[]): RowFault[] {
  const place = ({ column }: RowFault): number => USE_CASE_COLUMNS.indexOf(column);
  return [...faults].sort((a, b) => place(a) - place(b));
}

/** The cells of one use case in the header's order; money as text with two decimals, so that no spreadsheet rounds it. */
export function useCaseCells({ title, figures }: UseCaseRow): (string | number)[] {
  if (figures === null) return [title, ...USE_CASE_COLUMNS.slice(1).map(() => "")];
  return [
    title,
    figures.currency,
    ...ESTIMATES.flatMap(({ field, money }) => {
      const { low, mode, high } = figures[field];
      return [low, mode, high].map((value) => (money ? (value / 100).toFixed(2) : value));
    }),
    figures.rampDays,
    figures.shape ?? "pert",
  ];
}

/** A refusal of a form as a sentence and its hint: a row of a report has no place for the code. */
function inWords(refusal: string): string {
  return refusal.replace(/^E_\w+: /, "").replace(" | ", " ");
}
