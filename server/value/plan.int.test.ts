import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { cloneTestDb, type TestDb } from "@/db/testing";
import { openTimeSeries } from "@/db/timeseries/open";
import { openLogger } from "@/server/core/logger";
import { solvePortfolioPlan } from "@/server/jobs/kinds/solve-plan";
import { Runs } from "@/server/jobs/runs";
import type { Role } from "@/server/core/domain/permissions";
import { exportPlan } from "./plan-export-queries";
import { solvePlan, stopSolvers } from "./plan-solve-verbs";
import { addTeams, somebodyOf } from "./testing-people";

type Somebody = Awaited<ReturnType<typeof somebodyOf>>;
type Need = Parameters<Somebody["value"]["setNeeds"]>[0]["needs"][number];
const unused = () => Promise.reject(new Error("only plans are solved here"));
const KINDS = {
  ...{ "export-readings": unused, "recompute-rollups": unused, "verify-audit": unused },
  "solve-plan": solvePortfolioPlan,
};
let db: TestDb;
let team = { ours: "", theirs: "" };
let executive: Somebody;
let chair: Somebody;
let stream = 0;
let runs: Runs;

beforeAll(async () => {
  db = await cloneTestDb();
  team = await addTeams(db);
  const objects = () => {
    throw new Error("a plan keeps no objects");
  };
  runs = new Runs(
    { pool: db.pool, store: await openTimeSeries(db.pool), objects, sealKey: null, log: openLogger("t", "silent") },
    KINDS,
    "test",
  );
  executive = await somebody("executive");
  chair = await somebody("chair");
  await db.owner.query("insert into nodes (id, status, online, team_id) values ('press-1', 'accepted', true, $1)", [
    team.ours,
  ]);
  const { rows } = await db.owner.query<{ id: number }>(
    "insert into streams (node_id, key, status) values ('press-1', 'force', 'accepted') returning id",
  );
  stream = rows[0]?.id ?? 0;
  await chair.value.savePolicy({
    ...{ version: 0, currency: "EUR", budgetCents: 10_000_000, discountRate: 0, rankedBy: "score", why: "a start" },
    weights: { value: 40, readiness: 25, kpiClarity: 20, sponsorship: 15 },
  });
});
afterEach(async () => {
  // Each test has a portfolio of its own: what the ones before proposed is taken out of it.
  await db.owner.query("update use_cases set intake = 'rejected', stage = 'idea', committed_cents = null");
  await db.owner.query("delete from plan_tasks");
});
afterAll(async () => {
  await stopSolvers();
  await db.drop();
});

const somebody = (role: Role, teamId = team.ours) => somebodyOf(db, role, teamId);
const WATCH = { progress: () => Promise.resolve() };
const even = (n: number) => ({ low: n, mode: n, high: n });
let n = 0;

/** An accepted use case that works and is used for certain, from its first day on: worth 365 times its benefit of a day. */
async function accepted(
  { perDay = 10_000, oneOff = 1_000_000 }: { perDay?: number; oneOff?: number },
  needs: readonly Need[] = [],
  teamId = team.ours,
): Promise<{ id: string; title: string }> {
  const title = `Use case ${++n}`;
  const figures = {
    ...{ currency: "EUR", benefitCentsPerDay: even(perDay), adoption: even(1), technicalProbability: even(1) },
    ...{ oneOffCents: even(oneOff), runCentsPerDay: even(0), rampDays: 0 },
  };
  const { id } = await executive.value.propose({ title, teamId, figures });
  if (needs.length > 0) await executive.value.setNeeds({ id, version: 1, needs: [...needs] });
  await chair.value.triage({ id, version: needs.length > 0 ? 2 : 1, to: "accepted" });
  return { id, title };
}

const toFind = (capability: string, costCents: number): Need => ({ capability, costCents });

