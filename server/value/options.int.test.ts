import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cloneTestDb, type TestDb } from "@/db/testing";
import { solvePlan, stopSolvers } from "./plan-solve-verbs";
import { addTeams, somebodyOf } from "./testing-people";

type Somebody = Awaited<ReturnType<typeof somebodyOf>>;
let db: TestDb;
let team = { ours: "", theirs: "" };
let executive: Somebody;
let chair: Somebody;
beforeAll(async () => {
  db = await cloneTestDb();
  team = await addTeams(db);
  executive = await somebodyOf(db, "executive", team.ours);
  chair = await somebodyOf(db, "chair", team.ours);
});
afterAll(async () => {
  await stopSolvers();
  await db.drop();
});

const even = (n: number) => ({ low: n, mode: n, high: n });
const figures = (oneOff: number) => ({
  ...{ currency: "EUR", benefitCentsPerDay: even(10_000), adoption: even(1), technicalProbability: even(1) },
  ...{ oneOffCents: even(oneOff), runCentsPerDay: even(0), rampDays: 0 },
});
let n = 0;

/** A use case with an estimate and one other way, which nobody has estimated; by what is seen of it now. */
async function withTwo(): Promise<{ id: string; seen: () => Promise<{ id: string; version: number }> }> {
  const { id } = await executive.value.propose({
    title: `Use case ${++n}`,
    teamId: team.ours,
    figures: figures(500_000),
  });
  const seen = async () => ({ id, version: (await executive.value.get({ id })).row.version });
  expect(await executive.value.addOption({ ...(await seen()), name: "One acoustic camera" })).toEqual({ n: 2 });
  return { id, seen };
}

/** The field that a refusal is about. */
const fieldOf = (refused: Promise<unknown>): Promise<unknown> =>
  refused.then(
    () => null,
    (cause: unknown) =>
      Reflect.get(Object(Reflect.get(Object(Reflect.get(Object(cause), "cause")), "detail")), "field"),
  );

describe("choosing a way", () => {
  test("figures, what it needs and what it moves are those of the way that is chosen", async () => {
    const { id, seen } = await withTwo();
    const kpi = await executive.value.addKpi({
      ...{ name: `Stops ${n}`, teamId: team.ours },
      definition: {
        ...{ unit: "1", direction: "down", source: "manual", timeZone: "UTC", fromMinute: 0, toMinute: 1_440 },
        ...{ minCoverage: 0.8, maxStaleS: 900, isAdditive: true, valueCents: even(1), currency: "EUR" },
      },
    });
    await executive.value.setNeeds({
      ...(await seen()),
      needs: [{ capability: "load" }, { capability: "vibration", option: 1 }, { capability: "sound", option: 2 }],
    });
    await executive.value.setEffects({
      ...(await seen()),
      effects: [
        { kpiId: kpi.id, effect: even(3) },
        { kpiId: kpi.id, effect: even(8), option: 2 },
      ],
    });
    const first = await executive.value.get({ id });
    expect(first.options).toMatchObject([
      { n: 1, name: "As first described" },
      { n: 2, name: "One acoustic camera" },
    ]);
    expect(first.row).toMatchObject({ option: 1, estimate: 1 });
    expect(first.row.capabilities.map(({ capability }) => capability)).toEqual(["load", "vibration"]);
    expect(first.effects.map(({ mode }) => mode)).toEqual([3]);
    expect([first.needs.length, first.promised.length]).toEqual([3, 2]);

    await executive.value.chooseOption({ ...(await seen()), n: 2, why: "one device instead of three" });
    const second = await executive.value.get({ id });
    expect(second.row).toMatchObject({ option: 2, estimate: null, forecast: null });
    expect(second.row.capabilities.map(({ capability }) => capability)).toEqual(["load", "sound"]);
    expect(second.effects.map(({ mode }) => mode)).toEqual([8]);
    await executive.value.estimate({ ...(await seen()), figures: figures(100_000), option: 2 });
    const row = (await executive.value.portfolio()).rows.find((one) => one.id === id);
    expect(row?.forecast?.p50).toBeGreaterThan(first.row.forecast?.p50 ?? Infinity);
    expect(second.history.map(({ action }) => action)).toContain("use-case.choose");
  });

  test("the optimiser takes the cheaper way that is enough, and adopting its plan chooses it", async () => {
    const { id, seen } = await withTwo();
    await executive.value.estimate({ ...(await seen()), figures: figures(100_000), option: 2 });
    await chair.value.savePolicy({
      ...{ version: 0, currency: "EUR", budgetCents: 10_000_000, discountRate: 0, rankedBy: "score", why: "a start" },
      weights: { value: 40, readiness: 25, kpiClarity: 20, sponsorship: 15 },
    });
    await chair.value.triage({ ...(await seen()), to: "accepted" });
    const { id: planId } = await executive.plan.start({ question: {} });
    const { rows } = await db.owner.query<{
      facts: { problem: { useCases: { id: string; options: { id: string }[] }[] } };
    }>("select facts from plans where id = $1", [planId]);
    expect(rows[0]?.facts.problem.useCases).toMatchObject([{ id, options: [{ id: "1" }, { id: "2" }] }]);
    await solvePlan(db.pool, planId, await runOf(planId), { progress: () => Promise.resolve() }, () => null);
    const plan = await executive.plan.newest({ question: {} });
    expect(plan?.answer.best?.plan).toMatchObject({ options: { [id]: "2" }, spentCents: 100_000 });
    await executive.plan.adopt({ id: planId });
    expect((await executive.value.get({ id })).row).toMatchObject({ option: 2, committedCents: 100_000 });
    const next = await executive.plan.facts({ question: {} });
    expect(next.useCases).toMatchObject([{ id, way: "2", fixed: "committed" }]);
  });
});

