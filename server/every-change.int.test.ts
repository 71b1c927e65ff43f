import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { cloneTestDb, type TestDb } from "@/db/testing";
import { openVisit, systemContext } from "./core/context";
import { sessionCookieName } from "./core/deployment";
import { doorAccess } from "./core/door";
import { ROLES, TEAM_ROLES } from "./core/domain/permissions";
import { hashSecret } from "./core/secrets-hash";
import { sealSession } from "./core/session";
import { addDemoPeople } from "./identity/demo-people";
import { issueReset, issueSetUp, setUp, spendReset } from "./identity/password-verbs";
import { hashPassword } from "./identity/passwords";
import { closeSession, findProvidedUser, openSession } from "./identity/sign-in";
import { appRouter, createCaller } from "./root";
import { demandAudit } from "./testing-audit";
import { USE_CASE_HEADER } from "./value/domain/use-case-line";

/** Every mutation with an input that it takes, in a database that refuses a change without a row of the audit log. */
const SECRET = "a secret of this test that is longer than 32 bytes";
const PASSWORD = "correct horse battery staple";
const VISITOR = { ip: "192.0.2.1", userAgent: "test" };
const RANGE = { fromMs: 0, toMs: 86_400_000 };
let db: TestDb;
let ask: () => ReturnType<typeof createCaller>;
let caller: ReturnType<typeof createCaller>;
let stream = 0;
const held: number[] = [];
let actorId = "";
let otherId = "";

const door = () => doorAccess(db.pool);
const signIn = (userId: string) => openSession(door(), userId, VISITOR, "password");

beforeAll(async () => {
  process.env.THROUGHLINE_SECRET = SECRET;
  db = await cloneTestDb();
  await demandAudit(db.owner);
  await db.owner.query("insert into nodes (id, status) values ('node-1', 'proposed')");
  const streams = await db.owner.query<{ id: number }>(
    "insert into streams (node_id, key, unit) values ('node-1', 'k', 'Cel') returning id",
  );
  stream = streams.rows[0]?.id ?? 0;
  for (let i = 0; i < 2; i++) {
    const kept = await db.owner.query<{ id: string }>(
      "insert into quarantine (node_id, topic, reason, message, payload) values ('node-1', 't', 'E', 'm', 'x') returning id",
    );
    held.push(Number(kept.rows[0]?.id));
  }
  await db.owner.query("insert into retention_settings (what, days) values ('jobs', 30)"); // as a jobs process notes it at its start
  actorId = await person("everything@test.invalid");
  otherId = await person("other@test.invalid");
  const team = (await db.owner.query<{ id: string }>("select first_team() as id")).rows[0]?.id ?? null;
  for (const role of ROLES)
    await db.owner.query("insert into memberships (user_id, team_id, role, granted_by) values ($1, $2, $3, 'test')", [
      ...[actorId, TEAM_ROLES.has(role) ? team : null, role],
    ]);
  const cookie = `${sessionCookieName(false)}=${await sealSession(await signIn(actorId), SECRET)}`;
  ask = () => createCaller(openVisit(db.pool, new Headers({ cookie })));
});
/** A request remembers who asks and which teams there are: each test is one of its own. */
beforeEach(() => {
  caller = ask();
});
afterAll(async () => {
  delete process.env.THROUGHLINE_SECRET;
  await db.drop();
});

async function person(email: string): Promise<string> {
  const { rows } = await db.owner.query<{ id: string }>(
    "insert into users (email, name, password_hash) values ($1, $1, $2) returning id",
    [email, await hashPassword(PASSWORD)],
  );
  return rows[0]?.id ?? "";
}

async function entries(): Promise<number> {
  const { rows } = await db.owner.query<{ n: number }>("select count(*)::int as n from audit_log");
  return rows[0]?.n ?? 0;
}

const anExport = () => caller.jobs.exportReadings({ streamIds: [stream], ...RANGE });

