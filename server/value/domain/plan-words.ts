import type { Rule } from "../optimiser/conflict";
import { formatMoney } from "./money-words";
import {
  boundOf,
  boughtOf,
  chosenOf,
  type FrontierEntry,
  type PlanAnswer,
  type PlanState,
  type WhyOut,
} from "./plan-answer";
import { type PlanAsset, type PlanFacts, type PlanUseCase, priceOf } from "./plan-facts";

/** As far as the sentence over a plan looks at it. */
export interface SpokenPlan {
  facts: PlanFacts;
  answer: PlanAnswer;
  state: PlanState;
  boundCents: number | null;
  gap: number | null;
  error: string | null;
}

/** A plan in one sentence, and what follows from it. `now` is what a plan would be made from at this moment. */
export function planVerdict(
  now: PlanFacts,
  plan: SpokenPlan | null,
  changes: readonly string[],
): { title: string; detail: string } {
  const goal = "targets" in now.problem ? "the smallest set" : "the best plan";
  if (!plan) {
    if (now.useCases.length === 0)
      return {
        title: "There is nothing to plan with yet",
        detail: "A plan chooses among accepted use cases that have an estimate. Accept one first.",
      };
    const free = now.useCases.filter(({ fixed }) => fixed === null).length;
    return {
      title: `${count(free, "use case")} to choose from, ${now.useCases.length - free} fixed`,
      detail: `Nobody has asked for ${goal} with these choices yet.`,
    };
  }
  const { facts, answer, state, error } = plan;
  const chosen = chosenOf(answer);
  const changed = changes.length > 0 ? `Since then: ${changes.slice(0, 3).join("; ")}.` : "";
  if (state === "infeasible") {
    const says = answer.conflict
      ? conflictWords(answer.conflict, facts)
      : (answer.unreached ?? [])
          .map(({ kpi, atLeast, most }) => {
            const known = facts.kpis.find(({ id }) => id === kpi);
            const reach =
              most === null ? "nobody knows how much can be" : `at most ${rounded(most)} ${known?.unit ?? ""}`.trim();
            return `${known?.name ?? "A KPI"} should get better by ${rounded(atLeast)}; ${reach} can be reached`;
          })
          .join(". ");
    return {
      title: "No plan keeps all of this",
      detail: [says.replace(/([^.])$/, "$1."), changed].filter(Boolean).join(" "),
    };
  }
  if (state === "failed")
    return { title: "There is no answer", detail: error ?? "The search ended before it found one." };
  if (!chosen) return { title: `Looking for ${goal}`, detail: "The first answer is there within a second." };
  const n = count(chosen.useCaseIds.length, "use case");
  const detail = [boughtWords(facts, answer), changed].filter(Boolean).join(" ");
  if (answer.set)
    return {
      title: `${n} and ${count(answer.set.things.length, "thing")} of the plant reach it for ${money(answer.set.costCents)}; ${state === "proven" ? "nothing is cheaper or smaller" : boundOf(state, plan.gap)}`,
      detail,
    };
  const { spentCents, netCents } = answer.best?.plan ?? { spentCents: 0, netCents: 0 };
  const good = boundOf(state, plan.gap);
  if (chosen.useCaseIds.length === 0)
    return { title: "Choosing none is best: each costs more than it brings in twelve months", detail: changed };
  return {
    title: `${n} for ${money(spentCents)} ${netCents < 0 ? "lose" : "bring"} ${money(Math.abs(netCents))} net in twelve months; ${good}`,
    detail,
  };

  function money(cents: number): string {
    return formatMoney(cents, now.currency);
  }
}

function boughtWords(facts: PlanFacts, answer: PlanAnswer): string {
  const chosen = chosenOf(answer);
  if (!chosen) return "";
  const bought = boughtOf(facts, chosen);
  if (bought.length === 0) return "Everything that it needs of the plant is there and healthy.";
  const cents = bought.reduce((sum, { asset }) => sum + priceOf(asset), 0);
  const shared = bought.filter(({ users }) => users.length > 1).length;
  const sharing = shared === 0 ? "" : `, ${shared === 1 ? "one of them" : `${shared} of them`} shared`;
  return `${count(bought.length, "thing")} of the plant ${bought.length === 1 ? "is" : "are"} still to be got for ${formatMoney(cents, facts.currency)}${sharing}.`;
}