/** Sends a reading as if it had just come, so that the stream is healthy; null silences it. */
async function heard(at: Date | null): Promise<void> {
  await db.owner.query("delete from latest_values where stream_id = $1", [stream]);
  if (at)
    await db.owner.query("insert into latest_values (stream_id, ts, value, quality) values ($1, $2, 1, 0)", [
      stream,
      at,
    ]);
}

async function solved(question: Parameters<Somebody["plan"]["start"]>[0]["question"] = {}) {
  const { id, runId } = await executive.plan.start({ question });
  await runs.take(runId);
  const { rows } = await db.owner.query<{ state: string }>("select state from job_runs where id = $1", [runId]);
  expect(rows).toEqual([{ state: "done" }]);
  expect(id).not.toBe("");
  const plan = await executive.plan.newest({ question });
  if (!plan) throw new Error("the plan is not there");
  return plan;
}

describe("what a plan is made from", () => {
  test("two that lose alone pay together for what they share, whatever case it is written in; it is counted once", async () => {
    const one = await accepted({ perDay: 8_000 }, [toFind("vibration", 2_500_000)]);
    const two = await accepted({ perDay: 8_000 }, [toFind("Vibration", 2_000_000)]);
    const plan = await solved();
    expect(plan.facts.assets).toMatchObject([{ capability: "vibration", costCents: 2_500_000, state: "missing" }]);
    expect(Object.keys(plan.answer.best?.plan.options ?? {}).sort()).toEqual([one.id, two.id].sort());
    expect(plan.answer.best?.plan).toMatchObject({ spentCents: 4_500_000, netCents: 2 * 365 * 8_000 - 4_500_000 });
    expect(plan).toMatchObject({ state: "proven", gap: 0, seed: 1, timeLimitS: 20, ownerName: "t" });
    expect(plan.solver).toMatch(/^highs /);
    expect(plan.endedMs).not.toBeNull();
  });

  test("what is called the same in another team is another thing", async () => {
    await accepted({}, [toFind("flow", 100)]);
    await accepted({}, [toFind("flow", 100)], team.theirs);
    expect((await executive.plan.facts({ question: {} })).assets).toHaveLength(2);
  });

  test("a healthy stream costs nothing and one of several providers is enough; a silent one costs its price", async () => {
    await accepted({}, [
      { capability: "force", streamId: stream, costCents: 300_000 },
      toFind("force", 900_000),
      toFind("flow", 50_000),
    ]);
    await heard(new Date());
    const healthy = await executive.plan.facts({ question: {} });
    await heard(null);
    const silent = await executive.plan.facts({ question: {} });
    const of = (facts: typeof healthy) => facts.assets.find(({ id }) => id === `stream:${stream}`);
    expect(of(healthy)).toMatchObject({ state: "satisfied", label: "press-1 / force" });
    expect(of(silent)).toMatchObject({ state: "missing", why: "no reading yet" });
    expect(silent.inputHash).not.toBe(healthy.inputHash);
    const plan = await solved();
    expect(plan.answer.best?.plan.spentCents).toBe(1_000_000 + 300_000 + 50_000);
  });

  test("what is committed or under way is fixed, and a commitment pays for what its use case lacks", async () => {
    const committed = await accepted({ perDay: 0 }, [toFind("vibration", 2_000_000)]);
    await executive.value.commit({ id: committed.id, version: 3, cents: 3_000_000 });
    const underWay = await accepted({ perDay: 0 });
    await chair.value.move({ id: underWay.id, version: 2, to: "pilot" });
    const free = await accepted({ perDay: 8_000 }, [toFind("vibration", 2_000_000)]);
    const plan = await solved();
    expect(plan.facts.useCases.map(({ id, fixed }) => [id, fixed])).toEqual([
      [committed.id, "committed"],
      [underWay.id, "under way"],
      [free.id, null],
    ]);
    expect(plan.facts.assets).toMatchObject([{ paidBy: committed.id }]);
    expect(plan.answer.best?.plan.spentCents).toBe(3_000_000 + 1_000_000 + 1_000_000);
  });

  test("a proposal, and one that nobody has estimated, are not asked; the second is named", async () => {
    await executive.value.propose({ title: `Use case ${++n}`, teamId: team.ours });
    const { id } = await executive.value.propose({ title: `Use case ${++n}`, teamId: team.ours });
    await chair.value.triage({ id, version: 1, to: "accepted" });
    const facts = await executive.plan.facts({ question: {} });
    expect(facts.useCases).toEqual([]);
    expect(facts.left).toMatchObject([{ id, why: "nobody has estimated it" }]);
    await expect(executive.plan.start({ question: {} })).rejects.toMatchObject({
      cause: { detail: { field: "goal" } },
    });
  });
});