/** In this order: what is accepted, given or begun first is taken or ended after. */
const CHANGES: Readonly<Record<string, () => Promise<unknown>>> = {
  "teams.addSite": () => caller.teams.addSite({ id: "hall-9", name: "Hall 9", timeZone: "Europe/Paris" }),
  "teams.changeSite": () => caller.teams.changeSite({ id: "hall-9", name: "Hall nine", timeZone: "Europe/Paris" }),
  "teams.removeSite": () => caller.teams.removeSite({ id: "hall-9" }),
  "teams.add": () => caller.teams.add({ name: "Night shift" }),
  "teams.change": async () => caller.teams.change({ id: await teamId("Night shift"), name: "Night crew" }),
  "teams.makeDefault": async () => caller.teams.makeDefault({ id: await teamId("Night crew") }),
  "teams.remove": async () => {
    const { id } = await caller.teams.add({ name: "Nobody" });
    await caller.teams.remove({ id });
  },
  "fleet.add": () => caller.fleet.add({ node: "node-9" }),
  "fleet.renewLogin": () => caller.fleet.renewLogin({ node: "node-9" }),
  "fleet.revokeLogin": () => caller.fleet.revokeLogin({ node: "node-9" }),
  "fleet.move": async () => caller.fleet.move({ node: "node-9", teamId: await teamId("Night crew") }),
  "fleet.rename": () => caller.fleet.rename({ node: "node-9", name: "Press nine" }),
  "fleet.retire": () => caller.fleet.retire({ node: "node-9" }),
  "fleet.takeBack": () => caller.fleet.takeBack({ node: "node-9" }),
  "fleet.accept": () => caller.fleet.accept({ node: "node-1", withStreams: false }),
  "streams.accept": () => caller.streams.accept({ streamIds: [stream] }),
  "quarantine.replay": () => caller.quarantine.replay({ ids: held.slice(0, 1) }),
  "quarantine.discard": () => caller.quarantine.discard({ ids: held.slice(1) }),
  "quarantine.takeBack": () => caller.quarantine.takeBack({ ids: held.slice(1) }),
  "value.propose": () => caller.value.propose({ title: "Bearing wear" }),
  "value.estimate": async () => caller.value.estimate({ ...(await useCase()), figures: FIGURES }),
  "value.importUseCases": () =>
    caller.value.importUseCases({
      file: Buffer.from(`${USE_CASE_HEADER}From a file${",".repeat(18)}`).toString("base64"),
    }),
  "value.savePolicy": () => caller.value.savePolicy({ ...POLICY, version: 0 }),
  "value.setPeople": async () => caller.value.setPeople({ ...(await useCase()), ownerId: actorId, sponsorId: null }),
  "value.confirm": async () => caller.value.confirm({ ...(await useCase()), as: "owner" }),
  "value.rate": async () => caller.value.rate({ ...(await useCase()), rating: RATING }),
  "value.setNeeds": async () => caller.value.setNeeds({ ...(await useCase()), needs: [{ capability: "flow" }] }),
  "value.addOption": async () => caller.value.addOption({ ...(await useCase()), name: "One camera" }),
  "value.changeOption": async () => caller.value.changeOption({ ...(await useCase()), n: 2, name: "A camera" }),
  "value.chooseOption": async () => caller.value.chooseOption({ ...(await useCase()), n: 2 }),
  "value.dropOption": async () => {
    await caller.value.estimate({ ...(await useCase()), figures: FIGURES });
    return caller.value.dropOption({ ...(await useCase()), n: 1, isDropped: true });
  },
  "value.addKpi": () => caller.value.addKpi({ name: "Stops", definition: KPI }),
  "value.reviseKpi": async () => caller.value.reviseKpi({ ...(await kpi()), definition: KPI, why: "clearer" }),
  "value.enterKpiValue": async () => caller.value.enterKpiValue({ ...(await kpi()), day: "2026-01-01", value: 3 }),
  "value.approveKpi": async () => {
    await db.owner.query(
      `insert into kpi_versions select (jsonb_populate_record(d, '{"version": 3, "made_by": "somebody else"}')).* from kpi_versions d where d.version = 2`,
    );
    return caller.value.approveKpi(await kpi());
  },
  "value.importKpiValues": async () => {
    const { id } = await caller.value.addKpi({ name: "Tonnes sold", definition: { ...KPI, source: "import" } });
    const file = Buffer.from("day,value\n2026-01-01,3").toString("base64");
    return caller.value.importKpiValues({ id, version: 1, file });
  },
  "value.addOutcome": async () => caller.value.addOutcome(await anOutcome()),
  "value.changeOutcome": async () => {
    const [outcome] = await caller.value.outcomes();
    const { id = "", version = 0 } = outcome ?? {};
    return caller.value.changeOutcome({ ...(await anOutcome()), id, version, state: "achieved" });
  },
  "value.setEffects": async () => {
    const effects = [{ kpiId: (await kpi()).id, effect: about(1) }];
    return caller.value.setEffects({ ...(await useCase()), effects });
  },
  "value.review": async () => caller.value.review({ ...(await useCase()), objections: [] }),
  "value.commit": async () => caller.value.commit({ ...(await useCase()), cents: null }),
  "value.move": async () => {
    await db.owner.query("update use_cases set intake = 'accepted'");
    return caller.value.move({ ...(await useCase()), to: "idea" });
  },
  "measured.goLive": async () => {
    await db.owner.query("update use_cases set intake = 'accepted'");
    await db.owner.query(
      "insert into kpi_values (kpi_id, version, day, revision, value, n, coverage, quality, made_by_name) select kpi_id, version, '2026-01-01', 9, 1, 1, 1, 'manual', 'test' from kpi_approvals",
    );
    const paid = { oneOffCents: 100, runCentsPerDay: 1, usefulLifeDays: 365 };
    return caller.measured.goLive({ ...(await useCase()), kpiId: (await kpi()).id, liveOn: "2026-01-02", ...paid });
  },
  "measured.adjust": async () =>
    caller.measured.adjust({ ...(await useCase()), day: "2026-01-02", cents: -100, reason: "A line stood" }),
  "plan.start": () => caller.plan.start({ question: { budgetCents: 1_000 } }),
  "plan.adopt": async () => caller.plan.adopt({ id: await answeredPlan() }),
  "plan.setTask": async () => {
    const [task] = await caller.plan.tasks({ useCaseId: (await useCase()).id });
    return caller.plan.setTask({ id: task?.id ?? "", isDone: true });
  },
  "value.triage": async () => caller.value.triage({ ...(await useCase()), to: "rejected", why: "late" }),
  "views.save": () => caller.views.save({ page: "fleet", name: "Mine", query: "q=a" }),
  "views.remove": async () => caller.views.remove({ id: (await caller.views.list({}))[0]?.id ?? "" }),
  "jobs.exportReadings": anExport,
  "jobs.cancelOwn": async () => caller.jobs.cancelOwn(await anExport()),
  "jobs.repeatOwn": async () => caller.jobs.repeatOwn(await ended()),
  "jobs.cancel": async () => caller.jobs.cancel(await anExport()),
  "jobs.repeat": async () => caller.jobs.repeat(await ended()),
  "jobs.recomputeRollups": () => caller.jobs.recomputeRollups({ streamIds: [stream], ...RANGE }),
  "jobs.verifyAudit": () => caller.jobs.verifyAudit(),
  "people.add": () => caller.people.add({ name: "New", email: "new@test.invalid", role: "executive" }),
  "people.grantRole": () => caller.people.grantRole({ userId: otherId, role: "executive" }),
  "people.revokeRole": () => caller.people.revokeRole({ userId: otherId, role: "executive" }),
  "people.issueReset": () => caller.people.issueReset({ userId: otherId }),
  "people.endSession": async () => {
    await signIn(otherId);
    const [session] = await caller.people.sessions({ userId: otherId });
    await caller.people.endSession({ userId: otherId, id: session?.id ?? "" });
  },
  "people.endSessions": async () => {
    await signIn(otherId);
    await caller.people.endSessions({ userId: otherId });
  },
  "people.revokeToken": async () => {
    await db.owner.query(
      "insert into api_tokens (user_id, name, token_hash, hint, access, created_by, expires_at) values ($1, 't', $2, 'tlp_', 'read', 'test', now() + interval '1 day')",
      [otherId, hashSecret("tlp_of_somebody")],
    );
    const [token] = await caller.people.tokens({ userId: otherId });
    await caller.people.revokeToken({ userId: otherId, id: token?.id ?? "" });
  },
  "people.disable": () => caller.people.disable({ userId: otherId }),
  "people.enable": () => caller.people.enable({ userId: otherId }),
  "tokens.create": () => caller.tokens.create({ name: "Program", role: "executive" }),
  "tokens.revoke": async () => caller.tokens.revoke({ id: (await caller.tokens.list())[0]?.id ?? "" }),
  "me.createToken": () => caller.me.createToken({ name: "Mine" }),
  "me.revokeToken": async () => caller.me.revokeToken({ id: (await caller.me.tokens())[0]?.id ?? "" }),
  "me.endSession": async () => {
    await signIn(actorId);
    return caller.me.endSession({ id: (await caller.me.sessions()).find(({ isThis }) => !isThis)?.id ?? "" });
  },
  "me.endOtherSessions": async () => {
    await signIn(actorId);
    return caller.me.endOtherSessions();
  },
  "system.setRetention": () => caller.system.setRetention({ what: "jobs", days: 29 }),
  "me.changePassword": () => caller.me.changePassword({ current: PASSWORD, next: "another long enough password" }),
};