/** Rules that cannot all be kept, as a person would say them; how much would do where that is known. */
export function conflictWords(rules: readonly Rule[], facts: PlanFacts): string {
  const nameOf = (id: string): string => facts.useCases.find((one) => one.id === id)?.title ?? "one that is gone";
  const parts = rules.map((rule) => {
    switch (rule.kind) {
      case "budget": {
        const there = formatMoney(rule.thereCents, facts.currency);
        if (rule.neededCents === null) return `the budget is ${there}`;
        return `the budget is ${there}, and ${formatMoney(rule.neededCents, facts.currency)} are needed`;
      }
      case "skill": {
        const there = `there are ${rounded(rule.thereHours)} hours of ${rule.skill}`;
        return rule.neededHours === null
          ? there
          : `${there}, and ${rounded(Math.ceil(rule.neededHours * 10) / 10)} are needed`;
      }
      case "mandatory": {
        const fixed = facts.useCases.find((one) => one.id === rule.useCase)?.fixed;
        return `${nameOf(rule.useCase)} ${fixed === "committed" ? "is committed" : fixed === "under way" ? "is under way" : "has to be in"}`;
      }
      case "exclusive":
        return `only one of ${rule.useCases.map(nameOf).join(" and ")} is allowed`;
    }
  });
  return `These cannot all hold: ${parts.join("; ")}.`;
}

/** The field of the form at which a conflict is said: what can be given more of, before what was chosen. */
export function conflictField(rules: readonly Rule[], skills: readonly { skill: string }[]): string {
  const skill = rules.find((rule) => rule.kind === "skill");
  if (rules.some(({ kind }) => kind === "budget")) return "budgetCents";
  if (skill?.kind === "skill") return `skills[${skills.findIndex((one) => one.skill === skill.skill)}].hours`;
  return "must";
}

/** Why a use case is not chosen: what it would push out, or what keeps it out whatever is given up. */
export function whyOutWords(useCase: PlanUseCase, why: WhyOut | undefined, facts: PlanFacts): string {
  if (!why) return "This is still being worked out.";
  if (why.kind === "impossible")
    return conflictWords(why.rules, facts).replace("These cannot all hold", `${useCase.title} cannot be in`);
  const money = (cents: number): string => formatMoney(Math.abs(cents), facts.currency);
  const names = (ids: readonly string[]): string =>
    ids.map((id) => facts.useCases.find((one) => one.id === id)?.title ?? "one that is gone").join(", ");
  const less = why.shortCents > 0 ? `the plan would net ${money(why.shortCents)} less` : "the plan would net as much";
  if (why.leaves.length === 0 && why.enters.length === 0)
    return why.shortCents > 0
      ? `It costs ${money(why.shortCents)} more than it brings in twelve months, with what it needs.`
      : "It brings as much as it costs: leaving it out is as good.";
  const out = why.leaves.length > 0 ? `${names(why.leaves)} would have to leave` : "";
  const into = why.enters.length > 0 ? `${names(why.enters)} would come in` : "";
  return `With it ${[out, into, less].filter(Boolean).join(", and ")}${why.proven ? "" : " (the best found in 3 s)"}.`;
}

/** What a use case needs of the plant that is not there and healthy, with its price and who would share it. */
export function needsWords(useCase: PlanUseCase, facts: PlanFacts): string {
  const assetOf = new Map(facts.assets.map((asset) => [asset.id, asset]));
  const missing = useCase.needs.flatMap(({ capability, assets }) => {
    const any = assets.flatMap((id): readonly PlanAsset[] => {
      const found = assetOf.get(id);
      return found ? [found] : [];
    });
    if (any.length === 0 || any.some(({ state }) => state === "satisfied")) return [];
    const [cheapest] = [...any].sort((a, b) => priceOf(a) - priceOf(b));
    if (!cheapest) return [];
    const others = cheapest.neededBy.length - 1;
    const sharing = others > 0 ? `, needed by ${others} other${others === 1 ? "" : "s"} too` : "";
    return [`${capability} for ${formatMoney(priceOf(cheapest), facts.currency)}${sharing}`];
  });
  return missing.length === 0 ? "All that it needs of the plant is there." : `It still needs ${missing.join("; ")}.`;
}

/** What more money buys, in one sentence. */
export function frontierWords(frontier: readonly FrontierEntry[], currency: string): string {
  const money = (cents: number): string => formatMoney(cents, currency);
  const points = frontier.flatMap(({ budgetCents, best }) => (best ? [{ budgetCents, ...best }] : []));
  const [first] = points;
  const last = points.at(-1);
  if (!first || !last) return "No budget is enough for what is fixed.";
  const least = points.find(({ netCents }) => netCents === last.netCents) ?? last;
  const tooSmall = frontier.filter(({ best }) => best === null).at(-1);
  const floor = tooSmall ? ` Up to ${money(tooSmall.budgetCents)} it is not enough for what is fixed.` : "";
  if (least.spentCents === 0) return `No budget brings anything: none is worth what it costs.${floor}`;
  return `${money(least.spentCents)} bring the most, ${money(last.netCents)} net; more budget brings nothing more.${floor}`;
}

function count(n: number, thing: string): string {
  return `${n.toLocaleString("en-US")} ${thing}${n === 1 ? "" : "s"}`;
}

function rounded(value: number): string {
  return String(Math.round(value * 100) / 100);
}
