import type { MinimalSetAnswer } from "../optimiser/find-minimal-set";
import type { Rule } from "../optimiser/conflict";
import type { Certified } from "../optimiser/plan-portfolio";
import { type PlanAsset, type PlanFacts, priceOf, wayOf } from "./plan-facts";
import { costShares } from "./shapley";

export const PLAN_STATES = ["solving", "proven", "stopped", "infeasible", "failed"] as const;
export type PlanState = (typeof PLAN_STATES)[number];

/** The best at one budget, as the frontier shows it; null where what is fixed does not fit. */
export interface FrontierEntry {
  budgetCents: number;
  best: { netCents: number; spentCents: number; useCaseIds: readonly string[] } | null;
  proven: boolean;
}

/** Why one that is not chosen is not. */
export type WhyOut =
  | { kind: "out"; shortCents: number; leaves: readonly string[]; enters: readonly string[]; proven: boolean }
  | { kind: "impossible"; rules: readonly Rule[] };

/** What a plan has found so far; more is added while it is being solved. */
export interface PlanAnswer {
  best?: Certified;
  conflict?: readonly Rule[];
  frontier?: readonly FrontierEntry[];
  whyOut?: Readonly<Record<string, WhyOut>>;
  set?: Extract<MinimalSetAnswer, { kind: "set" }>["set"];
  unreached?: Extract<MinimalSetAnswer, { kind: "infeasible" }>["targets"];
}

/** What an answer chooses, whatever was asked. */
export interface Chosen {
  useCaseIds: readonly string[];
  /** by use case the number of the way in which it is done, as the optimiser names it */
  ways: Readonly<Record<string, string>>;
  /** to be bought, or to be made to work again */
  assetIds: readonly string[];
}

/** Null while there is nothing to choose. */
export function chosenOf({ best, set }: PlanAnswer): Chosen | null {
  if (best) return { useCaseIds: Object.keys(best.plan.options), ways: best.plan.options, assetIds: best.plan.assets };
  return set ? { ...inSet(set), assetIds: set.toBuy } : null;
}

/** A smallest set names a use case, and after a slash its way where there are several. */
function inSet({ useCases }: NonNullable<PlanAnswer["set"]>): Pick<Chosen, "useCaseIds" | "ways"> {
  const named = useCases.map((entry) => entry.split("/"));
  return {
    useCaseIds: named.map(([id = ""]) => id),
    ways: Object.fromEntries(named.flatMap(([id = "", way]) => (way === undefined ? [] : [[id, way]]))),
  };
}

export interface PlanLine {
  useCaseId: string;
  /** what is committed to it from now on */
  cents: number;
  /** of that, its share of what is bought */
  shareCents: number;
  /** whether its money was approved before and stays as it is */
  isCommitted: boolean;
  /** the way in which it is done, where there are several */
  way: { id: string; name: string } | null;
}

/**
 * The budget lines of an answer: what was committed stays, everybody else gets the expected one-off cost and an equal share of each thing
 * that is bought for them. Shares are whole cents and add up.
 */
export function planLines(facts: PlanFacts, chosen: Chosen): PlanLine[] {
  const useCases = facts.useCases.filter(({ id }) => chosen.useCaseIds.includes(id));
  const shares = costShares(
    boughtOf(facts, chosen).map(({ asset, users }) => ({ asset: asset.id, costCents: priceOf(asset), users })),
  );
  return useCases.map((one) => {
    const { id, committedCents } = one;
    const way = wayOf(one, chosen.ways[id]);
    const ownCents = way?.ownCents ?? one.ownCents;
    const named = one.ways && way ? { id: way.id, name: way.name } : null;
    const shareCents = committedCents === null ? (shares.get(id)?.shareCents ?? 0) : 0;
    return {
      useCaseId: id,
      cents: ownCents + shareCents,
      shareCents,
      isCommitted: committedCents !== null,
      way: named,
    };
  });
}

