import type { PortfolioRow } from "../queries";
import { rankedRows } from "./portfolio-list";
import { movesBetween, type RankMove } from "./ranking";
import { weightsFaults } from "./score";
import type { ValuePolicy } from "./standing";
import { netValueOfCash } from "./use-case-figures";

const MOST_MOVES = 8;

/** What another policy would move of what is accepted, in words, before it is saved: by its weights, its order and its discount rate. */
export function previewWords(rows: readonly PortfolioRow[], current: ValuePolicy, proposed: ValuePolicy): string {
  const [fault] = weightsFaults(proposed.weights);
  if (fault) return fault.hint;
  const { discountRate } = proposed;
  if (!(discountRate >= 0 && discountRate <= 1)) return "Enter a discount of 0 to 100 % a year to see what would move.";
  const accepted = rows.filter(({ intake }) => intake === "accepted");
  const valued = discountRate === current.discountRate ? accepted : accepted.map((row) => valuedAt(row, discountRate));
  const moves = movesBetween(ranksOf(accepted, current), ranksOf(valued, proposed));
  if (moves.length === 0) return "Nothing would move.";
  const titles = new Map(rows.map(({ id, title }) => [id, title]));
  const said = moves.slice(0, MOST_MOVES).map((move) => `${titles.get(move.id) ?? "One"} ${moveWords(move)}`);
  const more = moves.length > MOST_MOVES ? `; ${moves.length - MOST_MOVES} more` : "";
  return `Would move: ${said.join("; ")}${more}.`;
}

const ranksOf = (rows: readonly PortfolioRow[], policy: ValuePolicy) =>
  rankedRows(rows, policy).map(({ ranked }) => ranked);

/** A row whose net value is that of another discount rate. */
function valuedAt(row: PortfolioRow, discountRate: number): PortfolioRow {
  const { standing } = row;
  if (standing.cash === null) return row;
  const netValueCents = Math.round(netValueOfCash(standing.cash, discountRate));
  return { ...row, standing: { ...standing, candidate: { ...standing.candidate, netValueCents } } };
}

function moveWords({ from, to, places, scoreChange }: RankMove): string {
  if (places !== null && places !== 0) return `from ${from} to ${to}`;
  const points = Math.round(scoreChange * 10) / 10;
  return `${points >= 0 ? "+" : "−"}${Math.abs(points)} points`;
}