describe("what people choose", () => {
  test("in, out, only one of several, and hours that are scarce", async () => {
    const [a, b, c] = [await accepted({}), await accepted({ perDay: 9_000 }), await accepted({ perDay: 0 })];
    const chosen = async (question: Parameters<typeof solved>[0]) =>
      Object.keys((await solved(question)).answer.best?.plan.options ?? {}).sort();
    expect(await chosen({})).toEqual([a.id, b.id].sort());
    expect(await chosen({ must: [c.id] })).toEqual([a.id, b.id, c.id].sort());
    expect(await chosen({ without: [a.id] })).toEqual([b.id]);
    expect(await chosen({ exclusive: [[a.id, b.id]] })).toEqual([a.id]);
    const hours = [a, b].map(({ id }) => ({ useCaseId: id, skill: "controls", hours: 60 }));
    expect(await chosen({ skills: [{ skill: "controls", hours: 100 }], hours })).toEqual([a.id]);
  });

  test("a budget below what is fixed names itself, and how much would do with everything else kept", async () => {
    const [one, two] = [await accepted({}), await accepted({ oneOff: 2_000_000 })];
    const plan = await solved({ budgetCents: 500_000, must: [one.id, two.id] });
    expect(plan.state).toBe("infeasible");
    expect(plan.answer.conflict).toContainEqual({ kind: "budget", thereCents: 500_000, neededCents: 3_000_000 });
    expect((await solved({ budgetCents: 3_000_000, must: [one.id, two.id] })).state).toBe("proven");
  });

  test.each([
    ["a budget of 0", { budgetCents: 0 }, "budgetCents"],
    ["a budget below 0", { budgetCents: -1 }, "question.budgetCents"],
    ["a budget that is no number", { budgetCents: Number.NaN }, "question.budgetCents"],
    ["a target without a KPI", { goal: "minimal-set" as const }, "targets"],
    [
      "a KPI that nobody moves",
      { goal: "minimal-set" as const, targets: [{ kpiId: "5f7b5e6c-7d43-4d53-9c0e-0a2f6a5b7a11", atLeast: 1 }] },
      "targets[0].atLeast",
    ],
    ["somebody else's use case", { must: ["5f7b5e6c-7d43-4d53-9c0e-0a2f6a5b7a11"] }, "must"],
  ])("%s is refused at its field", async (_, question, field) => {
    await accepted({});
    const refused = executive.plan.start({ question });
    await expect(refused).rejects.toMatchObject({ code: "BAD_REQUEST" });
    await expect(refused.catch(fieldOf)).resolves.toBe(field);
  });
});

