import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { cloneTestDb, type TestDb } from "@/db/testing";
import { openVisit } from "./core/context";
import { sessionCookieName } from "./core/deployment";
import { doorAccess } from "./core/door";
import { ACTIONS, type Action, PERMISSIONS, type Role, ROLES, TEAM_ROLES } from "./core/domain/permissions";
import { sealSession } from "./core/session";
import { openSession } from "./identity/sign-in";
import { appRouter, createCaller } from "./root";
import { makeTwoTeams, NEVER, type TeamThings } from "./testing-two-teams";
import { USE_CASE_HEADER } from "./value/domain/use-case-line";

/**
 * Every procedure that is given the id of something × every role × one's own thing, another's, and one that never was. Another's is
 * answered like one that never was: by code, and by words.
 */
const SECRET = "a secret of this test that is longer than 32 bytes";
const RANGE = { fromMs: 0, toMs: 86_400_000 };
let db: TestDb;
let teams: Awaited<ReturnType<typeof makeTwoTeams>>;

beforeAll(async () => {
  process.env.THROUGHLINE_SECRET = SECRET;
  db = await cloneTestDb();
  process.env.DATABASE_URL = db.appUrl;
  teams = await makeTwoTeams(db);
});
afterAll(async () => {
  delete process.env.THROUGHLINE_SECRET;
  delete process.env.DATABASE_URL;
  await globalThis.throughlineWeb?.pool.end();
  globalThis.throughlineWeb = undefined;
  await db.drop();
});

type Caller = ReturnType<typeof createCaller>;

/** One of everything that is somebody's own. */
interface OwnThings {
  session: string;
  token: string;
  view: string;
  /** waits in the queue */
  run: string;
  /** is over */
  ended: string;
  notice: number;
}
const NOBODYS: OwnThings = {
  ...{ session: NEVER.team, token: NEVER.team, view: NEVER.team, run: NEVER.team, ended: NEVER.team, notice: 999_999 },
};
type Things = TeamThings & OwnThings;

async function person(role: Role): Promise<{ id: string; caller: Caller }> {
  const { rows } = await db.owner.query<{ id: string }>(
    "insert into users (email, name) values ($1, $2) returning id",
    [`${randomBytes(6).toString("hex")}@test.invalid`, role],
  );
  const id = rows[0]?.id ?? "";
  await db.owner.query("insert into memberships (user_id, team_id, role, granted_by) values ($1, $2, $3, 'test')", [
    ...[id, TEAM_ROLES.has(role) ? teams.own.team : null, role],
  ]);
  const sid = await openSession(doorAccess(db.pool), id, { ip: "192.0.2.1", userAgent: "test" }, "test");
  const cookie = `${sessionCookieName(false)}=${await sealSession(sid, SECRET)}`;
  return { id, caller: createCaller(openVisit(db.pool, new Headers({ cookie }))) };
}

async function ownThings(userId: string): Promise<OwnThings> {
  const one = async (sql: string, ...more: unknown[]) => {
    const { rows } = await db.owner.query<{ id: string }>(sql, [userId, ...more]);
    return rows[0]?.id ?? "";
  };
  const run = (state: string) =>
    one(
      `insert into job_runs (org_id, owner_id, owner_name, team_id, kind, title, input, state, ended_at)
       select id, $1, 'test', $3, 'export-readings', 't', $4, $2, case when $2 <> 'queued' then now() end from orgs returning id`,
      ...[state, teams.own.team, JSON.stringify({ streamIds: [teams.own.stream], ...RANGE })],
    );
  return {
    session: await one(
      "insert into sessions (sid_hash, user_id, idle_limit, expires_at) values ($2, $1, '1 day', now() + interval '1 day') returning id",
      randomBytes(32),
    ),
    token: await one(
      "insert into api_tokens (user_id, name, token_hash, hint, created_by, expires_at) values ($1, 't', $2, 'tlp_', 'test', now() + interval '1 hour') returning id",
      randomBytes(32),
    ),
    view: await one(
      "insert into saved_views (org_id, owner_id, page, name, query) select id, $1, 'fleet', 'v', '' from orgs returning id",
    ),
    run: await run("queued"),
    ended: await run("cancelled"),
    notice: Number(
      await one(
        "insert into notifications (org_id, owner_id, key, kind, status, title) select id, $1, 'k', 'job-done', 'ok', 't' from orgs returning id",
      ),
    ),
  };
}