/** Everything of the plant that a smallest set uses, there already or not; what has a price first. */
export function setThings(facts: PlanFacts, { set }: PlanAnswer): { asset: PlanAsset; users: string[] }[] {
  return set ? boughtOf(facts, { ...inSet(set), assetIds: set.things }) : [];
}

/** What an answer buys, each with those of the chosen that use it; what has a price first. */
export function boughtOf(facts: PlanFacts, chosen: Chosen): { asset: PlanAsset; users: string[] }[] {
  return facts.assets
    .filter(({ id }) => chosen.assetIds.includes(id))
    .map((asset) => ({
      asset,
      users: asset.neededBy.filter((id) => {
        const way = chosen.ways[id];
        const ways = asset.neededByWays?.[id];
        return chosen.useCaseIds.includes(id) && (!ways || way === undefined || ways.includes(way));
      }),
    }))
    .sort((a, b) => priceOf(b.asset) - priceOf(a.asset));
}

/** `Install speed drives`, `Make vibration work again`: what has to be done to have a thing. */
export function taskTitle({ id, capability }: Pick<PlanAsset, "id" | "capability">): string {
  return id.startsWith("to find:") ? `Install ${capability}` : `Make ${capability} work again`;
}

/** What is no longer as it was when a plan was made, in sentences; empty when the problem is still the same. */
export function planChanges(then: PlanFacts, now: PlanFacts): string[] {
  if (then.inputHash === now.inputHash) return [];
  const says: string[] = [];
  if (then.currency !== now.currency) says.push(`The portfolio is in ${now.currency} now`);
  if (then.budgetCents !== now.budgetCents) says.push("The budget is another one");
  const before = new Map(then.useCases.map((one) => [one.id, one]));
  const after = new Map(now.useCases.map((one) => [one.id, one]));
  for (const one of now.useCases) {
    const was = before.get(one.id);
    if (!was) says.push(`${one.title} came in`);
    else if (was.committedCents !== one.committedCents) says.push(`Other money is committed to ${one.title}`);
    else if (was.way === one.way && (was.valueCents !== one.valueCents || was.ownCents !== one.ownCents))
      says.push(`${one.title} is estimated otherwise`);
    else if (was.way === one.way && JSON.stringify(was.needs) !== JSON.stringify(one.needs))
      says.push(`${one.title} needs other things`);
    else if (was.way !== one.way && (one.fixed === "committed" || one.fixed === "under way"))
      says.push(`${one.title} is done in another way now`);
    else if (waysIn(was) !== waysIn(one)) says.push(`${one.title} can be done in other ways now`);
    else if (JSON.stringify(was.ways) !== JSON.stringify(one.ways))
      says.push(`A way to do ${one.title} is described or estimated otherwise`);
    else if (was.fixed !== one.fixed) says.push(`${one.title} is ${one.fixed ?? "free to be left out"} now`);
  }
  for (const { id, title } of then.useCases) if (!after.has(id)) says.push(`${title} is no longer among them`);
  const assets = new Map(then.assets.map((one) => [one.id, one]));
  for (const asset of now.assets) {
    const was = assets.get(asset.id);
    if (!was) continue;
    const name = asset.label ?? asset.capability;
    if ((was.state === "satisfied") !== (asset.state === "satisfied")) says.push(`${name}: ${asset.why}`);
    else if (priceOf(was) !== priceOf(asset)) says.push(`${name} has another price`);
  }
  return says.length > 0 ? says : ["Something else that it was made from"];
}

function waysIn({ ways = [] }: PlanFacts["useCases"][number]): string {
  return ways.map(({ id }) => id).join(" ");
}

/** How good an answer is known to be, as a clause after its price. */
export function boundOf(state: PlanState, gap: number | null): string {
  if (state === "proven") return "nothing is better";
  const within = gap === null ? "how near to the best is not known" : `within ${Math.ceil(gap * 100)} % of the best`;
  return state === "solving" ? `${within}, and still looking` : `${within}, not proven`;
}
