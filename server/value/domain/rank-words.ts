import type { RankedRow } from "./portfolio-list";

const MOST_SAID = 3;
const COUNTS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];

/** The ranking as it was and as it is, each under a version of the policy. */
export interface RankMoment {
  policyVersion: number;
  ranked: readonly RankedRow[];
}

/**
 * What moved, for whoever cannot see it move: after a new estimate that use case, `Pumps: rank 3 of 18, two places up`; after another policy
 * those that moved furthest. Empty when neither happened: what the plant does all day is not read out.
 */
export function rankMovesSaid(before: RankMoment, after: RankMoment): string {
  const was = new Map(before.ranked.map((one) => [one.row.id, one]));
  const ranks = after.ranked.filter(({ ranked }) => ranked.rank !== null).length;
  const said = after.ranked.flatMap(({ row, ranked }) => {
    const old = was.get(row.id);
    const [from, to] = [old?.ranked.rank ?? null, ranked.rank];
    const isMeant =
      before.policyVersion !== after.policyVersion ? from !== to : old && old.row.estimate !== row.estimate;
    if (!isMeant) return [];
    const places = from !== null && to !== null ? from - to : 0;
    return [{ words: `${row.title}: ${moved(from, to, ranks)}`, places: Math.abs(places) }];
  });
  if (said.length === 0)
    return before.policyVersion === after.policyVersion ? "" : "The policy is saved; no rank moved.";
  said.sort((a, b) => b.places - a.places);
  const more = said.length > MOST_SAID ? `; ${said.length - MOST_SAID} more moved` : "";
  return `${said
    .slice(0, MOST_SAID)
    .map(({ words }) => words)
    .join("; ")}${more}.`;
}

function moved(from: number | null, to: number | null, of: number): string {
  if (to === null) return from === null ? "no rank yet" : `no rank any more, it was ${from}`;
  const is = `rank ${to} of ${of}`;
  if (from === null) return `${is}, without one before`;
  if (from === to) return `${is}, as before`;
  const places = Math.abs(from - to);
  return `${is}, ${COUNTS[places] ?? places} ${places === 1 ? "place" : "places"} ${from > to ? "up" : "down"}`;
}
