import { fingerprint } from "./random";

/** What the optimiser is asked, as `PlanQuestion` in plan-inputs.ts lets it through. It has no schema of its own: the page loads this file. */
export interface PlanQuestion {
  goal: "portfolio" | "minimal-set";
  /** null: the budget of the policy */
  budgetCents: number | null;
  /** use cases that have to be in, and that must not */
  must: string[];
  without: string[];
  /** of each group at most one */
  exclusive: string[][];
  /** hours there are of a skill; one that is not named is not scarce */
  skills: { skill: string; hours: number }[];
  /** hours that a use case takes of a skill */
  hours: { useCaseId: string; skill: string; hours: number }[];
  /** of a minimal set: by how much each KPI must get better, in its unit */
  targets: { kpiId: string; atLeast: number }[];
  /** counts what nine of ten cases reach (P10) instead of what is expected */
  sure: boolean;
}

export const NO_QUESTION: PlanQuestion = {
  ...{ goal: "portfolio", budgetCents: null, must: [], without: [], exclusive: [] },
  ...{ skills: [], hours: [], targets: [], sure: false },
};

/** The same for questions that ask the same, whatever the order of their parts. */
export function questionHash(question: PlanQuestion): string {
  const { must, without, exclusive, skills, hours, targets, ...rest } = question;
  const sorted = (parts: readonly unknown[]): string[] => parts.map((part) => JSON.stringify(part)).sort();
  return fingerprint([
    ...[rest.goal, rest.budgetCents, rest.sure, sorted(must), sorted(without)],
    sorted(exclusive.map((group) => [...group].sort())),
    ...[sorted(skills.map(({ skill, hours: there }) => [skill, there]))],
    ...[sorted(hours.map((one) => [one.useCaseId, one.skill, one.hours]))],
    sorted(targets.map(({ kpiId, atLeast }) => [kpiId, atLeast])),
  ]);
}
