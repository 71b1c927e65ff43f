import {
  type MinimalSet,
  type MinimalSetProblem,
  type MinimalSetUseCase,
  type PricedThing,
  setOf,
} from "./minimal-set";
import type { Requirement } from "./requirements";

/** Things that are used, with where each model runs. */
interface Used {
  things: Set<string>;
  placement: Map<string, string>;
}

/**
 * A set that reaches the targets, at once: again and again the use case that brings most of what is still missing for what it adds to the
 * cost, its needs met in the cheapest way by itself; then those that turned out not to be needed are left out. The greedy cover of
 * Chvátal (A greedy heuristic for the set-covering problem, 1979), with needs that are graphs. Null when it finds none: it does not look
 * twice, so there may be one. It does not keep to the capacity of nodes beyond choosing a host with room; whoever uses it checks.
 */
export function greedySet(problem: MinimalSetProblem): MinimalSet | null {
  const chosen: MinimalSetUseCase[] = [];
  let used: Used = { things: new Set(), placement: new Map() };
  for (;;) {
    const missing = missingOf(problem, chosen);
    if (missing.size === 0) break;
    let best: { useCase: MinimalSetUseCase; used: Used; rate: number } | null = null;
    for (const useCase of problem.useCases) {
      if (chosen.includes(useCase) || isExcluded(problem, chosen, useCase)) continue;
      const brings = [...missing].reduce(
        (sum, [kpi, left]) => sum + Math.min(left, Math.max(0, useCase.effects[kpi] ?? 0)) / left,
        0,
      );
      if (brings <= 0) continue;
      const more = meet(problem, useCase.needs, used);
      if (!more) continue;
      const rate = brings / (useCase.ownCents + costOf(problem, more) - costOf(problem, used) + 1);
      if (best === null || rate > best.rate) best = { useCase, used: more, rate };
    }
    if (best === null) return null;
    chosen.push(best.useCase);
    used = best.used;
  }
  const kept = withoutSpare(problem, chosen);
  const all = kept.reduce<Used | null>((before, { needs }) => before && meet(problem, needs, before), {
    ...{ things: new Set<string>(), placement: new Map<string, string>() },
  });
  return all && setOf(problem, kept, all.things, Object.fromEntries(all.placement));
}

/** By KPI, how much of the target is still to be reached. */
function missingOf({ targets }: MinimalSetProblem, chosen: readonly MinimalSetUseCase[]): Map<string, number> {
  return new Map(
    Object.entries(targets)
      .map(([kpi, atLeast]): [string, number] => [
        kpi,
        atLeast - chosen.reduce((sum, { effects }) => sum + (effects[kpi] ?? 0), 0),
      ])
      .filter(([, left]) => left > 0),
  );
}

function isExcluded(
  { exclusive = [] }: MinimalSetProblem,
  chosen: readonly MinimalSetUseCase[],
  { id }: MinimalSetUseCase,
) {
  return exclusive.some((group) => group.includes(id) && chosen.some((one) => group.includes(one.id)));
}

/** The first chosen may be made needless by those that came after. */
function withoutSpare(problem: MinimalSetProblem, chosen: readonly MinimalSetUseCase[]): MinimalSetUseCase[] {
  let kept = [...chosen];
  for (const useCase of chosen) {
    const without = kept.filter((one) => one !== useCase);
    if (missingOf(problem, without).size === 0) kept = without;
  }
  return kept;
}

/** What is used once the requirement is met as well, of every choice the way that adds least; null when it cannot be met. */
function meet(problem: MinimalSetProblem, needs: Requirement, used: Used, path: readonly string[] = []): Used | null {
  if ("all" in needs)
    return needs.all.reduce<Used | null>((before, part) => before && meet(problem, part, before, path), used);
  if ("any" in needs)
    return cheapest(
      problem,
      needs.any.map((part) => meet(problem, part, used, path)),
    );
  const thing = problem.things.find(({ id }) => id === needs.thing);
  if (!thing || path.includes(thing.id)) return null;
  if (used.things.has(thing.id)) return used;
  const below = thing.needs === null ? used : meet(problem, thing.needs, used, [...path, thing.id]);
  if (!below) return null;
  if (thing.kind === "capability") return below;
  const withThing = { ...below, things: new Set([...below.things, thing.id]) };
  return thing.hosts ? place(problem, thing, withThing, [...path, thing.id]) : withThing;
}

/** The model on the node that adds least and has room for it. */
function place(problem: MinimalSetProblem, model: PricedThing, used: Used, path: readonly string[]): Used | null {
  const loadOf = (id: string) => problem.things.find((one) => one.id === id)?.load ?? 0;
  return cheapest(
    problem,
    (model.hosts ?? []).map((host) => {
      const node = problem.things.find(({ id }) => id === host);
      const carried = [...used.placement].reduce((sum, [other, on]) => sum + (on === host ? loadOf(other) : 0), 0);
      if (node?.capacity !== undefined && carried + (model.load ?? 0) > node.capacity) return null;
      const there = meet(problem, { thing: host }, used, path);
      return there && { ...there, placement: new Map([...there.placement, [model.id, host]]) };
    }),
  );
}

function cheapest(problem: MinimalSetProblem, ways: readonly (Used | null)[]): Used | null {
  const [best] = ways
    .filter((way) => way !== null)
    .sort((a, b) => costOf(problem, a) - costOf(problem, b) || a.things.size - b.things.size);
  return best ?? null;
}

function costOf({ things }: MinimalSetProblem, used: Used): number {
  return things.reduce((sum, { id, present, costCents }) => sum + (!present && used.things.has(id) ? costCents : 0), 0);
}
