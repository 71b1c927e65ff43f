import { splitCents } from "./money";

/** A shared asset with who uses it. */
export interface SharedCost {
  asset: string;
  costCents: number;
  users: readonly string[];
}

/** What one user pays by three ways to look at it; never one without its name. */
export interface CostShare {
  /** all it would need if it were alone */
  standaloneCents: number;
  /** what would be saved if it alone stopped */
  marginalCents: number;
  /** its share: the Shapley value */
  shareCents: number;
}

/**
 * Shares of the costs of shared assets. When every asset is simply there or not, splitting each one's cost equally among its
 * users is the Shapley value (`shapleyValue` proves it on the test's cases). Cents left over by a split go to the first
 * users, so that the shares add up to the cost.
 */
export function costShares(costs: readonly SharedCost[]): Map<string, CostShare> {
  const shares = new Map<string, CostShare>();
  const of = (user: string): CostShare => {
    const share = shares.get(user) ?? { standaloneCents: 0, marginalCents: 0, shareCents: 0 };
    shares.set(user, share);
    return share;
  };
  for (const { costCents, users } of costs) {
    const distinct = [...new Set(users)];
    if (distinct.length === 0) continue;
    const parts = splitCents(
      costCents,
      distinct.map(() => 1),
    );
    for (const [index, user] of distinct.entries()) {
      const share = of(user);
      share.standaloneCents += costCents;
      share.shareCents += parts[index] ?? 0;
      if (distinct.length === 1) share.marginalCents += costCents;
    }
  }
  return shares;
}

/** Above this many players 2ⁿ coalitions are too many. */
const MOST_PLAYERS = 16;

/**
 * The Shapley value of any game: each player's mean contribution over all orders in which they could join,
 * Σ |S|!(n−|S|−1)!/n! · (v(S ∪ i) − v(S)).
 *
 * @throws {RangeError} for more than 16 players
 */
export function shapleyValue(players: readonly string[], worth: (coalition: ReadonlySet<string>) => number): number[] {
  const n = players.length;
  if (n > MOST_PLAYERS) throw new RangeError(`${n} players have too many coalitions; ${MOST_PLAYERS} are the most`);
  const worths = Array.from({ length: 2 ** n }, (_, mask) =>
    worth(new Set(players.filter((_, index) => (mask >> index) % 2 === 1))),
  );
  const weight = Array.from({ length: n }, (_, size) => 1 / (n * choose(n - 1, size)));
  return players.map((_, index) => {
    let value = 0;
    for (const [mask, without] of worths.entries()) {
      if ((mask >> index) % 2 === 1) continue;
      const size = players.filter((_, other) => (mask >> other) % 2 === 1).length;
      value += (weight[size] ?? 0) * ((worths[mask + 2 ** index] ?? 0) - without);
    }
    return value;
  });
}

function choose(n: number, k: number): number {
  let ways = 1;
  for (let i = 1; i <= k; i += 1) ways = (ways * (n - k + i)) / i;
  return ways;
}
