import { demandNumber } from "./fault";

/** The four corners of the matrix. */
export type Quadrant = "quick win" | "big bet" | "fill-in" | "think again";

/** Where the lines stand: policy, in absolute figures. Lines at the mean would move ideas when another idea is added. */
export interface QuadrantLines {
  valueCents: number;
  /** in person-months, or in cents where only money is known */
  effort: number;
}

/**
 * Where a use case lies in the value/effort matrix. Two axes and no single number: a ratio would hide which of the two it
 * was. A figure on a line counts as above it.
 *
 * @throws {FigureError} naming the field
 */
export function quadrant(valueCents: number, effort: number, lines: QuadrantLines): Quadrant {
  demandNumber("valueCents", valueCents);
  demandNumber("effort", effort, { min: 0 });
  const worth = valueCents >= lines.valueCents;
  const hard = effort >= lines.effort;
  if (worth) return hard ? "big bet" : "quick win";
  return hard ? "think again" : "fill-in";
}
