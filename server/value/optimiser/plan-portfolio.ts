import { FigureError } from "../domain/fault";
import {
  brokenRules,
  type Plan,
  planOf,
  portfolioFaults,
  type PortfolioProblem,
  type Selection,
} from "../domain/portfolio";
import { greedyPortfolio } from "../domain/portfolio-greedy";
import { portfolioModel } from "../domain/portfolio-model";
import { fingerprint } from "../domain/random";
import { type Conflict, findConflict } from "./conflict";
import { SEED, type Solved, type Solver } from "./solver";

export interface PlanOptions {
  timeLimitS: number;
  onFirst?: (first: Certified) => void;
  onProgress?: (progress: { netCents: number; boundCents: number; gap: number; seconds: number }) => void;
  cancelled?: () => boolean;
}

/** A plan with how good it is known to be: no plan whatever nets more than `boundCents`. */
export interface Certified {
  plan: Plan;
  boundCents: number;
  /** (bound − net) / bound: "within 7 % of the best" is 0.07 */
  gap: number;
}

/** How an answer came about, to be stored with it. */
export interface RunRecord {
  solver: string;
  seed: number;
  timeLimitS: number;
  inputHash: string;
}

export type PortfolioAnswer =
  | (Certified & { kind: "plan"; proven: boolean; run: RunRecord })
  | { kind: "infeasible"; conflict: Conflict; run: RunRecord };

/** Nothing is left to gain below half a cent. */
function certified(plan: Plan, boundCents: number): Certified {
  const bound = Math.max(plan.netCents, Math.ceil(boundCents - 0.01));
  return { plan, boundCents: bound, gap: bound > 0 ? (bound - plan.netCents) / bound : 0 };
}

/**
 * The best portfolio. At once a greedy plan with the bound of the relaxation (`onFirst`), then the proven best, or the best
 * found when time is up or somebody cancels. Whatever the solver says is rounded, checked against every rule and added up
 * again in cents; a plan that breaks a rule is never returned,
 * and what stands in its place is not called proven.
 *
 * @throws {FigureError} when the problem has a fault
 */
export function planPortfolio(solver: Solver, problem: PortfolioProblem, options: PlanOptions): PortfolioAnswer {
  const [fault] = portfolioFaults(problem);
  if (fault) throw new FigureError(fault);
  const run: RunRecord = {
    solver: solver.version,
    seed: SEED,
    timeLimitS: options.timeLimitS,
    inputHash: fingerprint(problem),
  };
  const greedy = greedyPortfolio(problem);
  const start = greedy && brokenRules(problem, greedy).length === 0 ? greedy : null;
  const { model, scale, selectionOf, columnsOf } = portfolioModel(problem);
  const relaxed = solver.solve(model, { timeLimitS: options.timeLimitS, relaxed: true });
  if (relaxed.kind === "infeasible") return { kind: "infeasible", conflict: findConflict(solver, problem), run };
  const ceilingCents = relaxed.kind === "optimal" ? relaxed.bound * scale : everythingFree(problem);
  if (start) options.onFirst?.(certified(planOf(problem, start), ceilingCents));
  const solved = solver.solve(model, {
    timeLimitS: options.timeLimitS,
    ...(start ? { start: columnsOf(start) } : {}),
    ...(options.cancelled ? { cancelled: options.cancelled } : {}),
    onProgress: ({ best, bound, seconds }) => {
      if (!Number.isFinite(best) || !Number.isFinite(bound)) return;
      const [netCents, boundCents] = [Math.round(best * scale), Math.round(bound * scale)];
      options.onProgress?.({
        netCents,
        boundCents,
        gap: boundCents > 0 ? (boundCents - netCents) / boundCents : 0,
        seconds,
      });
    },
  });
  if (solved.kind === "infeasible") return { kind: "infeasible", conflict: findConflict(solver, problem), run };
  const found = solved.values ? selectionOf(solved.values) : null;
  const best = betterOf(problem, found, start);
  if (!best) throw new Error("the time was up before any plan was found; give it more time");
  const plan = planOf(problem, best);
  const proven = isProven(problem, solved.kind, found);
  const boundCents = proven ? plan.netCents : Math.min(solved.bound * scale, ceilingCents);
  return { kind: "plan", ...certified(plan, boundCents), proven, run };
}

/**
 * An optimum proves a plan only if it is one: rounded to whole cents and whole choices it can break a rule by a hair, and what is shown
 * in its place is nothing but the best that was found.
 */