/** What an empty list is to whoever asks for a thing. */
class Nothing extends Error {
  readonly code = "NOTHING";
}

async function some(list: Promise<readonly unknown[]>): Promise<void> {
  if ((await list).length === 0) throw new Nothing();
}

const seen = async (table: "use_cases" | "kpis" | "outcomes", id: string) => {
  const { rows } = await db.owner.query<{ version: number }>(`select version from ${table} where id = $1`, [id]);
  return { id, version: rows[0]?.version ?? 1 };
};
const held = (id: number) =>
  db.owner.query(
    "update quarantine set status = 'held', outcome = null, decided_at = null, decided_by = null where id = $1",
    [id],
  );
const fresh = (name: string) => `${name}-${randomBytes(4).toString("hex")}`;
const about = (value: number) => ({ low: value, mode: value, high: value });
const FIGURES = {
  currency: "EUR",
  ...{ benefitCentsPerDay: about(100), oneOffCents: about(100), runCentsPerDay: about(1) },
  ...{ adoption: about(1), technicalProbability: about(1), rampDays: 0 },
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
const FILE = Buffer.from(`${USE_CASE_HEADER}From a file${",".repeat(18)}`).toString("base64");
const NO_RATING = { rice: null, ice: null, wsjf: null };

const PAIRS: Readonly<Record<string, (caller: Caller, thing: Things) => Promise<unknown>>> = {
  "me.endSession": (caller, { session }) => caller.me.endSession({ id: session }),
  "me.revokeToken": (caller, { token }) => caller.me.revokeToken({ id: token }),
  "fleet.list": (caller, { team }) => some(caller.fleet.list({ team }).then(({ rows }) => rows)),
  "fleet.node": (caller, { node }) => caller.fleet.node({ node }),
  "fleet.accept": (caller, { node }) => caller.fleet.accept({ node, withStreams: false }),
  "fleet.logins": (caller, { team }) => some(caller.fleet.logins({ team }).then(({ rows }) => rows)),
  "fleet.add": (caller, { team }) => caller.fleet.add({ node: fresh("new"), teamId: team }),
  "fleet.renewLogin": (caller, { node }) => caller.fleet.renewLogin({ node }),
  "fleet.revokeLogin": async (caller, { node }) => {
    await db.owner.query("update nodes set token_hash = 'x' where id = $1", [node]);
    return caller.fleet.revokeLogin({ node });
  },
  "fleet.move": (caller, { node, team }) => caller.fleet.move({ node, teamId: team }),
  "fleet.move to": async (caller, { team }) => {
    const node = fresh("moves");
    await db.owner.query("insert into nodes (id, status, team_id) values ($1, 'accepted', $2)", [node, teams.own.team]);
    return caller.fleet.move({ node, teamId: team });
  },
  "fleet.rename": (caller, { node }) => caller.fleet.rename({ node, name: fresh("Node") }),
  "fleet.retire": (caller, { node }) => caller.fleet.retire({ node }),
  "fleet.takeBack": (caller, { node }) => caller.fleet.takeBack({ node }),
  "fleet.streamsOfNode": (caller, { node }) => some(caller.fleet.streamsOfNode({ node })),
  "streams.list": (caller, { node }) => some(caller.streams.list({ node }).then(({ rows }) => rows)),
  "streams.list of a team": (caller, { team }) => some(caller.streams.list({ team }).then(({ rows }) => rows)),
  "streams.get": (caller, { stream }) => caller.streams.get({ id: stream }),
  "streams.accept": (caller, { stream }) => caller.streams.accept({ streamIds: [stream] }),
  "quarantine.list": (caller, { node }) => some(caller.quarantine.list({ node }).then(({ rows }) => rows)),
  "quarantine.payload": (caller, { held: id }) => caller.quarantine.payload({ id }),
  "quarantine.replay": async (caller, thing) => {
    await held(thing.held);
    return caller.quarantine.replay({ ids: [thing.held] });
  },
  "quarantine.discard": async (caller, thing) => {
    await held(thing.held);
    await caller.quarantine.discard({ ids: [thing.held] });
    await held(thing.held);
  },
  "quarantine.takeBack": async (caller, { held: id }) => {
    await db.owner.query(
      "update quarantine set status = 'discarded', decided_at = now(), decided_by = 'test' where id = $1",
      [id],
    );
    try {
      await caller.quarantine.takeBack({ ids: [id] });
    } finally {
      await held(id);
    }
  },
  "value.get": (caller, { useCase }) => caller.value.get({ id: useCase }),
  "value.line": (caller, { useCase }) => caller.value.line({ id: useCase }),
  "value.rating": async (caller, { useCase }) => {
    await db.owner.query(
      `insert into use_case_ratings (use_case_id, version, rating, made_by, made_by_name)
       select id, 1, $2, 'test', 'test' from use_cases where id = $1 on conflict do nothing`,
      [useCase, JSON.stringify(NO_RATING)],
    );
    await some(caller.value.rating({ id: useCase }).then((rating) => (rating ? [rating] : [])));
  },
  "value.kpi": (caller, { kpi }) => caller.value.kpi({ id: kpi }),
  "value.kpis": (caller, { team }) => some(caller.value.kpis({ team })),
  "value.outcomes": (caller, { team }) => some(caller.value.outcomes({ team })),
  "value.outcome": (caller, { outcome }) => caller.value.outcome({ id: outcome }),
  "value.propose": (caller, { team }) => caller.value.propose({ title: fresh("An idea"), teamId: team }),
  "value.confirm": async (caller, { useCase }) => {
    const { id } = (await caller.me.viewer()).user;
    await db.owner.query("update use_cases set owner_id = $2 where id = $1", [useCase, id]);
    return caller.value.confirm({ ...(await seen("use_cases", useCase)), as: "owner" });
  },
  "value.estimate": async (caller, { useCase }) =>
    caller.value.estimate({ ...(await seen("use_cases", useCase)), figures: FIGURES }),
  "value.rate": async (caller, { useCase }) =>
    caller.value.rate({ ...(await seen("use_cases", useCase)), rating: NO_RATING }),
  "value.importUseCases": (caller, { team }) => caller.value.importUseCases({ file: FILE, teamId: team }),
  "value.setPeople": async (caller, { useCase }) =>
    caller.value.setPeople({ ...(await seen("use_cases", useCase)), ownerId: null, sponsorId: null }),
  "value.setNeeds": async (caller, { useCase }) =>
    caller.value.setNeeds({ ...(await seen("use_cases", useCase)), needs: [] }),
  "value.addOption": async (caller, { useCase }) => {
    await twoWays(useCase);
    await db.owner.query("delete from use_case_options where use_case_id = $1 and n > 2", [useCase]);
    return caller.value.addOption({ ...(await seen("use_cases", useCase)), name: fresh("Way") });
  },
  "value.changeOption": async (caller, { useCase }) => {
    await twoWays(useCase);
    return caller.value.changeOption({ ...(await seen("use_cases", useCase)), n: 2, name: fresh("Way") });
  },
  "value.chooseOption": async (caller, { useCase }) => {
    await twoWays(useCase);
    return caller.value.chooseOption({ ...(await seen("use_cases", useCase)), n: 2 });
  },
  "value.dropOption": async (caller, { useCase }) => {
    await twoWays(useCase);
    return caller.value.dropOption({ ...(await seen("use_cases", useCase)), n: 2, isDropped: true });
  },
  "value.setEffects": async (caller, { useCase }) =>
    caller.value.setEffects({ ...(await seen("use_cases", useCase)), effects: [] }),
  "value.setEffects on a KPI": async (caller, { kpi }) =>
    caller.value.setEffects({
      ...(await seen("use_cases", teams.own.useCase)),
      effects: [{ kpiId: kpi, effect: about(1) }],
    }),
  "value.addKpi": (caller, { team }) => caller.value.addKpi({ name: fresh("KPI"), teamId: team, definition: KPI }),
  "value.reviseKpi": async (caller, { kpi }) =>
    caller.value.reviseKpi({ ...(await seen("kpis", kpi)), definition: KPI, why: "clearer" }),
  "value.enterKpiValue": async (caller, { kpi }) =>
    caller.value.enterKpiValue({ ...(await seen("kpis", kpi)), day: "2026-01-01", value: 3 }),
  "value.triage": async (caller, { useCase }) =>
    caller.value.triage({ ...(await seen("use_cases", useCase)), to: "accepted" }),
  "measured.get": async (caller, { useCase }) =>
    (await caller.measured.get({ id: useCase })) ?? caller.value.get({ id: useCase }),
  "blast.of": (caller, { stream }) => caller.blast.of({ kind: "stream", id: stream }),
  "blast.of a node": (caller, { node }) => caller.blast.of({ kind: "node", node }),
  "plan.tasks": (caller, { useCase }) => some(caller.plan.tasks({ useCaseId: useCase })),
  "plan.setTask": async (caller, { task }) => {
    const { rows } = await db.owner.query<{ open: boolean }>(
      "select done_at is null as open from plan_tasks where id = $1",
      [task],
    );
    return caller.plan.setTask({ id: task, isDone: rows[0]?.open ?? false });
  },
  "plan.start": (caller, { useCase }) => caller.plan.start({ question: { budgetCents: 9, must: [useCase] } }),
  "views.remove": (caller, { view }) => caller.views.remove({ id: view }),
  "jobs.ownRun": (caller, { run }) => caller.jobs.ownRun({ id: run }),
  "jobs.cancelOwn": (caller, { run }) => caller.jobs.cancelOwn({ id: run }),
  "jobs.repeatOwn": (caller, { ended }) => caller.jobs.repeatOwn({ id: ended }),
  "jobs.exportReadings": async (caller, { stream }) => {
    await db.owner.query("update job_runs set state = 'cancelled', ended_at = now() where state = 'queued'");
    return caller.jobs.exportReadings({ streamIds: [stream], ...RANGE });
  },
  "inbox.markRead": (caller, { notice }) => some(caller.inbox.markRead({ ids: [notice] })),
};

/** Makes a use case have two ways, of which the first is chosen. */
async function twoWays(useCase: string): Promise<void> {
  await db.owner.query(
    `insert into use_case_options (use_case_id, n, name) select id, n, 'way ' || n from use_cases cross join generate_series(1, 2) n where id = $1
     on conflict (use_case_id, n) do update set dropped_at = null`,
    [useCase],
  );
  await db.owner.query("update use_cases set option = 1 where id = $1", [useCase]);
}

/** Given an id, and walked elsewhere; each with where. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  "home.facts":
    "figures that name nothing, of what one may see: “each team sees its own”, server/home/home.int.test.ts",
  "measured.overview":
    "its team only narrows the rows that one may see: the database gives no others, server/measured/measured.int.test.ts",
  "value.importKpiValues": "days of another team's KPI: “who is of another team”, server/value/kpi-import.int.test.ts",
  "streams.marks": "empty for what is not there: below, in the lists of a team",
  "streams.series": "the series of the route: I05-I07, server/authorisation.int.test.ts",
  "plan.facts": "facts of what one may see: below, in the lists of a team",
  "plan.newest": "the newest of those one may see: below, in the lists of a team",
  "inbox.markUnread": "says nothing of what it did: below, with the notice of somebody else",
};

const flat: Readonly<Record<string, unknown>> = { ...appRouter._def.procedures };
const inside = (value: unknown, name: string): unknown =>
  (typeof value === "object" && value !== null) || typeof value === "function" ? Reflect.get(value, name) : undefined;

function actionOf(path: string): Action {
  const named = inside(inside(inside(flat[path.split(" ")[0] ?? ""], "_def"), "meta"), "permission");
  const action = ACTIONS.find((one) => one === named);
  if (!action) throw new Error(`no procedure ${path}`);
  return action;
}

/** The names in an input that stand for something which may be somebody's. */
function idsOf(schema: unknown): string[] {
  if (Array.isArray(schema)) return schema.flatMap(idsOf);
  if (typeof schema !== "object" || schema === null) return [];
  const fields = Object.entries(inside(schema, "properties") ?? {});
  const here = fields.filter(([name]) => /^(ids?|nodes?|streams?|team|person|must|without)$|Ids?$/.test(name));
  const deeper = [
    ...fields.map(([, field]: [string, unknown]) => field),
    inside(schema, "items"),
    inside(schema, "anyOf"),
    inside(schema, "oneOf"),
  ];
  return [...here.map(([name]) => name), ...deeper.flatMap(idsOf)];
}

test("every procedure that is given an id is in this walk, or said to be elsewhere, or opens the whole organisation to whom it opens", () => {
  const given = Object.keys(flat).filter((path) => {
    const inputs = inside(inside(flat[path], "_def"), "inputs");
    const schemas = (Array.isArray(inputs) ? inputs : []).filter((input) => input instanceof z.ZodType);
    return schemas.some((input) => idsOf(z.toJSONSchema(input, { io: "input", unrepresentable: "any" })).length > 0);
  });
  expect(given.length).toBeGreaterThan(60);
  const walked = new Set([...Object.keys(PAIRS).map((path) => path.split(" ")[0]), ...Object.keys(ELSEWHERE)]);
  // Where each role that may is let into the whole organisation, nothing is another's; who may is the walk of the roles'.
  const narrow = (path: string) => Object.values(PERMISSIONS[actionOf(path)].to).some((scope) => scope !== "org");
  expect(given.filter((path) => narrow(path) && !walked.has(path))).toEqual([]);
  expect(Object.keys(ELSEWHERE).filter((path) => !given.includes(path))).toEqual([]);
});

/** The code and the words of a refusal, without the ids that were asked for; "OK" for what is done. */
async function outcomeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => "OK",
    (cause: unknown) => {
      if (!(cause instanceof Error && "code" in cause)) throw cause;
      const words = cause.message.replace(/node-(other|never)|[0-9a-f-]{36}|\d+/g, "…");
      return `${String(cause.code)} ${words}`;
    },
  );
}