const about = (value: number) => ({ low: value, mode: value, high: value });
const RATING = {
  rice: { reach: 14, reachUnit: "pumps/mo", impact: 2, confidence: 0.8, effortPersonMonths: 3 },
  ...{ ice: null, wsjf: null },
};
const FIGURES = {
  currency: "EUR",
  ...{ benefitCentsPerDay: about(100), oneOffCents: about(100), runCentsPerDay: about(1) },
  ...{ adoption: about(1), technicalProbability: about(1), rampDays: 0 },
};

const POLICY = {
  ...{ currency: "EUR", budgetCents: 1_000, discountRate: 0.08, rankedBy: "value" as const, why: "a start" },
  weights: { value: 40, readiness: 25, kpiClarity: 20, sponsorship: 15 },
};

const KPI = {
  ...{
    unit: "1",
    direction: "down" as const,
    source: "manual" as const,
    timeZone: "UTC",
    fromMinute: 0,
    toMinute: 1_440,
  },
  ...{ minCoverage: 0.8, maxStaleS: 900, isAdditive: true, valueCents: about(1), currency: "EUR" },
};

/** The KPI that was added, as it is now. */
async function kpi(): Promise<{ id: string; version: number }> {
  const [row] = await caller.value.kpis();
  return { id: row?.id ?? "", version: row?.version ?? 0 };
}

