import { FigureError } from "../domain/fault";
import { type MinimalSet, minimalSetFaults, minimalSetModel, type MinimalSetProblem } from "../domain/minimal-set";
import { brokenInSet } from "../domain/minimal-set-check";
import { greedySet } from "../domain/minimal-set-greedy";
import { fingerprint } from "../domain/random";
import type { RunRecord } from "./plan-portfolio";
import { SEED, type Solver } from "./solver";

/** A set with how good it is known to be: none whatever that reaches the targets costs less than `boundCents`. */
export interface CertifiedSet {
  set: MinimalSet;
  boundCents: number;
  /** (cost − bound) / cost: "within 7 % of the best" is 0.07 */
  gap: number;
}

export type MinimalSetAnswer =
  | (CertifiedSet & { kind: "set"; proven: boolean; run: RunRecord })
  /** targets that cannot be reached together, each with the most that can be reached of it alone */
  | {
      kind: "infeasible";
      targets: readonly { kpi: string; atLeast: number; most: number | null }[];
      says: string;
      run: RunRecord;
    };

export interface MinimalSetOptions {
  timeLimitS: number;
  /** told of every better answer: the greedy one at once, then the cheapest while the smallest is still looked for */
  onFound?: (found: CertifiedSet) => void;
  /** asked while solving and between the steps; the answer is then the best so far */
  cancelled?: () => boolean;
}

/**
 * The cheapest, then smallest set that reaches the targets. At once a greedy set with the bound of the relaxation, then the cheapest; the
 * second solve keeps the cost and minimises the number of things: the first alone keeps whatever costs nothing. What the solver says is
 * rounded and checked; a set that breaks something is never returned, and what stands in its place is not called proven. Without an
 * answer, the targets that bind are named.
 *
 * @throws {FigureError} when the problem has a fault
 */
export function findMinimalSet(
  solver: Solver,
  problem: MinimalSetProblem,
  options: MinimalSetOptions,
): MinimalSetAnswer {
  const [fault] = minimalSetFaults(problem);
  if (fault) throw new FigureError(fault);
  const { timeLimitS, onFound, cancelled = () => false } = options;
  const run: RunRecord = { solver: solver.version, seed: SEED, timeLimitS, inputHash: fingerprint(problem) };
  const limits = { timeLimitS, cancelled };
  const cheapest = minimalSetModel(problem);
  const relaxed = solver.solve(cheapest.model, { timeLimitS, relaxed: true });
  if (relaxed.kind === "infeasible") return { kind: "infeasible", ...bindingTargets(solver, problem, limits), run };
  const floorCents = relaxed.kind === "optimal" ? relaxed.bound * cheapest.scale : 0;
  const greedy = sound(problem, greedySet(problem));
  if (greedy) onFound?.(certified(greedy, floorCents));
  const first = solver.solve(cheapest.model, limits);
  if (first.kind === "infeasible") return { kind: "infeasible", ...bindingTargets(solver, problem, limits), run };
  const found = sound(problem, first.values && cheapest.setOf(first.values));
  const isCheapest = first.kind === "optimal" && found !== null;
  const set = better(found, greedy);
  if (!set) throw new Error("the time was up before any set was found; give it more time");
  const bound = isCheapest ? set.costCents : Math.max(floorCents, first.bound * cheapest.scale);
  onFound?.(certified(set, bound));
  if (cancelled()) return { kind: "set", ...certified(set, bound), proven: false, run };
  const smallest = minimalSetModel(problem, { leastThingsAtCents: set.costCents });
  const start = found === set && first.values ? { start: first.values } : {};
  const second = solver.solve(smallest.model, { ...limits, ...start });
  const other = second.kind === "infeasible" ? null : sound(problem, second.values && smallest.setOf(second.values));
  const proven = isCheapest && second.kind === "optimal" && other !== null;
  return { kind: "set", ...certified(better(other, set) ?? set, bound), proven, run };
}

function sound(problem: MinimalSetProblem, set: MinimalSet | null): MinimalSet | null {
  return set !== null && brokenInSet(problem, set).length === 0 ? set : null;
}

/** The cheaper, and of the same price the smaller; the first of two alike. */
function better(a: MinimalSet | null, b: MinimalSet | null): MinimalSet | null {
  if (!a || !b) return a ?? b;
  return a.costCents < b.costCents || (a.costCents === b.costCents && a.things.length <= b.things.length) ? a : b;
}

/** Nothing is left to save below half a cent. */
function certified(set: MinimalSet, boundCents: number): CertifiedSet {
  const bound = Math.min(set.costCents, Math.max(0, Math.ceil(boundCents - 0.01)));
  return { set, boundCents: bound, gap: set.costCents > 0 ? (set.costCents - bound) / set.costCents : 0 };
}

/** Targets that cannot be reached together. When it is cancelled, those not looked at yet stay among them and nobody knows what could be reached. */
function bindingTargets(
  solver: Solver,
  problem: MinimalSetProblem,
  limits: { timeLimitS: number; cancelled: () => boolean },
): { targets: { kpi: string; atLeast: number; most: number | null }[]; says: string } {
  const withTargets = (kpis: readonly string[]): MinimalSetProblem => ({
    ...problem,
    targets: Object.fromEntries(Object.entries(problem.targets).filter(([kpi]) => kpis.includes(kpi))),
  });
  let left = Object.keys(problem.targets);
  for (const kpi of [...left]) {
    if (limits.cancelled()) break;
    const without = left.filter((other) => other !== kpi);
    if (solver.solve(minimalSetModel(withTargets(without)).model, limits).kind === "infeasible") left = without;
  }
  const targets = left.map((kpi) => {
    if (limits.cancelled()) return { kpi, atLeast: problem.targets[kpi] ?? 0, most: null };
    const { model } = minimalSetModel(withTargets(left.filter((other) => other !== kpi)), { most: kpi });
    const solved = solver.solve(model, limits);
    return {
      kpi,
      atLeast: problem.targets[kpi] ?? 0,
      most: solved.kind === "optimal" ? Math.round(-solved.objective * 1e6) / 1e6 : null,
    };
  });
  const parts = targets.map(({ kpi, atLeast, most }) => `${kpi} of at least ${atLeast} (at most ${most ?? "unknown"})`);
  return { targets, says: `Nothing here reaches ${parts.join(" together with ")}.` };
}
