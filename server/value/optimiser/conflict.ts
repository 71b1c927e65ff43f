import type { PortfolioProblem } from "../domain/portfolio";
import { portfolioModel, type PortfolioGoal } from "../domain/portfolio-model";
import type { Solver } from "./solver";

const TIME_LIMIT_S = 10;

/** A rule that can be given up. */
export type Rule =
  | { kind: "budget"; thereCents: number; neededCents: number | null }
  | { kind: "skill"; skill: string; thereHours: number; neededHours: number | null }
  | { kind: "mandatory"; useCase: string }
  | { kind: "exclusive"; useCases: readonly string[] };

/** Rules that cannot all be kept; giving up any one of them is enough for this conflict. */
export interface Conflict {
  rules: readonly Rule[];
  says: string;
}

/**
 * The rules that bind when nothing fits: each is left out in turn, and stays out when the rest still does not fit. What
 * remains cannot be kept together, and can as soon as one goes. Works on the whole-number model, where the relaxation may
 * still find a fraction of an answer. Of a budget or a skill it says how much would do.
 */
export function findConflict(solver: Solver, problem: PortfolioProblem): Conflict {
  const all: Rule[] = [
    ...problem.useCases
      .filter(({ mandatory }) => mandatory)
      .map(({ id }): Rule => ({ kind: "mandatory", useCase: id })),
    ...problem.exclusive.map((useCases): Rule => ({ kind: "exclusive", useCases })),
    ...Object.entries(problem.skillHours).map(
      ([skill, thereHours]): Rule => ({ kind: "skill", skill, thereHours, neededHours: null }),
    ),
    { kind: "budget", thereCents: problem.budgetCents, neededCents: null },
  ];
  let left = all;
  for (const rule of all) {
    const without = left.filter((other) => other !== rule);
    if (!fits(solver, keeping(problem, without))) left = without;
  }
  const rules = left.map((rule): Rule => {
    if (rule.kind !== "budget" && rule.kind !== "skill") return rule;
    // With every other rule kept, not only those of this conflict: whoever gives that much meets no second refusal.
    const withAll = keeping(
      problem,
      all.filter((other) => other !== rule),
    );
    const withThese = keeping(
      problem,
      left.filter((other) => other !== rule),
    );
    const goal: PortfolioGoal = rule.kind === "budget" ? { least: "budget" } : { least: "hours", skill: rule.skill };
    const isMoney = rule.kind === "budget";
    const needed = least(solver, withAll, goal, isMoney) ?? least(solver, withThese, goal, isMoney);
    return rule.kind === "budget" ? { ...rule, neededCents: needed } : { ...rule, neededHours: needed };
  });
  return { rules, says: sentence(rules) };
}

/** The problem with only these rules. */
function keeping(problem: PortfolioProblem, rules: readonly Rule[]): PortfolioProblem {
  const mandatory = new Set(rules.flatMap((rule) => (rule.kind === "mandatory" ? [rule.useCase] : [])));
  const skills = new Set(rules.flatMap((rule) => (rule.kind === "skill" ? [rule.skill] : [])));
  return {
    ...problem,
    useCases: problem.useCases.map((useCase) => ({ ...useCase, mandatory: mandatory.has(useCase.id) })),
    exclusive: rules.flatMap((rule) => (rule.kind === "exclusive" ? [rule.useCases] : [])),
    skillHours: Object.fromEntries(Object.entries(problem.skillHours).filter(([skill]) => skills.has(skill))),
    budgetCents: rules.some(({ kind }) => kind === "budget") ? problem.budgetCents : Infinity,
  };
}

function fits(solver: Solver, problem: PortfolioProblem): boolean {
  const solved = solver.solve(portfolioModel(problem, "anything").model, { timeLimitS: TIME_LIMIT_S });
  return solved.kind !== "infeasible";
}

function least(solver: Solver, problem: PortfolioProblem, goal: PortfolioGoal, money: boolean): number | null {
  const { model, scale } = portfolioModel(problem, goal);
  const solved = solver.solve(model, { timeLimitS: TIME_LIMIT_S });
  if (solved.kind !== "optimal") return null;
  return money ? Math.round(-solved.objective * scale) : -solved.objective;
}

function sentence(rules: readonly Rule[]): string {
  const parts = rules.map((rule) => {
    switch (rule.kind) {
      case "budget":
        return rule.neededCents === null
          ? "the budget"
          : `the budget, which would have to be ${rule.neededCents} cents`;
      case "skill":
        return rule.neededHours === null
          ? `the hours of ${rule.skill}`
          : `the hours of ${rule.skill}, which would have to be ${Math.ceil(rule.neededHours * 10 - 1e-6) / 10}`;
      case "mandatory":
        return `${rule.useCase} being mandatory`;
      case "exclusive":
        return `only one of ${rule.useCases.join(", ")} being allowed`;
    }
  });
  return `These cannot all be kept: ${parts.join("; ")}.`;
}