async function anOutcome() {
  const kpis = [{ kpiId: (await kpi()).id, baseline: 3, target: 1 }];
  return { statement: "Fewer stops", ownerId: actorId, horizon: "2030-01-01", kpis };
}

/** The use case that was proposed, as it is now. */
async function useCase(): Promise<{ id: string; version: number }> {
  const [row] = (await caller.value.portfolio()).rows;
  return { id: row?.id ?? "", version: row?.version ?? 0 };
}

/** The plan that was started, as if the jobs process had answered that everything is in. */
async function answeredPlan(): Promise<string> {
  const plan = { ...{ valueCents: 0, spentCents: 0, netCents: 0, hours: {} }, options: {}, assets: [] as string[] };
  const { facts, id } = (await caller.plan.newest({ question: { budgetCents: 1_000 } })) ?? { facts: null, id: "" };
  const options = Object.fromEntries(facts?.useCases.map((one) => [one.id, "as described"]) ?? []);
  const best = { plan: { ...plan, options, assets: facts?.assets.map((asset) => asset.id) }, boundCents: 0, gap: 0 };
  await db.owner.query("update plans set state = 'proven', answer = $2 where id = $1", [id, JSON.stringify({ best })]);
  return id;
}

/** What somebody has read or looked at is theirs alone: it leaves no row (server/inbox/read-verbs.ts), but it is done. */
const UNWRITTEN: Readonly<Record<string, () => Promise<unknown>>> = {
  "inbox.markRead": async () => caller.inbox.markRead({ ids: await unread() }),
  "inbox.markUnread": async () =>
    caller.inbox.markUnread({ ids: (await caller.inbox.list({})).rows.map(({ id }) => id) }),
  "inbox.markAllRead": async () => caller.inbox.markAllRead({ upTo: Date.now() + 60_000 }),
  "value.visit": () => caller.value.visit(),
};

async function teamId(name: string): Promise<string> {
  return (await caller.teams.list()).teams.find((team) => team.name === name)?.id ?? "";
}

async function unread(): Promise<number[]> {
  return (await caller.inbox.list({ show: "unread" })).rows.map(({ id }) => id);
}