describe.each(ROLES)("%s", (role) => {
  test("I01-I08 the other team's ids are answered like ids that do not exist", async () => {
    const [me, somebody] = [await person(role), await person("executive")];
    const things = {
      own: { ...teams.own, ...(await ownThings(me.id)) },
      other: { ...teams.other, ...(await ownThings(somebody.id)) },
      never: { ...NEVER, ...NOBODYS },
    };
    const wrong: unknown[] = [];
    for (const [path, call] of Object.entries(PAIRS)) {
      const scope = new Map(Object.entries(PERMISSIONS[actionOf(path)].to)).get(role);
      const [own, other, never] = [
        await outcomeOf(call(me.caller, things.own)),
        await outcomeOf(call(me.caller, things.other)),
        await outcomeOf(call(me.caller, things.never)),
      ];
      const isRight =
        scope === undefined
          ? own === never && other === never && never.startsWith("NOT_FOUND")
          : own === "OK" && never !== "OK" && other === (scope === "org" ? "OK" : never);
      if (!isRight) wrong.push({ path, scope, own, other, never });
    }
    expect(wrong).toEqual([]);
  });
});

test.each(["technician", "data-scientist"] as const)("I07 the lists of a %s hold their own team's", async (role) => {
  const { caller } = await person(role);
  const { own, other } = teams;
  const titles = async (question: { must?: string[] }) =>
    (await caller.plan.facts({ question })).left.map(({ title }) => title);
  expect((await caller.fleet.list({})).rows.map(({ id }) => id)).not.toContain(other.node);
  expect((await caller.streams.list({})).rows.map(({ nodeId }) => nodeId)).toEqual([own.node]);
  expect((await caller.quarantine.list({})).nodes.map(({ nodeId }) => nodeId)).toEqual([own.node]);
  expect((await caller.value.portfolio()).rows.map(({ title }) => title)).not.toContain("other");
  expect((await caller.value.kpis()).map(({ name }) => name)).not.toContain("other");
  expect((await caller.plan.tasks({ useCaseId: own.useCase })).map(({ id }) => id)).toEqual([own.task]);
  expect(await titles({})).not.toContain("other");
  expect(await titles({ must: [other.useCase] })).not.toContain("other");
  expect(await caller.plan.newest({ question: { budgetCents: 1 } })).toMatchObject({ ownerName: "own" });
  expect(await caller.plan.newest({ question: { budgetCents: 2 } })).toBeNull();
  expect((await caller.value.outcomes()).map(({ statement }) => statement)).toEqual(["own"]);
  const figures = async (team: string) => ({ ...(await caller.home.facts({ team })), nowMs: 0 });
  expect(await figures(other.team)).toEqual(await figures(NEVER.team));
  expect(await figures(own.team)).not.toEqual(await figures(NEVER.team));
  expect(await caller.streams.marks({ id: other.stream, ...RANGE })).toEqual(
    await caller.streams.marks({ id: NEVER.stream, ...RANGE }),
  );
});

test("I02 nobody takes back that somebody else has read something", async () => {
  const [me, somebody] = [await person("admin"), await person("executive")];
  const { notice } = await ownThings(somebody.id);
  await somebody.caller.inbox.markRead({ ids: [notice] });
  await me.caller.inbox.markUnread({ ids: [notice] });
  const { rows } = await db.owner.query("select read_at is not null as read from notifications where id = $1", [
    notice,
  ]);
  expect(rows).toEqual([{ read: true }]);
});
