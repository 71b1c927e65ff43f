import type { PortfolioRow } from "../queries";
import type { SinceLastVisit } from "./changes";
import { rank, type Ranked } from "./ranking";
import { isListed, type ListFilter } from "./stages";
import { rankingOf, type ValuePolicy } from "./standing";
import type { VerdictRow } from "./portfolio-verdict";

/** A use case with its rank. */
export interface RankedRow {
  row: PortfolioRow;
  ranked: Ranked;
}

/** Ways to order the list. Where figures are equal, and for what has none, the rank decides. */
export const ORDERS = ["rank", "return", "score", "readiness", "changed", "title"] as const;
export type Order = (typeof ORDERS)[number];

/** One for all comparisons: `localeCompare` makes another one for each. */
const NAMES = new Intl.Collator("en", { numeric: true });

/**
 * Every use case in the order of the policy, from wherever it is looked at: list, board, visit or preview. Only what was accepted has a
 * rank, so that a proposal takes no number from what is decided.
 *
 * @throws {FigureError} when the weights cannot be used
 */
export function rankedRows(rows: readonly PortfolioRow[], policy: ValuePolicy): RankedRow[] {
  const byId = new Map(rows.map((row) => [row.id, row]));
  let place = 0;
  return rank(
    rows.map(({ standing }) => standing.candidate),
    rankingOf(policy),
  ).flatMap((ranked) => {
    const row = byId.get(ranked.id);
    if (!row) return [];
    const isRanked = row.intake === "accepted" && ranked.rank !== null;
    return [{ row, ranked: { ...ranked, rank: isRanked ? (place += 1) : null } }];
  });
}

/** Those of the ranked that the filters leave, in the order that was asked for. */
export function listed(
  ranked: readonly RankedRow[],
  filter: ListFilter,
  order: Order,
  since: SinceLastVisit | null,
): RankedRow[] {
  const rows = ranked.filter(({ row }) => isListed(row, filter));
  if (order === "rank") return rows;
  if (order === "title") return rows.sort((a, b) => NAMES.compare(a.row.title, b.row.title));
  const changedMs = new Map(since?.changes.map(({ useCaseId, atMs }) => [useCaseId, atMs]));
  const keys = new Map(rows.map((one) => [one.row.id, keyOf(one, order, changedMs)]));
  const key = ({ row }: RankedRow): number => keys.get(row.id) ?? Number.NEGATIVE_INFINITY;
  // The sort keeps the order of equals, which is that of the rank.
  return rows.sort((a, b) => (key(a) === key(b) ? 0 : key(a) > key(b) ? -1 : 1));
}

function keyOf({ row, ranked }: RankedRow, order: Order, changedMs: ReadonlyMap<string, number>): number {
  const { readiness } = row.standing.candidate.parts;
  if (order === "return") return row.forecast?.p50 ?? Number.NEGATIVE_INFINITY;
  if (order === "score") return ranked.score.value;
  if (order === "readiness") return readiness.known ? readiness.value : Number.NEGATIVE_INFINITY;
  return changedMs.get(row.id) ?? Number.NEGATIVE_INFINITY;
}

/** A use case as the sentence over the portfolio looks at it. */
export function verdictRow({ row, ranked }: RankedRow): VerdictRow {
  const { title, intake, committedCents, capabilities, forecast, standing, paidBackDay } = row;
  const waitsFor = standing.checks.find(({ verdict }) => verdict !== "pass")?.why ?? null;
  return {
    ...{ title, intake, committedCents, capabilities, waitsFor, paidBackDay, outlayCents: standing.outlayCents },
    p50: forecast?.p50 ?? null,
    isRanked: ranked.rank !== null,
  };
}