/** A run that is over; the queue of nobody fills. */
async function ended(): Promise<{ id: string }> {
  await db.owner.query("update job_runs set state = 'cancelled', ended_at = now() where state = 'queued'");
  return caller.jobs.cancelOwn(await anExport()).then(async () => {
    const { rows } = await db.owner.query<{ id: string }>("select id from job_runs order by created_at desc limit 1");
    return { id: rows[0]?.id ?? "" };
  });
}

test("every mutation of the product is in this walk, and nothing else", () => {
  // tRPC types this record as the tree of routers; at run time it is flat, by path.
  const flat: Readonly<Record<string, unknown>> = { ...appRouter._def.procedures };
  const mutations = Object.keys(flat).filter((path) => typeOf(flat[path]) === "mutation");
  expect([...Object.keys(CHANGES), ...Object.keys(UNWRITTEN)].sort()).toEqual(mutations.sort());
});

function typeOf(procedure: unknown): unknown {
  const def: unknown = typeof procedure === "function" ? Reflect.get(procedure, "_def") : null;
  return typeof def === "object" && def !== null ? Reflect.get(def, "type") : undefined;
}

test.each(Object.keys(CHANGES))("%s commits with a row of the audit log", async (path) => {
  const before = await entries();
  await CHANGES[path]?.();
  expect(await entries()).toBeGreaterThan(before);
});

test("what somebody has read is marked, and taken back, without a row", async () => {
  await db.owner.query(
    "select tell((select id from orgs), array[$1], 'k', 'job-done', 'ok', 'Done', null, null, false)",
    [actorId],
  );
  const before = await entries();
  expect(await unread()).not.toEqual([]);
  for (const [path, change] of Object.entries(UNWRITTEN)) {
    await change();
    expect([path, (await unread()).length > 0]).toEqual([path, path === "inbox.markUnread"]);
  }
  expect(await entries()).toBe(before);
});

test("a password is changed by who knows the present one, and by nobody else", async () => {
  const present = "another long enough password";
  const wrong = caller.me.changePassword({ current: "not this one", next: "yet another long password" });
  await expect(wrong).rejects.toMatchObject({ code: "BAD_REQUEST" });
  await caller.me.changePassword({ current: present, next: "yet another long password" });
  const stale = caller.me.changePassword({ current: present, next: PASSWORD });
  await expect(stale).rejects.toMatchObject({ code: "BAD_REQUEST" });
});

test("so do signing in and out, a reset, a first sign-in by a provider, the demo's people and the set-up", async () => {
  const system = await systemContext(db.pool, "test");
  const added = async (work: () => Promise<unknown>) => {
    const before = await entries();
    await work();
    return (await entries()) - before;
  };
  let sid = "";
  expect(await added(async () => (sid = await signIn(otherId)))).toBe(1);
  expect(await added(() => closeSession(door(), sid))).toBe(1);
  expect(await added(() => closeSession(door(), sid))).toBe(0);
  const subject = { subject: "https://idp one", email: "other@test.invalid", emailVerified: true };
  expect(await added(() => findProvidedUser(door(), subject))).toBe(1);
  expect(await added(() => findProvidedUser(door(), subject))).toBe(0);
  const { token } = await issueReset(system, { userId: otherId });
  expect(await added(() => spendReset(door(), { token, password: "yet another long password" }))).toBe(1);

  await db.owner.query("delete from memberships where role = 'admin'");
  const link = (await issueSetUp(system)) ?? "";
  const form = { token: link, organisation: "Plant", name: "Ada", email: "ada@test.invalid", password: PASSWORD };
  expect(await added(() => setUp(door(), form))).toBe(1);
  expect(await added(() => addDemoPeople(system))).toBe(6);
  expect(await added(() => addDemoPeople(system))).toBe(0);
});

test("a change that forgets is refused at its commit, and nothing of it stays", async () => {
  const forgetful = door().transaction((tx) => tx.query("update users set name = 'Eve' where id = $1", [otherId]));
  await expect(forgetful).rejects.toThrow("update on users without a row in the audit log");
  const { rows } = await db.owner.query("select name from users where id = $1", [otherId]);
  expect(rows).toEqual([{ name: "other@test.invalid" }]);
});
