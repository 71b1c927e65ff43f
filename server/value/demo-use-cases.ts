import type { Pool } from "pg";
import { systemContext } from "@/server/core/context";
import type { DemoPage } from "@/server/demo/schema";
import { notePages } from "@/server/demo/verbs";
import type { As } from "./demo-actors";
import type { Estimate } from "./domain/estimate";
import type { Stage } from "./domain/stages";
import type { UseCaseFigures } from "./domain/use-case-figures";
import { addOption } from "./option-verbs";
import { savePolicy } from "./policy-verbs";
import { commitMoney, confirmRole, moveStage, reviewUseCase, setNeeds, setPeople } from "./use-case-verbs";
import { estimateUseCase, proposeUseCase, triageUseCase } from "./verbs";

type Three = readonly [low: number, mode: number, high: number];

interface DemoUseCase {
  title: string;
  summary: string;
  /** in euros, and as shares */
  benefitPerDay: Three;
  oneOff: Three;
  runPerDay: Three;
  adoption: Three;
  works: Three;
  rampDays: number;
  node: string;
  /** capability → the last part of the names of its streams on the node, and what it costs to have it, in euros */
  needs: Readonly<Record<string, { key: string; cost: number }>>;
  /** what nobody sells us yet, by name, in euros */
  toFind?: Readonly<Record<string, number>>;
  /** another way to do it: in place of what is to be found it needs this, and it brings and costs something else */
  other?: {
    name: string;
    first: string;
    summary: string;
    hours: { skill: string; hours: number }[];
    toFind: Readonly<Record<string, number>>;
  } & Pick<DemoUseCase, "benefitPerDay" | "oneOff" | "runPerDay" | "adoption" | "works" | "rampDays">;
  /** null: nobody has decided on it yet */
  stage: Stage | null;
  committed?: number;
  sponsor?: "executive" | "chair";
}

