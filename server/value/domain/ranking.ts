import type { Verdict } from "./three-valued";
import { type Score, type ScoreParts, throughlineScore, type Weights } from "./score";

/**
 * How the portfolio is ranked. A policy has a version and is never changed in place: another policy is another version, and
 * every stored score names the one it was made by. Source of the default order: governance.md b4, the profitability index of Lorie and
 * Savage, Three Problems in Rationing Capital (1955).
 */
export interface RankingPolicy {
  version: number;
  weights: Weights;
  /** `value`: net value per unit of the scarcest resource (the default). `score`: the 0–100 score. */
  order: "value" | "score";
  /**
   * The scarcest resource, by name: "money", or a skill. Chosen by people, not computed from demand: else a new idea would
   * change what all others are divided by.
   */
  scarce: string;
}

/** A use case with the figures it is ranked on, none of which depends on another use case. */
export interface Candidate {
  id: string;
  mustMeets: Verdict;
  netValueCents: number;
  /** what it takes of each resource, by name: cents of money, hours of a skill */
  uses: Readonly<Record<string, number>>;
  parts: ScoreParts;
}

export interface Ranked {
  id: string;
  /** 1 is first; null for what does not pass its must-meets */
  rank: number | null;
  mustMeets: Verdict;
  score: Score;
  /** net value per unit of the scarcest resource; null when it takes none of it */
  perUnit: number | null;
}

const GROUP: Record<Verdict, number> = { pass: 0, unknown: 1, fail: 2 };

/**
 * Ranks by the policy. What passes its must-meets has a rank; what is unknown follows, then what fails, both without one.
 * Equal figures are ordered by id, so that the same portfolio always looks the same.
 *
 * @throws {FigureError} when the weights cannot be used
 */
export function rank(candidates: readonly Candidate[], policy: RankingPolicy): Ranked[] {
  const judged = candidates.map((candidate) => {
    const score = throughlineScore(candidate.parts, policy.weights);
    const units = candidate.uses[policy.scarce] ?? 0;
    const perUnit = units > 0 ? candidate.netValueCents / units : null;
    const key = policy.order === "score" ? score.value : valueKey(candidate.netValueCents, perUnit);
    return { candidate, score, perUnit, key };
  });
  judged.sort(
    (a, b) =>
      GROUP[a.candidate.mustMeets] - GROUP[b.candidate.mustMeets] ||
      compareDown(a.key, b.key) ||
      compareDown(a.candidate.netValueCents, b.candidate.netValueCents) ||
      (a.candidate.id < b.candidate.id ? -1 : 1),
  );
  return judged.map(({ candidate: { id, mustMeets }, score, perUnit }, index) => ({
    id,
    rank: mustMeets === "pass" ? index + 1 : null,
    mustMeets,
    score,
    perUnit,
  }));
}

/** What takes none of the scarce resource stands above everything when it gains, and below everything when it loses. */
function valueKey(netValueCents: number, perUnit: number | null): number {
  if (perUnit !== null) return perUnit;
  if (netValueCents === 0) return 0;
  return netValueCents > 0 ? Infinity : -Infinity;
}

/** Larger first. Subtracting would make NaN of two infinities. */
function compareDown(a: number, b: number): number {
  if (a === b) return 0;
  return a > b ? -1 : 1;
}

/** What a new policy would do to one use case. */
export interface RankMove {
  id: string;
  from: number | null;
  to: number | null;
  /** places won (positive) or lost; null without a rank on both sides */
  places: number | null;
  scoreChange: number;
}

/** What changed between two rankings: every use case that gets another rank or another score, the largest move first. */
export function movesBetween(was: readonly Ranked[], is: readonly Ranked[]): RankMove[] {
  const before = new Map(was.map((ranked) => [ranked.id, ranked]));
  return is
    .map(({ id, rank: to, score }): RankMove => {
      const old = before.get(id);
      const from = old?.rank ?? null;
      return {
        id,
        from,
        to,
        places: from === null || to === null ? null : from - to,
        scoreChange: score.value - (old?.score.value ?? 0),
      };
    })
    .filter(({ places, scoreChange }) => (places ?? 0) !== 0 || Math.abs(scoreChange) > 1e-9)
    .sort((a, b) => Math.abs(b.places ?? 0) - Math.abs(a.places ?? 0));
}
