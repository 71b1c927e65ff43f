import { type Estimate } from "./estimate";
import { FIGURES, type UseCaseFigures } from "./use-case-figures";

const ENDS = ["low", "mode", "high"] as const;

/** Every field of a form for figures, by the name under which it is refused. */
export const FIGURE_FIELDS: readonly string[] = [
  ...FIGURES.flatMap(({ field }) => ENDS.map((end) => `${field}.${end}`)),
  "rampDays",
  "shape",
  "currency",
];

/**
 * Figures as somebody typed them: money in units with at most two decimals, shares in percent, decimals with a point or one comma. What
 * cannot be read is NaN, which the server refuses at its field.
 */
export function figuresTyped(typed: (field: string) => string, currency: string): UseCaseFigures {
  const estimate = (field: string, isMoney: boolean): Estimate => {
    const [low = Number.NaN, mode = Number.NaN, high = Number.NaN] = ENDS.map((end) => {
      const value = numberTyped(typed(`${field}.${end}`));
      return isMoney ? centsOf(value) : value / 100;
    });
    return { low, mode, high };
  };
  return {
    currency,
    benefitCentsPerDay: estimate("benefitCentsPerDay", true),
    oneOffCents: estimate("oneOffCents", true),
    runCentsPerDay: estimate("runCentsPerDay", true),
    adoption: estimate("adoption", false),
    technicalProbability: estimate("technicalProbability", false),
    rampDays: numberTyped(typed("rampDays")),
    shape: typed("shape") === "triangular" ? "triangular" : "pert",
  };
}

/** A figure as a form shows it: money in units, shares in percent, without a float's tail. */
export function figureShown(value: number, isMoney: boolean): string {
  return String(Math.round((isMoney ? value / 100 : value * 100) * 100) / 100);
}

/** A number with blanks between its thousands; NaN for everything else. */
export function numberTyped(text: string): number {
  const plain = text.replace(/[\s\u00A0\u202F]/g, "");
  return /^-?\d+([.,]\d+)?$/.test(plain) ? Number(plain.replace(",", ".")) : Number.NaN;
}

/** Units of money as whole cents; NaN where there are more than two decimals. */
export function centsOf(units: number): number {
  const cents = Math.round(units * 100);
  return Math.abs(cents - units * 100) < 1e-6 * Math.max(1, Math.abs(cents)) ? cents : Number.NaN;
}
