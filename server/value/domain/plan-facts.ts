import { estimateMean, estimateQuantile, type Estimate } from "./estimate";
import type { MinimalSetProblem, PricedThing } from "./minimal-set";
import { type NeedRow, type ProviderFacts, providerState } from "./needs";
import type { PlanQuestion } from "./plan-question";
import type { PortfolioAsset, PortfolioOption, PortfolioProblem } from "./portfolio";
import { fingerprint } from "./random";
import type { RequirementState } from "./requirements";
import { STAGES, type Intake, type Stage } from "./stages";
import { netValueOf, type UseCaseFigures, expectedOf } from "./use-case-figures";

/** From this stage on work on the plant is under way: stopping it is a decision of its own, not of an optimiser. */
const UNDER_WAY = STAGES.indexOf("pilot");

/** A need of a use case with what people call its thing, and the work that having it takes. */
export interface PlanNeed extends NeedRow {
  label: string | null;
  skill?: string | null;
  hours?: number | null;
}

/** What is known of one way to do a use case. */
export interface WayInput {
  n: number;
  name: string;
  /** by skill, beside those of the things it needs */
  hours: Readonly<Record<string, number>>;
  figures: UseCaseFigures | null;
  needs: readonly PlanNeed[];
  effects: readonly { kpiId: string; name: string; unit: string; effect: Estimate }[];
}

/** A device or node that something of the plant stands on; it has no price of its own. */
export interface Carrier {
  id: string;
  capability: "device" | "edge node";
  label: string;
  provider: ProviderFacts;
}

/** By the id of a thing, what it stands on. */
export type Carriers = ReadonlyMap<string, readonly Carrier[]>;

/** What is known of a use case when a plan is made. */
export interface PlanInput {
  id: string;
  title: string;
  teamId: string;
  team: string;
  intake: Intake;
  stage: Stage;
  committedCents: number | null;
  /** the must-meet that does not hold, or null */
  waitsFor: string | null;
  /** the ways to do it that are considered, in their order; at least the chosen one */
  ways: readonly WayInput[];
  /** number of the chosen way */
  chosen: number;
}

/** A way to do a use case, as a plan looks at it. */
interface PlanWay {
  /** its number, as the optimiser names it */
  id: string;
  name: string;
  valueCents: number | null;
  ownCents: number;
  hours: Readonly<Record<string, number>>;
  /** capability → the assets of which any one provides it */
  needs: readonly { capability: string; assets: readonly string[] }[];
}

/** Why a use case is in whatever the optimiser finds. */
export type Fixed = "committed" | "under way" | "wanted";

export interface PlanUseCase {
  id: string;
  title: string;
  team: string;
  stage: Stage;
  fixed: Fixed | null;
  committedCents: number | null;
  waitsFor: string | null;
  /** over twelve months, before what it costs once; null where nobody has estimated it */
  valueCents: number | null;
  ownCents: number;
  /** capability → the assets of which any one provides it */
  needs: readonly { capability: string; assets: readonly string[] }[];
  /** number of the way that the figures above are of; plans from before there were ways have none */
  way?: string;
  /** what can be chosen among; left out where there is only one way */
  ways?: readonly PlanWay[];
  /** of the only way, by skill */
  hours?: Readonly<Record<string, number>>;
}

/** Something of the plant that use cases need, bought once however many share it. */
export interface PlanAsset {
  id: string;
  /** its capability, as the first that needs it calls it */
  capability: string;
  /** what people call the thing; null for what is still to be found, and for what is not theirs */
  label: string | null;
  state: RequirementState;
  why: string;
  costCents: number;
  /** use case whose committed money already pays for it */
  paidBy: string | null;
  neededBy: readonly string[];
  /** by use case the ways that need it, of those that can be done in several */
  neededByWays?: Readonly<Record<string, readonly string[]>>;
  /** work that having it takes, by skill */
  hours?: Readonly<Record<string, number>>;
}