const USE_CASES: readonly DemoUseCase[] = [
  {
    title: "Bearing wear, pump house",
    summary: "Pumps are taken out before a bearing fails",
    ...{ benefitPerDay: [180, 340, 620], oneOff: [11_000, 16_000, 24_000], runPerDay: [12, 18, 30] },
    ...{ adoption: [0.7, 0.85, 0.95], works: [0.75, 0.9, 0.95], rampDays: 21, node: "edge-lyon-1" },
    needs: {
      vibration: { key: "vibration-rms", cost: 3_200 },
      "bearing temperature": { key: "bearing-temperature", cost: 1_400 },
      load: { key: "motor-current", cost: 600 },
    },
    ...{ stage: "prove", committed: 24_000, sponsor: "executive" },
  },
  {
    title: "Press wear, line 2",
    summary: "Tools are changed by force and vibration, not by the calendar",
    ...{ benefitPerDay: [120, 260, 540], oneOff: [14_000, 19_000, 30_000], runPerDay: [10, 16, 28] },
    ...{ adoption: [0.6, 0.8, 0.9], works: [0.6, 0.8, 0.9], rampDays: 30, node: "edge-lyon-2" },
    needs: {
      force: { key: "peak-force", cost: 4_500 },
      vibration: { key: "vibration-rms", cost: 2_800 },
      "oil temperature": { key: "oil-temperature", cost: 500 },
    },
    ...{ stage: "pilot", committed: 32_000, sponsor: "chair" },
  },
  {
    title: "Cold-store energy",
    summary: "The fans of the condenser follow the weather",
    // What its effect on the KPI is worth (server/value/demo-outcomes.ts): 10, 28 or 50 kW.h a day at 11, 14 or 19 cents.
    ...{ benefitPerDay: [1.1, 3.9, 9.5], oneOff: [90, 120, 180], runPerDay: [0.2, 0.3, 0.5] },
    ...{ adoption: [0.8, 0.9, 1], works: [0.7, 0.85, 0.95], rampDays: 0, node: "cold-store-1" },
    needs: {
      "compressor power": { key: "compressor-power", cost: 1_800 },
      "room temperature": { key: "air-temperature", cost: 900 },
      "coil temperature": { key: "coil-temperature", cost: 900 },
    },
    ...{ stage: "prove", committed: 200, sponsor: "executive" },
  },
  {
    title: "Pump house energy",
    summary: "The cheapest set of pumps for the flow that is asked for",
    ...{ benefitPerDay: [40, 110, 240], oneOff: [8_000, 12_000, 22_000], runPerDay: [6, 9, 15] },
    ...{ adoption: [0.5, 0.7, 0.9], works: [0.5, 0.7, 0.85], rampDays: 30, node: "edge-lyon-1" },
    needs: { power: { key: "motor-power", cost: 2_000 }, flow: { key: "total-flow", cost: 3_000 } },
    ...{ toFind: { "speed drives": 18_000 }, stage: "idea" },
    other: {
      name: "New pumps, drives built in",
      first: "Speed drives on the pumps",
      summary: "The worn pumps go, and with them what they lose",
      ...{ benefitPerDay: [70, 160, 300], oneOff: [18_000, 26_000, 42_000], runPerDay: [4, 7, 12] },
      ...{ adoption: [0.6, 0.8, 0.95], works: [0.6, 0.8, 0.9], rampDays: 60 },
      ...{ hours: [{ skill: "controls", hours: 40 }], toFind: { "pumps with drives": 54_000 } },
    },
  },
  {
    title: "Oil quality by sound",
    summary: "Oil is changed when it is worn",
    ...{ benefitPerDay: [10, 45, 120], oneOff: [9_000, 14_000, 25_000], runPerDay: [5, 8, 12] },
    ...{ adoption: [0.4, 0.6, 0.8], works: [0.2, 0.4, 0.6], rampDays: 45, node: "edge-lyon-2" },
    ...{ needs: { "oil pressure": { key: "oil-pressure", cost: 800 } }, toFind: { microphones: 6_400 }, stage: null },
  },
];
/** What of it is worth a look, told once it is there. */
const PAGES: readonly DemoPage[] = [
  {
    ...{ id: "portfolio", title: "What to fund next", href: "/portfolio" },
    sentence: "Five use cases from the idea to the pilot, ranked on one page by value, readiness and what they cost.",
  },
  {
    ...{ id: "plan", title: "What fits into the budget, and when", href: "/portfolio/plan" },
    sentence:
      "Money, people and streams are shared: the plan says which use cases begin when, and what each waits for.",
  },
];
const BUDGET_CENTS = 12_000_000;
const EURO = 100;

/** Without a float's tail: 1.1 euros are 110 cents. */
const cleaned = (value: number): number => Math.round(value * 1e6) / 1e6;
const estimate = ([low, mode, high]: Three, factor = 1): Estimate => ({
  ...{ low: cleaned(low * factor), mode: cleaned(mode * factor), high: cleaned(high * factor) },
});

/**
 * Gives the demo company its portfolio, by the same verbs and as the same people as in the browser. Waits for nothing: while a stream that
 * one of them needs has not announced itself, that one is left for the next call. What is there already is not touched.
 *
 * @returns whether all of them are there
 */
export async function addDemoUseCases(pool: Pool, as: As): Promise<boolean> {
  const policies = await pool.query("select 1 from value_policies limit 1");
  if (policies.rows.length === 0)
    await savePolicy(await as("chair", "value.policy"), {
      ...{ version: 0, currency: "EUR", budgetCents: BUDGET_CENTS, discountRate: 0.08, rankedBy: "value" },
      weights: { value: 40, readiness: 25, kpiClarity: 20, sponsorship: 15 },
      why: "The budget of the year",
    });
  const { rows: known } = await pool.query<{ title: string }>("select title from use_cases");
  const titles = new Set(known.map(({ title }) => title));
  let isComplete = true;
  for (const useCase of USE_CASES) {
    if (titles.has(useCase.title)) continue;
    const needs = await needsOf(pool, useCase);
    if (needs === null) isComplete = false;
    else await addUseCase(pool, as, useCase, needs);
  }
  if (isComplete) await notePages(await systemContext(pool, "demo"), PAGES);
  return isComplete;
}

