import { FigureError } from "../domain/fault";
import { type MinimalSet, minimalSetFaults, minimalSetModel, type MinimalSetProblem } from "../domain/minimal-set";
import { fingerprint } from "../domain/random";
import type { RunRecord } from "./plan-portfolio";
import { SEED, type Solver } from "./solver";

export type MinimalSetAnswer =
  | { kind: "set"; set: MinimalSet; proven: boolean; run: RunRecord }
  /** targets that cannot be reached together, each with the most that can be reached of it alone */
  | {
      kind: "infeasible";
      targets: readonly { kpi: string; atLeast: number; most: number | null }[];
      says: string;
      run: RunRecord;
    };

/**
 * The cheapest, then smallest set that reaches the targets. The second solve keeps the cost and minimises the number of
 * things: the first alone keeps whatever costs nothing. Without an answer, the targets that bind are named.
 *
 * @throws {FigureError} when the problem has a fault
 */
export function findMinimalSet(
  solver: Solver,
  problem: MinimalSetProblem,
  options: { timeLimitS: number; cancelled?: () => boolean },
): MinimalSetAnswer {
  const [fault] = minimalSetFaults(problem);
  if (fault) throw new FigureError(fault);
  const { timeLimitS } = options;
  const run: RunRecord = { solver: solver.version, seed: SEED, timeLimitS, inputHash: fingerprint(problem) };
  const cheapest = minimalSetModel(problem);
  const first = solver.solve(cheapest.model, options);
  if (first.kind === "infeasible") return { kind: "infeasible", ...bindingTargets(solver, problem, timeLimitS), run };
  if (!first.values) throw new Error("the time was up before any set was found; give it more time");
  const set = cheapest.setOf(first.values);
  const smallest = minimalSetModel(problem, { leastThingsAtCents: set.costCents });
  const second = solver.solve(smallest.model, { ...options, start: first.values });
  const found = second.kind !== "infeasible" && second.values ? smallest.setOf(second.values) : set;
  const smaller = found.costCents <= set.costCents && found.things.length <= set.things.length;
  return {
    kind: "set",
    set: smaller ? found : set,
    proven: first.kind === "optimal" && second.kind === "optimal",
    run,
  };
}

function bindingTargets(
  solver: Solver,
  problem: MinimalSetProblem,
  timeLimitS: number,
): { targets: { kpi: string; atLeast: number; most: number | null }[]; says: string } {
  const withTargets = (kpis: readonly string[]): MinimalSetProblem => ({
    ...problem,
    targets: Object.fromEntries(Object.entries(problem.targets).filter(([kpi]) => kpis.includes(kpi))),
  });
  let left = Object.keys(problem.targets);
  for (const kpi of [...left]) {
    const without = left.filter((other) => other !== kpi);
    if (solver.solve(minimalSetModel(withTargets(without)).model, { timeLimitS }).kind === "infeasible") left = without;
  }
  const targets = left.map((kpi) => {
    const { model } = minimalSetModel(withTargets(left.filter((other) => other !== kpi)), { most: kpi });
    const solved = solver.solve(model, { timeLimitS });
    return {
      kpi,
      atLeast: problem.targets[kpi] ?? 0,
      most: solved.kind === "optimal" ? Math.round(-solved.objective * 1e6) / 1e6 : null,
    };
  });
  const parts = targets.map(({ kpi, atLeast, most }) => `${kpi} of at least ${atLeast} (at most ${most ?? "unknown"})`);
  return { targets, says: `Nothing here reaches ${parts.join(" together with ")}.` };
}
