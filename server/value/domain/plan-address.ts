import type { PlanQuestion } from "./plan-question";
import { centsOf, figureShown, numberTyped } from "./typed-figures";

/** Parameters of the address of the page that ask the question. */
export const PLAN_PARAMS = ["goal", "budget", "must", "out", "one", "skill", "hours", "target", "sure"] as const;
export type PlanAddress = Partial<Record<(typeof PLAN_PARAMS)[number], string | null>>;

/**
 * What an address asks, so that a link to the page is a link to the question: `budget=120000&must=<id>,<id>&one=<id>.<id>` and, with names
 * escaped, `skill=controls:120`, `hours=<id>:controls:16`, `target=<id>:4.5`. A part that cannot be read is left out; the page then shows the
 * question that it did read.
 */
export function questionAt(address: PlanAddress): PlanQuestion {
  const listOf = (text: string | null | undefined): string[] => (text ?? "").split(",").filter((part) => part !== "");
  const idsOf = (text: string | null | undefined): string[] => listOf(text).filter(isId);
  const partsOf = (text: string): string[] => text.split(":").map(unescaped);
  const budget = address.budget ? centsOf(numberTyped(address.budget)) : Number.NaN;
  return {
    goal: address.goal === "minimal-set" ? "minimal-set" : "portfolio",
    budgetCents: budget >= 0 ? budget : null,
    must: idsOf(address.must),
    without: idsOf(address.out),
    exclusive: groupsAt(address).filter((group) => group.length > 1),
    skills: listOf(address.skill)
      .map((text) => {
        const [skill = "", hours = ""] = partsOf(text);
        return { skill, hours: numberTyped(hours) };
      })
      .filter(({ skill, hours }) => skill !== "" && hours >= 0),
    hours: listOf(address.hours)
      .map((text) => {
        const [useCaseId = "", skill = "", hours = ""] = partsOf(text);
        return { useCaseId, skill, hours: numberTyped(hours) };
      })
      .filter(({ useCaseId, skill, hours }) => isId(useCaseId) && skill !== "" && hours >= 0),
    targets: listOf(address.target)
      .map((text) => {
        const [kpiId = "", atLeast = ""] = partsOf(text);
        return { kpiId, atLeast: numberTyped(atLeast) };
      })
      .filter(({ kpiId, atLeast }) => isId(kpiId) && !Number.isNaN(atLeast)),
    sure: address.sure === "1",
  };
}

function isId(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
}

/** The address of a question; what is as it is anyway is null. */
export function addressOf(question: PlanQuestion): Record<(typeof PLAN_PARAMS)[number], string | null> {
  const joined = (parts: readonly string[]): string | null => (parts.length === 0 ? null : parts.join(","));
  return {
    goal: question.goal === "portfolio" ? null : question.goal,
    budget: question.budgetCents === null ? null : figureShown(question.budgetCents, true),
    must: joined(question.must),
    out: joined(question.without),
    one: joined(question.exclusive.map((group) => group.join("."))),
    skill: joined(question.skills.map(({ skill, hours }) => `${escaped(skill)}:${hours}`)),
    hours: joined(question.hours.map((one) => `${one.useCaseId}:${escaped(one.skill)}:${one.hours}`)),
    target: joined(question.targets.map(({ kpiId, atLeast }) => `${kpiId}:${atLeast}`)),
    sure: question.sure ? "1" : null,
  };
}

/** The groups of "only one of" by their place, also one that has a single member so far, or none. */
export function groupsAt({ one }: PlanAddress): string[][] {
  return one ? one.split(",").map((group) => group.split(".").filter(isId)) : [];
}

/** Separators of the address within a name. */
function escaped(name: string): string {
  return name.replace(/[%,:]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);
}

function unescaped(text: string): string {
  return text.replace(/%(25|2c|3a)/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}
