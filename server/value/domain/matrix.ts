import type { RankedRow } from "./portfolio-list";
import { formatMoney } from "./money-words";
import type { ValuePolicy } from "./standing";
import { type Quadrant, quadrant, type QuadrantLines } from "./value-effort";

/** A use case in the value/effort matrix. */
export interface MatrixPoint {
  id: string;
  title: string;
  /** risk-adjusted net value over twelve months */
  valueCents: number;
  /** what it takes to start: one-off cost and what has still to be bought */
  effortCents: number;
  /** null while there are no lines */
  quadrant: Quadrant | null;
}

/** The matrix, or why nobody can name its quadrants. */
export interface Matrix {
  points: readonly MatrixPoint[];
  /** use cases that nobody has estimated, which have no place */
  unplaced: number;
  /** null while there is no budget, which the lines are a share of */
  lines: QuadrantLines | null;
}

/** Both lines stand at this share of the budget: absolute figures of the policy, so that no idea moves another one. */
const LINE_OF_BUDGET = 0.1;

/**
 * Use cases by what they are worth in a year and what it takes to start them. Effort is money: hours of skills are not known yet. A use case
 * without an estimate has neither and no place.
 */
export function matrixOf(rows: readonly RankedRow[], { budgetCents }: ValuePolicy): Matrix {
  const at = Math.round(budgetCents * LINE_OF_BUDGET);
  const lines = budgetCents > 0 ? { valueCents: at, effort: at } : null;
  const points = rows.flatMap(({ row: { id, title, standing } }): MatrixPoint[] => {
    if (standing.outlayCents === null) return [];
    const [valueCents, effortCents] = [standing.candidate.netValueCents, standing.outlayCents];
    return [{ id, title, valueCents, effortCents, quadrant: lines && quadrant(valueCents, effortCents, lines) }];
  });
  return { points, unplaced: rows.length - points.length, lines };
}

/** `2 quick wins, 1 big bet, 1 to think again about. Worth most for …` */
export function matrixSentence({ points, unplaced, lines }: Matrix, { currency }: ValuePolicy): string {
  if (points.length === 0) return "Nobody has estimated any of these use cases, so none has a place.";
  const best = points.reduce((a, b) => (b.valueCents > a.valueCents ? b : a));
  const count = (kind: Quadrant) => points.filter((point) => point.quadrant === kind).length;
  const kinds = (["quick win", "big bet", "fill-in", "think again"] as const).flatMap((kind) => {
    const n = count(kind);
    return n === 0 ? [] : [`${n} ${NAMES[kind][n === 1 ? 0 : 1]}`];
  });
  const named = lines ? `${kinds.join(", ")}. ` : "The quadrants have no names until the policy has a budget. ";
  const missing = unplaced > 0 ? ` ${unplaced} without an estimate ${unplaced === 1 ? "is" : "are"} not shown.` : "";
  return `${named}Worth most in a year: ${best.title}, ${formatMoney(best.valueCents, currency)} for ${formatMoney(best.effortCents, currency)}.${missing}`;
}

const NAMES: Readonly<Record<Quadrant, readonly [one: string, more: string]>> = {
  "quick win": ["quick win", "quick wins"],
  "big bet": ["big bet", "big bets"],
  "fill-in": ["fill-in", "fill-ins"],
  "think again": ["to think again about", "to think again about"],
};