describe("the answer", () => {
  test("says why one is not in, what other budgets bring, and goes out as CSV", async () => {
    const [a, b] = [await accepted({ perDay: 9_000 }), await accepted({ perDay: 8_000 })];
    const never = await accepted({ perDay: 1_000 });
    const plan = await solved({ budgetCents: 1_500_000 });
    expect(plan.answer.whyOut?.[b.id]).toMatchObject({ kind: "out", leaves: [a.id], shortCents: 365 * 1_000 });
    expect(plan.answer.whyOut?.[never.id]).toMatchObject({ kind: "out", leaves: [a.id] });
    const told = await db.owner.query<{ href: string }>("select href from notifications where kind = 'job-done'");
    expect(told.rows).toContainEqual({ href: "/portfolio/plan?budget=15000" });
    const budgets = plan.answer.frontier?.map(({ budgetCents, best }) => [budgetCents, best?.useCaseIds.length]);
    expect(budgets).toContainEqual([1_500_000, 1]);
    expect(budgets?.at(-1)).toEqual([3_000_000, 2]);
    const lines: string[] = [];
    for await (const line of exportPlan(db.pool, plan.id, Date.now())) lines.push(line);
    expect(lines.find((line) => line.includes(a.title))).toContain(",in,");
    expect(lines.find((line) => line.includes(b.title))).toMatch(/,out,.*would have to leave/);
  });

  test("the cheapest, then the smallest set reaches a target; of one that cannot be reached it says how far it goes", async () => {
    const kpi = await executive.value.addKpi({
      ...{ name: `Stops ${++n}`, teamId: team.ours },
      definition: {
        ...{ unit: "1", direction: "down", source: "manual", timeZone: "UTC", fromMinute: 0, toMinute: 1_440 },
        ...{ minCoverage: 0.8, maxStaleS: 900, isAdditive: true, valueCents: even(1), currency: "EUR" },
      },
    });
    const [small, large] = [await accepted({}, [toFind("flow", 100_000)]), await accepted({}, [toFind("heat", 10)])];
    for (const [{ id }, effect] of [[small, 4] as const, [large, 6] as const])
      await executive.value.setEffects({ id, version: 3, effects: [{ kpiId: kpi.id, effect: even(effect) }] });
    const ask = (atLeast: number) => solved({ goal: "minimal-set", targets: [{ kpiId: kpi.id, atLeast }] });
    expect((await ask(5)).answer.set).toMatchObject({ useCases: [large.id], costCents: 1_000_010 });
    expect((await ask(10)).answer.set?.useCases).toHaveLength(2);
    const unreached = await ask(11);
    expect(unreached).toMatchObject({ state: "infeasible", answer: { unreached: [{ atLeast: 11, most: 10 }] } });
  });

  test("cancelled, it keeps the best so far; a process that stops leaves it to the next one", async () => {
    await accepted({});
    const ended = new Error("ended");
    const watch = { progress: () => Promise.reject(ended) };
    const { id, runId } = await executive.plan.start({ question: {} });
    await expect(solvePlan(db.pool, id, runId, watch, () => "moved")).rejects.toBe(ended);
    expect(await executive.plan.newest({ question: {} })).toMatchObject({ state: "solving", endedMs: null });
    await expect(solvePlan(db.pool, id, runId, watch, () => "cancelled")).rejects.toBe(ended);
    const plan = await executive.plan.newest({ question: {} });
    expect(plan?.state).toMatch(/proven|stopped/);
    expect(plan?.answer.best?.plan.netCents).toBe(365 * 10_000 - 1_000_000);
    expect(plan?.endedMs).not.toBeNull();
  });

  test("a search that fails says so, and can be tried again", async () => {
    await accepted({});
    const { id, runId } = await executive.plan.start({ question: {} });
    const failing = { progress: () => Promise.reject(new Error("the disk is full")) };
    await expect(solvePlan(db.pool, id, runId, failing, () => null)).rejects.toThrow("disk");
    await db.owner.query("update plans set state = 'failed', error = 'the disk is full' where id = $1", [id]);
    await solvePlan(db.pool, id, runId, WATCH, () => null);
    expect(await executive.plan.newest({ question: {} })).toMatchObject({ state: "proven", error: null });
  });
});