describe("refusals", () => {
  test.each([
    [
      "a need",
      "needs[1].option",
      (id: string, version: number) =>
        executive.value.setNeeds({ id, version, needs: [{ capability: "a" }, { capability: "b", option: 9 }] }),
    ],
    [
      "an estimate",
      "option",
      (id: string, version: number) => executive.value.estimate({ id, version, figures: figures(1), option: 9 }),
    ],
    ["the choice", "n", (id: string, version: number) => executive.value.chooseOption({ id, version, n: 9 })],
    [
      "a name twice",
      "name",
      (id: string, version: number) => executive.value.addOption({ id, version, name: "one ACOUSTIC camera" }),
    ],
  ])("%s is refused at its field: %s", async (_, field, call) => {
    const { seen } = await withTwo();
    const { id, version } = await seen();
    expect(await fieldOf(call(id, version))).toBe(field);
    expect((await seen()).version).toBe(version);
  });

  test("the chosen way is not dropped; another one is, comes back, and is not chosen meanwhile", async () => {
    const { seen } = await withTwo();
    await expect(executive.value.dropOption({ ...(await seen()), n: 1, isDropped: true })).rejects.toThrow("chosen");
    await executive.value.dropOption({ ...(await seen()), n: 2, isDropped: true });
    await expect(executive.value.chooseOption({ ...(await seen()), n: 2 })).rejects.toThrow("Take it up again");
    await executive.value.dropOption({ ...(await seen()), n: 2, isDropped: false });
    await executive.value.chooseOption({ ...(await seen()), n: 2 });
  });

  test("an eighth is the last, and hours without a skill are refused", async () => {
    const { seen } = await withTwo();
    for (let i = 3; i <= 8; i++) await executive.value.addOption({ ...(await seen()), name: `Way ${i}` });
    await expect(executive.value.addOption({ ...(await seen()), name: "Way 9" })).rejects.toThrow("8 ways");
    const needs = [{ capability: "a", hours: 4 }];
    await expect(executive.value.setNeeds({ ...(await seen()), needs })).rejects.toThrow("E_REQUIRED");
  });
});

test("another team sees no way of ours and adds none", async () => {
  const { id, seen } = await withTwo();
  const other = await somebodyOf(db, "data-scientist", team.theirs);
  await expect(other.value.addOption({ ...(await seen()), name: "Theirs" })).rejects.toMatchObject({
    code: "NOT_FOUND",
  });
  await expect(other.value.get({ id })).rejects.toMatchObject({ code: "NOT_FOUND" });
});

async function runOf(planId: string): Promise<string> {
  const { rows } = await db.owner.query<{ id: string }>("select run_id as id from plans where id = $1", [planId]);
  return rows[0]?.id ?? "";
}
