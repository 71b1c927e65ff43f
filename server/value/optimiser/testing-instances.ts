import type { MinimalSetProblem } from "../domain/minimal-set";
import type { PortfolioAsset, PortfolioProblem, PortfolioUseCase } from "../domain/portfolio";
import { seededRandom } from "../domain/random";
import type { Requirement } from "../domain/requirements";

/** A use case with one way to do it, that needs all of these assets. */
export function simple(id: string, valueCents: number, needs: readonly string[], ownCents = 0): PortfolioUseCase {
  return {
    id,
    options: [{ id: "as described", valueCents, ownCents, hours: {}, needs, needsAny: [] }],
    mandatory: false,
    after: [],
  };
}

export function asset(id: string, costCents: number, present = false): PortfolioAsset {
  return { id, costCents, hours: {}, present };
}

/** Known-answer instance P: two use cases that lose alone and pay together, and one that is soon affordable. */
export function instanceP(budgetCents: number): PortfolioProblem {
  return {
    useCases: [simple("1", 80, ["A"]), simple("2", 70, ["A"]), simple("3", 60, ["B"])],
    assets: [asset("A", 100), asset("B", 40)],
    budgetCents,
    skillHours: {},
    exclusive: [],
  };
}

/** Known-answer instance M: target 10; the cheapest set costs 9 and is d1, m1, m2. */
export function instanceM(): MinimalSetProblem {
  const needs = (...ids: string[]): Requirement => ({ all: ids.map((thing) => ({ thing })) });
  const thing = (id: string, costCents: number) => ({
    id,
    kind: id.startsWith("d") ? ("device" as const) : ("model" as const),
    needs: null,
    costCents,
    present: false,
  });
  return {
    targets: { scrap: 10 },
    useCases: [
      { id: "1", effects: { scrap: 6 }, ownCents: 0, needs: needs("d1", "m1") },
      { id: "2", effects: { scrap: 5 }, ownCents: 0, needs: needs("d1", "m2") },
      { id: "3", effects: { scrap: 10 }, ownCents: 0, needs: needs("d2", "d3", "m3") },
    ],
    things: [thing("d1", 5), thing("d2", 4), thing("d3", 4), thing("m1", 2), thing("m2", 2), thing("m3", 3)],
  };
}

/**
 * A portfolio from a seed: popular assets are shared by many, a few are there already. Values and costs are such that
 * neither everything nor nothing pays, and the budget covers `budgetShare` of all that everything would cost.
 */
export function seededPortfolio(
  seed: string,
  {
    useCases,
    assets,
    options = 1,
    budgetShare = 0.3,
  }: { useCases: number; assets: number; options?: number; budgetShare?: number },
): PortfolioProblem {
  const random = seededRandom(seed);
  const whole = (low: number, high: number): number => low + Math.floor(random() * (high - low + 1));
  const all = Array.from({ length: assets }, (_, index) =>
    asset(`asset ${index}`, whole(20_000, 400_000), random() < 0.15),
  );
  const popular = (): string => `asset ${Math.floor(random() ** 2 * assets)}`;
  const ways = Array.from(
    { length: useCases },
    (_, index): PortfolioUseCase => ({
      id: `use case ${index}`,
      mandatory: false,
      after: [],
      options: Array.from({ length: options }, (_, way) => ({
        id: `way ${way}`,
        valueCents: whole(200_000, 1_500_000),
        ownCents: whole(20_000, 200_000),
        hours: { "data science": whole(20, 200), controls: whole(0, 80) },
        needs: [...new Set(Array.from({ length: whole(2, Math.min(7, assets)) }, popular))],
        needsAny: random() < 0.3 ? [[...new Set([popular(), popular()])]] : [],
      })),
    }),
  );
  const total =
    all.reduce((sum, { costCents, present }) => sum + (present ? 0 : costCents), 0) +
    ways.reduce((sum, { options: [first] }) => sum + (first?.ownCents ?? 0), 0);
  return {
    useCases: ways,
    assets: all,
    budgetCents: Math.floor(total * budgetShare),
    skillHours: { "data science": useCases * 70, controls: useCases * 30 },
    exclusive: [],
  };
}