describe("adopting", () => {
  test("money and tasks are written down once, and the next plan costs nothing more", async () => {
    const one = await accepted({}, [toFind("vibration", 2_000_001)]);
    const two = await accepted({}, [toFind("vibration", 2_000_001)]);
    const plan = await solved();
    expect(await executive.plan.adopt({ id: plan.id })).toEqual({ committed: 2, tasks: 1 });
    const { rows } = await chair.value.portfolio();
    const lines = [one, two].map(({ id }) => rows.find((row) => row.id === id)?.committedCents ?? 0);
    expect(lines).toEqual([2_000_001, 2_000_000]);
    const [task] = await executive.plan.tasks({ useCaseId: one.id });
    expect(task).toMatchObject({ title: "Install vibration", costCents: 2_000_001, doneMs: null });
    expect(task?.useCases.map(({ title }) => title).sort()).toEqual([one.title, two.title].sort());
    await expect(executive.plan.adopt({ id: plan.id })).rejects.toMatchObject({ code: "CONFLICT" });
    const next = await solved();
    expect(next.answer.best?.plan.spentCents).toBe(4_000_001);
    expect(await executive.plan.adopt({ id: next.id })).toEqual({ committed: 0, tasks: 0 });

    await executive.plan.setTask({ id: task?.id ?? "", isDone: true });
    await expect(executive.plan.setTask({ id: task?.id ?? "", isDone: true })).rejects.toThrow("already");
    expect(await executive.plan.tasks({ useCaseId: two.id })).toMatchObject([{ doneByName: "t" }]);
    await executive.plan.setTask({ id: task?.id ?? "", isDone: false });
    const audited = await db.owner.query<{ action: string }>(
      "select action from audit_log where subject in ($1, $2) order by n",
      [`plan:${plan.id}`, `use-case:${one.id}`],
    );
    const actions = audited.rows.map(({ action }) => action);
    expect(actions).toEqual(expect.arrayContaining(["plan.start", "use-case.commit", "plan.adopt", "plan.task"]));
  });

  test("a plan whose inputs are not the present ones is refused, saying what changed, and nothing is half done", async () => {
    const one = await accepted({}, [{ capability: "force", streamId: stream, costCents: 300_000 }]);
    await heard(new Date());
    const plan = await solved();
    await heard(null);
    const refused = executive.plan.adopt({ id: plan.id });
    await expect(refused).rejects.toMatchObject({ code: "CONFLICT" });
    await expect(refused).rejects.toThrow("press-1 / force: no reading yet");
    const { rows } = await chair.value.portfolio();
    expect(rows.find(({ id }) => id === one.id)?.committedCents).toBeNull();
  });

  test("more than the budget of the policy is refused at the budget, whatever the plan was asked with", async () => {
    for (let i = 0; i < 2; i++) await accepted({ perDay: 30_000, oneOff: 6_000_000 });
    const plan = await solved({ budgetCents: 20_000_000 });
    const refused = executive.plan.adopt({ id: plan.id });
    await expect(refused).rejects.toThrow("€120 k would be committed");
    await expect(refused.catch(fieldOf)).resolves.toBe("budgetCents");
    expect(await executive.plan.tasks({ planId: plan.id })).toEqual([]);
  });

  test("only who decides adopts; a team neither sees nor changes the plan of another", async () => {
    const one = await accepted({}, [toFind("vibration", 2_000_000)]);
    const plan = await solved();
    const [ours, theirs] = [await somebody("data-scientist"), await somebody("data-scientist", team.theirs)];
    await expect(ours.plan.adopt({ id: plan.id })).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect((await ours.plan.newest({ question: {} }))?.id).toBe(plan.id);
    expect(await theirs.plan.newest({ question: {} })).toBeNull();
    await executive.plan.adopt({ id: plan.id });
    const [task] = await ours.plan.tasks({ useCaseId: one.id });
    expect(await theirs.plan.tasks({ useCaseId: one.id })).toEqual([]);
    await expect(theirs.plan.setTask({ id: task?.id ?? "", isDone: true })).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
    await ours.plan.setTask({ id: task?.id ?? "", isDone: true });
  });
});

/** The field that a refusal is about. */
function fieldOf(refused: unknown): unknown {
  if (!(refused instanceof Error)) return null;
  const detail: unknown = Reflect.get(Object(refused.cause), "detail");
  const issues: unknown = Reflect.get(Object(refused.cause), "issues");
  if (Array.isArray(issues)) return (Reflect.get(Object(issues[0]), "path") as unknown[]).join(".");
  return Reflect.get(Object(detail), "field");
}
