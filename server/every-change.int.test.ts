import { afterAll, beforeAll, expect, test } from "vitest";
import { cloneTestDb, type TestDb } from "@/db/testing";
import { openVisit, systemContext } from "./core/context";
import { sessionCookieName } from "./core/deployment";
import { doorAccess } from "./core/door";
import { ROLES, TEAM_ROLES } from "./core/domain/permissions";
import { sealSession } from "./core/session";
import { addDemoPeople } from "./identity/demo-people";
import { issueReset, issueSetUp, setUp, spendReset } from "./identity/password-verbs";
import { hashPassword } from "./identity/passwords";
import { closeSession, findProvidedUser, openSession } from "./identity/sign-in";
import { appRouter, createCaller } from "./root";
import { demandAudit } from "./testing-audit";

/** Every mutation with an input that it takes, in a database that refuses a change without a row of the audit log. */
const SECRET = "a secret of this test that is longer than 32 bytes";
const PASSWORD = "correct horse battery staple";
const VISITOR = { ip: "192.0.2.1", userAgent: "test" };
const RANGE = { fromMs: 0, toMs: 86_400_000 };
let db: TestDb;
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
  actorId = await person("everything@test.invalid");
  otherId = await person("other@test.invalid");
  const team = (await db.owner.query<{ id: string }>("select first_team() as id")).rows[0]?.id ?? null;
  for (const role of ROLES)
    await db.owner.query("insert into memberships (user_id, team_id, role, granted_by) values ($1, $2, $3, 'test')", [
      ...[actorId, TEAM_ROLES.has(role) ? team : null, role],
    ]);
  const cookie = `${sessionCookieName(false)}=${await sealSession(await signIn(actorId), SECRET)}`;
  caller = createCaller(openVisit(db.pool, new Headers({ cookie })));
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
  "fleet.accept": () => caller.fleet.accept({ node: "node-1", withStreams: false }),
  "streams.accept": () => caller.streams.accept({ streamIds: [stream] }),
  "quarantine.replay": () => caller.quarantine.replay({ ids: held.slice(0, 1) }),
  "quarantine.discard": () => caller.quarantine.discard({ ids: held.slice(1) }),
  "value.propose": () => caller.value.propose({ title: "Bearing wear" }),
  "value.estimate": async () => caller.value.estimate({ ...(await useCase()), figures: FIGURES }),
  "value.savePolicy": () => caller.value.savePolicy({ ...POLICY, version: 0 }),
  "value.setPeople": async () => caller.value.setPeople({ ...(await useCase()), ownerId: actorId, sponsorId: null }),
  "value.confirm": async () => caller.value.confirm({ ...(await useCase()), as: "owner" }),
  "value.setNeeds": async () => caller.value.setNeeds({ ...(await useCase()), needs: [{ capability: "flow" }] }),
  "value.review": async () => caller.value.review({ ...(await useCase()), objections: [] }),
  "value.commit": async () => caller.value.commit({ ...(await useCase()), cents: null }),
  "value.move": async () => {
    await db.owner.query("update use_cases set intake = 'accepted'");
    return caller.value.move({ ...(await useCase()), to: "idea" });
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
  "me.changePassword": () => caller.me.changePassword({ current: PASSWORD, next: "another long enough password" }),
};

const about = (value: number) => ({ low: value, mode: value, high: value });
const FIGURES = {
  currency: "EUR",
  ...{ benefitCentsPerDay: about(100), oneOffCents: about(100), runCentsPerDay: about(1) },
  ...{ adoption: about(1), technicalProbability: about(1), rampDays: 0 },
};

const POLICY = {
  ...{ currency: "EUR", budgetCents: 1_000, discountRate: 0.08, rankedBy: "value" as const, why: "a start" },
  weights: { value: 40, readiness: 25, kpiClarity: 20, sponsorship: 15 },
};

/** The use case that was proposed, as it is now. */
async function useCase(): Promise<{ id: string; version: number }> {
  const [row] = (await caller.value.portfolio()).rows;
  return { id: row?.id ?? "", version: row?.version ?? 0 };
}

/** A run that is over; the queue of nobody fills. */
async function ended(): Promise<{ id: string }> {
  await db.owner.query("update job_runs set state = 'cancelled', ended_at = now() where state = 'queued'");
  return caller.jobs.cancelOwn(await anExport()).then(async () => {
    const { rows } = await db.owner.query<{ id: string }>("select id from job_runs order by created_at desc limit 1");
    return { id: rows[0]?.id ?? "" };
  });
}

test("every name of this walk is a mutation of the product", () => {
  const flat: Readonly<Record<string, unknown>> = { ...appRouter._def.procedures };
  expect(Object.keys(CHANGES).filter((path) => !(path in flat))).toEqual([]);
});

test.each(Object.keys(CHANGES))("%s commits with a row of the audit log", async (path) => {
  const before = await entries();
  await CHANGES[path]?.();
  expect(await entries()).toBeGreaterThan(before);
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