/** Everything a plan is made from, and the problem that follows from it. */
export interface PlanFacts {
  currency: string;
  budgetCents: number;
  useCases: readonly PlanUseCase[];
  assets: readonly PlanAsset[];
  /** accepted, and yet not looked at */
  left: readonly { id: string; title: string; why: string }[];
  /** KPIs that the use cases promise to move, by id */
  kpis: readonly { id: string; name: string; unit: string }[];
  problem: PortfolioProblem | MinimalSetProblem;
  inputHash: string;
}

/**
 * The problem of the real portfolio: accepted use cases with estimates, each worth its risk-adjusted benefit less run cost over twelve
 * months; what they need of the plant, where what is there and healthy now costs nothing. What is committed, or under way, is fixed. A
 * commitment is spent as it was approved and pays for everything that its use case still lacks, so that adopting a plan changes nothing
 * in the next one.
 */
export function planFacts(
  inputs: readonly PlanInput[],
  question: PlanQuestion,
  policy: { currency: string; budgetCents: number; discountRate: number },
  nowMs: number,
  carriers: Carriers = new Map(),
): PlanFacts {
  const considered = inputs.map((one) => ({ ...one, ways: offered(one) }));
  const isIn = (one: PlanInput): boolean =>
    one.committedCents !== null ||
    (one.intake === "accepted" && one.ways.length > 0 && !question.without.includes(one.id));
  const shown = considered.filter(isIn);
  const left = considered
    .filter((one) => one.intake === "accepted" && !isIn(one))
    .map((one) => ({
      id: one.id,
      title: one.title,
      why: one.ways.length === 0 ? "nobody has estimated it" : "it was left out",
    }));
  const assets = assetsOf(shown, carriers, nowMs);
  const useCases = shown.map((one): PlanUseCase => {
    const { id, title, team, stage, committedCents, waitsFor } = one;
    const ways = one.ways.map((way) => planWay(one, way, policy.discountRate));
    const {
      valueCents,
      ownCents,
      needs,
      hours,
      id: way,
    } = ways.find(({ id: n }) => n === String(one.chosen)) ?? ways[0] ?? { ...NO_WAY, id: String(one.chosen) };
    return {
      ...{ id, title, team, stage, committedCents, waitsFor, valueCents, ownCents, needs, hours, way },
      fixed: fixedBy(one, question),
      ...(ways.length > 1 ? { ways } : {}),
    };
  });
  const budgetCents = question.budgetCents ?? policy.budgetCents;
  const kpis = new Map(
    shown.flatMap(({ ways }) =>
      ways.flatMap(({ effects }) => effects.map(({ kpiId, name, unit }) => [kpiId, { id: kpiId, name, unit }])),
    ),
  );
  const problem =
    question.goal === "portfolio"
      ? portfolioProblem(useCases, assets, question, budgetCents)
      : minimalSetProblem(shown, useCases, assets, carriers, question);
  return {
    ...{ currency: policy.currency, budgetCents, useCases, assets, left, problem },
    kpis: [...kpis.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
    inputHash: fingerprint(problem),
  };
}

const NO_WAY = { valueCents: null, ownCents: 0, hours: {}, needs: [] };

/**
 * The ways among which an optimiser may choose: those that somebody has estimated, and of what is committed or under way the chosen one
 * alone, since the money and the work went into that.
 */
function offered({ ways, chosen, committedCents, stage }: PlanInput): readonly WayInput[] {
  if (committedCents !== null) return ways.filter(({ n }) => n === chosen);
  const estimated = ways.filter(({ figures }) => figures !== null);
  return STAGES.indexOf(stage) >= UNDER_WAY ? estimated.filter(({ n }) => n === chosen) : estimated;
}

function planWay(one: PlanInput, { n, name, hours, figures, needs }: WayInput, discountRate: number): PlanWay {
  const oneOff = figures === null ? 0 : Math.round(expectedOf(figures, "oneOffCents"));
  return {
    ...{ id: String(n), name, hours },
    valueCents: figures === null ? null : Math.round(netValueOf(figures, 0, discountRate).value) + oneOff,
    ownCents: one.committedCents ?? oneOff,
    needs: needsOf(one, needs),
  };
}

function fixedBy({ id, committedCents, stage }: PlanInput, { must }: PlanQuestion): Fixed | null {
  if (committedCents !== null) return "committed";
  if (STAGES.indexOf(stage) >= UNDER_WAY) return "under way";
  return must.includes(id) ? "wanted" : null;
}

/**
 * Names what provides a need. A thing of the plant is the same for everybody; what is still to be found is the same within a team when it
 * is called the same.
 */
function assetId({ teamId }: PlanInput, { thing, capability }: PlanNeed): string {
  return thing ?? `to find:${teamId}:${capability.trim().toLowerCase()}`;
}

function needsOf(one: PlanInput, written: readonly PlanNeed[]): { capability: string; assets: string[] }[] {
  const needs = new Map<string, string[]>();
  for (const need of written) {
    const before = needs.get(need.capability) ?? [];
    needs.set(need.capability, [...new Set([...before, assetId(one, need)])]);
  }
  return [...needs].map(([capability, assets]) => ({ capability, assets: assets.sort() }));
}

type DraftAsset = PlanAsset & {
  neededBy: string[];
  neededByWays: Record<string, string[]>;
  hours: Record<string, number>;
};

function note(ways: Record<string, string[]>, useCaseId: string, n: number | string): void {
  ways[useCaseId] = [...new Set([...(ways[useCaseId] ?? []), String(n)])];
}

/** Of a thing that two use cases price differently the higher price counts, and so with hours: a plan that turns out cheaper is no harm. */
function assetsOf(shown: readonly PlanInput[], carriers: Carriers, nowMs: number): PlanAsset[] {
  const assets = new Map<string, DraftAsset>();
  for (const one of shown) {
    for (const { way, need } of one.ways.flatMap((way) => way.needs.map((need) => ({ way, need })))) {
      const id = assetId(one, need);
      const before = assets.get(id);
      const { capability, label, costCents } = need;
      const asset = before ?? {
        ...{ id, capability, label, costCents, paidBy: null, neededBy: [], neededByWays: {}, hours: {} },
        ...providerState(need.provider, nowMs),
      };
      asset.costCents = Math.max(asset.costCents, costCents);
      if (one.committedCents !== null) asset.paidBy ??= one.id;
      if (!asset.neededBy.includes(one.id)) asset.neededBy.push(one.id);
      if (one.ways.length > 1) note(asset.neededByWays, one.id, way.n);
      if (need.skill && need.hours) asset.hours[need.skill] = Math.max(asset.hours[need.skill] ?? 0, need.hours);
      assets.set(id, asset);
    }
  }
  for (const { id: carried, neededBy, neededByWays } of [...assets.values()]) {
    for (const { id, capability, label, provider } of carriers.get(carried) ?? []) {
      const none = { ...{ id, capability, label, costCents: 0, paidBy: null }, ...providerState(provider, nowMs) };
      const before = assets.get(id) ?? { ...none, neededBy: [], neededByWays: {}, hours: {} };
      for (const [of, ways] of Object.entries(neededByWays)) for (const n of ways) note(before.neededByWays, of, n);
      assets.set(id, { ...before, neededBy: [...new Set([...before.neededBy, ...neededBy])] });
    }
  }
  return [...assets.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** What having it costs a plan now. */
export function priceOf({ state, costCents, paidBy }: PlanAsset): number {
  return state === "satisfied" || paidBy !== null ? 0 : costCents;
}

function portfolioProblem(
  useCases: readonly PlanUseCase[],
  assets: readonly PlanAsset[],
  { skills, hours, exclusive }: PlanQuestion,
  budgetCents: number,
): PortfolioProblem {
  const known = new Set(useCases.map(({ id }) => id));
  const asAsked = (taken: Readonly<Record<string, number>>) => hoursAsked(taken, skills);
  // What the question says of a use case holds however it is done: whoever asks knows the people that are there.
  const saidOf = (id: string) =>
    Object.fromEntries(hours.filter((one) => one.useCaseId === id).map(({ skill, hours: taken }) => [skill, taken]));
  return {
    useCases: useCases.map((one) => {
      const options = waysOf(one).map(({ id, valueCents, ownCents, hours: taken, needs }): PortfolioOption => {
        const each = needs.map(({ assets }) => assets);
        return {
          ...{ id, valueCents: valueCents ?? 0, ownCents, hours: { ...asAsked(taken), ...saidOf(one.id) } },
          needs: each.filter((providers) => providers.length === 1).flat(),
          needsAny: each.filter((providers) => providers.length > 1),
        };
      });
      return { id: one.id, options, mandatory: one.fixed !== null, after: [] };
    }),
    assets: assets.map((asset): PortfolioAsset => {
      const present = asset.state === "satisfied";
      return { id: asset.id, costCents: priceOf(asset), hours: asAsked(asset.hours ?? {}), present };
    }),
    budgetCents,
    skillHours: Object.fromEntries(skills.map(({ skill, hours: there }) => [skill, there])),
    exclusive: exclusive.map((group) => group.filter((id) => known.has(id))).filter((group) => group.length > 1),
  };
}

/** Hours by skill as a question spells the skills: people who describe work and those who plan it write them differently. */
function hoursAsked(taken: Readonly<Record<string, number>>, skills: PlanQuestion["skills"]): Record<string, number> {
  const spelled = new Map(skills.map(({ skill }) => [skill.toLowerCase(), skill]));
  return Object.fromEntries(Object.entries(taken).map(([skill, n]) => [spelled.get(skill.toLowerCase()) ?? skill, n]));
}

/** The ways of a use case among which a plan chooses. */
function waysOf({ ways, way, valueCents, ownCents, needs, hours = {} }: PlanUseCase): readonly PlanWay[] {
  return ways ?? [{ id: way ?? "1", name: "", valueCents, ownCents, hours, needs }];
}

/** The way that has this number, or the one whose figures the use case shows. */
export function wayOf(one: PlanUseCase, id: string | undefined): PlanWay | undefined {
  const ways = waysOf(one);
  return ways.find((way) => way.id === id) ?? ways.find((way) => way.id === one.way) ?? ways[0];
}

/** Whose committed money is spent anyway costs a set nothing more. */
function minimalSetProblem(
  inputs: readonly PlanInput[],
  useCases: readonly PlanUseCase[],
  assets: readonly PlanAsset[],
  carriers: Carriers,
  { targets, sure }: PlanQuestion,
): MinimalSetProblem {
  const effects = new Map(
    inputs.flatMap((one) => one.ways.map(({ n, effects: promised }) => [`${one.id} ${n}`, promised])),
  );
  const effectOf = (effect: Estimate): number => (sure ? estimateQuantile(effect, 0.1) : estimateMean(effect));
  return {
    targets: Object.fromEntries(targets.map(({ kpiId, atLeast }) => [kpiId, atLeast])),
    useCases: useCases.flatMap((one) =>
      waysOf(one).map((way) => ({
        id: entryId(one, way),
        ownCents: one.committedCents === null ? way.ownCents : 0,
        effects: Object.fromEntries(
          (effects.get(`${one.id} ${way.id}`) ?? []).map(({ kpiId, effect }) => [kpiId, effectOf(effect)]),
        ),
        needs: { all: way.needs.map(({ assets: any }) => ({ any: any.map((thing) => ({ thing })) })) },
      })),
    ),
    exclusive: useCases.flatMap((one) => (one.ways ? [one.ways.map((way) => entryId(one, way))] : [])),
    things: assets.map((asset): PricedThing => {
      const present = asset.state === "satisfied";
      const on = carriers.get(asset.id) ?? [];
      const needs = on.length === 0 ? null : { all: on.map(({ id }) => ({ thing: id })) };
      return { id: asset.id, kind: kindOf(asset.id), needs, costCents: priceOf(asset), present };
    }),
  };
}

/** Names a use case in a smallest set, and its way where there are several. */
function entryId({ id, ways }: PlanUseCase, way: PlanWay): string {
  return ways ? `${id}/${way.id}` : id;
}

function kindOf(id: string): PricedThing["kind"] {
  const kinds = ["stream", "device", "node", "model"] as const;
  // What is still to be found will be a device of some kind.
  return kinds.find((kind) => id.startsWith(`${kind}:`)) ?? "device";
}