type Needs = Parameters<typeof setNeeds>[1]["needs"];

/** Null while one of the streams is not there yet. */
async function needsOf(pool: Pool, { node, needs, toFind = {}, other }: DemoUseCase): Promise<Needs | null> {
  const found: Needs = [];
  const none = {
    ...{ streamId: null, deviceId: null, nodeId: null, slot: null },
    ...{ option: null, skill: null, hours: null },
  };
  for (const [capability, { key, cost }] of Object.entries(needs)) {
    const { rows } = await pool.query<{ id: number }>(
      `select id from streams where node_id = $1 and status = 'accepted' and (key = $2 or key like '%/' || $2) order by key limit 1`,
      [node, key],
    );
    const [stream] = rows;
    if (!stream) return null;
    found.push({ ...none, capability, streamId: stream.id, costCents: cost * EURO });
  }
  const add = (things: Readonly<Record<string, number>>, option: number | null) => {
    for (const [capability, cost] of Object.entries(things))
      found.push({ ...none, capability, costCents: cost * EURO, option });
  };
  add(toFind, other ? 1 : null);
  if (other) add(other.toFind, 2);
  return found;
}

function figuresOf(
  one: Pick<DemoUseCase, "benefitPerDay" | "oneOff" | "runPerDay" | "adoption" | "works" | "rampDays">,
): UseCaseFigures {
  return {
    currency: "EUR",
    benefitCentsPerDay: estimate(one.benefitPerDay, EURO),
    oneOffCents: estimate(one.oneOff, EURO),
    runCentsPerDay: estimate(one.runPerDay, EURO),
    adoption: estimate(one.adoption),
    technicalProbability: estimate(one.works),
    rampDays: one.rampDays,
  };
}

async function addUseCase(pool: Pool, as: As, useCase: DemoUseCase, needs: Needs): Promise<void> {
  const { title, summary, stage, committed, sponsor } = useCase;
  const { id } = await proposeUseCase(await as("member", "value.propose"), {
    ...{ title, summary },
    figures: figuresOf(useCase),
  });
  let version = 1;
  const seen = () => ({ id, version: version++ });
  const { other } = useCase;
  if (other) {
    const { name, first, summary: about, hours } = other;
    const member = await as("member", "value.estimate");
    await addOption(member, { ...seen(), name, first, summary: about, hours });
    await estimateUseCase(member, { ...seen(), option: 2, figures: figuresOf(other), why: "An offer for two pumps" });
  }
  await setNeeds(await as("member", "value.estimate"), { ...seen(), needs });
  if (stage === null) return;
  const chair = await as("chair", "value.decide");
  await triageUseCase(chair, { ...seen(), to: "accepted", why: "" });
  const owner = await as("data-scientist", "value.propose");
  const sponsoring = sponsor ? await as(sponsor, "value.propose") : null;
  const people = { ownerId: owner.actor.id, sponsorId: sponsoring?.actor.id ?? null };
  await setPeople(await as("member", "value.estimate"), { ...seen(), ...people });
  await confirmRole(owner, { ...seen(), as: "owner" });
  if (sponsoring) await confirmRole(sponsoring, { ...seen(), as: "sponsor" });
  if (stage === "idea") return;
  await reviewUseCase(chair, { ...seen(), objections: [] });
  await moveStage(chair, { ...seen(), to: stage, why: "" });
  if (committed !== undefined) await commitMoney(chair, { ...seen(), cents: committed * EURO, why: "" });
}
