import { NO_QUESTION, PlanQuestion } from "./plan-question";
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
  const partsOf = (text: string): string[] => text.split(":").map(unescaped);
  const budget = address.budget ? centsOf(numberTyped(address.budget)) : Number.NaN;
  const asked = {
    goal: address.goal === "minimal-set" ? ("minimal-set" as const) : ("portfolio" as const),
    budgetCents: Number.isNaN(budget) ? null : budget,
    must: listOf(address.must),
    without: listOf(address.out),
    exclusive: groupsAt(address).filter((group) => group.length > 1),
    skills: listOf(address.skill).map((text) => {
      const [skill = "", hours = ""] = partsOf(text);
      return { skill, hours: numberTyped(hours) };
    }),
    hours: listOf(address.hours).map((text) => {
      const [useCaseId = "", skill = "", hours = ""] = partsOf(text);
      return { useCaseId, skill, hours: numberTyped(hours) };
    }),
    targets: listOf(address.target).map((text) => {
      const [kpiId = "", atLeast = ""] = partsOf(text);
      return { kpiId, atLeast: numberTyped(atLeast) };
    }),
    sure: address.sure === "1",
  };
  const whole = PlanQuestion.safeParse(asked);
  if (whole.success) return whole.data;
  let question = NO_QUESTION;
  for (const [name, value] of Object.entries(asked)) {
    const more = PlanQuestion.safeParse({ ...question, [name]: value });
    if (more.success) question = more.data;
  }
  return question;
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
  return one ? one.split(",").map((group) => group.split(".").filter((id) => id !== "")) : [];
}

/** Separators of the address within a name. */
function escaped(name: string): string {
  return name.replace(/[%,:]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);
}

function unescaped(text: string): string {
  return text.replace(/%(25|2c|3a)/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}