function isProven(problem: PortfolioProblem, kind: Solved["kind"], found: Selection | null): boolean {
  return kind === "optimal" && found !== null && brokenRules(problem, found).length === 0;
}

/** What all use cases would bring if nothing cost anything: the bound when there was no time for a better one. */
function everythingFree({ useCases }: PortfolioProblem): number {
  return useCases.reduce((sum, { options }) => sum + Math.max(0, ...options.map(({ valueCents }) => valueCents)), 0);
}

/** The better of two selections among those that keep every rule. */
function betterOf(problem: PortfolioProblem, a: Selection | null, b: Selection | null): Selection | null {
  const sound = [a, b].filter((one) => one !== null).filter((one) => brokenRules(problem, one).length === 0);
  const [best] = sound.sort((x, y) => planOf(problem, y).netCents - planOf(problem, x).netCents);
  return best ?? null;
}

/** One point of the frontier; `null` where the mandatory ones do not fit. */
export interface FrontierPoint {
  budgetCents: number;
  plan: Plan | null;
  proven: boolean;
}

/** The best plan at each budget, from small to large, each starting from the one before: it fits a larger budget too. */
export function budgetFrontier(
  solver: Solver,
  problem: PortfolioProblem,
  budgetsCents: readonly number[],
  options: Pick<PlanOptions, "timeLimitS" | "cancelled"> & { onPoint?: (point: FrontierPoint) => void },
): FrontierPoint[] {
  const points: FrontierPoint[] = [];
  let before: Selection | null = null;
  for (const budgetCents of [...budgetsCents].sort((a, b) => a - b)) {
    if (options.cancelled?.()) break;
    const at = { ...problem, budgetCents };
    const [fault] = portfolioFaults(at);
    if (fault) throw new FigureError(fault);
    const { model, selectionOf, columnsOf } = portfolioModel(at);
    const start = betterOf(at, greedyPortfolio(at), before);
    const solved = solver.solve(model, {
      timeLimitS: options.timeLimitS,
      ...(start ? { start: columnsOf(start) } : {}),
      ...(options.cancelled ? { cancelled: options.cancelled } : {}),
    });
    const found = solved.kind !== "infeasible" && solved.values ? selectionOf(solved.values) : null;
    before = betterOf(at, found, start);
    const proven = (solved.kind === "infeasible" && before === null) || isProven(at, solved.kind, found);
    const point = { budgetCents, plan: before ? planOf(at, before) : null, proven };
    points.push(point);
    options.onPoint?.(point);
  }
  return points;
}

/** Why a use case is not in the best plan. */
export type WhyNot =
  | { kind: "in" }
  /** how much more it would have to bring to enter, and what the best plan with it would push out and take in */
  | {
      kind: "out";
      shortCents: number;
      leaves: readonly string[];
      enters: readonly string[];
      plan: Plan;
      proven: boolean;
    }
  | { kind: "impossible"; conflict: Conflict };

/** Answers "why not this one?" by the best plan that must contain it. `best` saves solving for the best anew where it is known. */
export function whyNot(
  solver: Solver,
  problem: PortfolioProblem,
  useCaseId: string,
  { best: known, ...options }: Pick<PlanOptions, "timeLimitS" | "cancelled"> & { best?: Plan | undefined },
): WhyNot {
  if (!problem.useCases.some(({ id }) => id === useCaseId)) {
    throw new FigureError({
      field: "useCaseId",
      code: "unknown_reference",
      hint: `${useCaseId} is not in this portfolio.`,
    });
  }
  const solved = known ? null : planPortfolio(solver, problem, options);
  if (solved?.kind === "infeasible") return { kind: "impossible", conflict: solved.conflict };
  const best = known ?? solved?.plan;
  if (!best || useCaseId in best.options) return { kind: "in" };
  const useCases = problem.useCases.map((useCase) =>
    useCase.id === useCaseId ? { ...useCase, mandatory: true } : useCase,
  );
  const forced = planPortfolio(solver, { ...problem, useCases }, options);
  if (forced.kind === "infeasible") return { kind: "impossible", conflict: forced.conflict };
  const [before, after] = [Object.keys(best.options), Object.keys(forced.plan.options)];
  return {
    kind: "out",
    shortCents: best.netCents - forced.plan.netCents,
    leaves: before.filter((id) => !after.includes(id)),
    enters: after.filter((id) => id !== useCaseId && !before.includes(id)),
    plan: forced.plan,
    proven: forced.proven,
  };
}
