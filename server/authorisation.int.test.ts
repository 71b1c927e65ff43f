import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cloneTestDb, type TestDb } from "@/db/testing";
import { openVisit } from "./core/context";
import { ACTIONS, type Action, PERMISSIONS, type Role, ROLES, TEAM_ROLES } from "./core/domain/permissions";
import { hashSecret } from "./core/secrets-hash";
import { appRouter, createCaller } from "./root";
import { PlanQuestion } from "./value/domain/plan-inputs";
import { questionHash } from "./value/domain/plan-question";

/**
 * Every procedure and every route handler × every role × own team, other team, nobody and somebody disabled. The judge is the table of
 * permissions; a procedure that is not in it, or a handler that asks nobody, fails here.
 */
const API = join(import.meta.dirname, "..", "app", "api");
/** Handlers that ask in another way, each with its reason. */
const OTHER_DOORS: Readonly<Record<string, string>> = {
  "auth/[...nextauth]": "is the door itself",
  "account/[verb]": "asks for a token that works once",
  health: "answers a load balancer, with figures that name nothing and nobody",
  "[...missing]": "says of everything else that it is not there",
  "trpc/[trpc]": "hands over to the procedures, each of which asks",
  "v1/artifacts/[sha256]": "asks for the login of a node",
  "v1/[...path]":
    "asks for the permission that each of its routes names; server/api/api.int.test.ts walks them with every role",
};

/** Transactions that are no change of anybody's: each with its reason. */
const UNAUDITED: Readonly<Record<string, string>> = { checkPassword: "attempts to sign in have a table of their own" };

type Standing = "own" | "other";
let db: TestDb;
const team = { own: "", other: "" };
const stream = { own: 0, other: 0 };
const held = { own: 0, other: 0 };
const useCase = { own: "", other: "" };
const kpi = { own: "", other: "" };
const outcome = { own: "", other: "" };
const task = { own: "", other: "" };

beforeAll(async () => {
  db = await cloneTestDb();
  const org = (await db.owner.query<{ id: string }>("select id from orgs")).rows[0]?.id;
  await db.owner.query("insert into users (email, name) values ('owner@test.invalid', 'owner')");
  for (const standing of ["own", "other"] as const) {
    const made = await db.owner.query<{ id: string }>("insert into teams (org_id, name) values ($1, $2) returning id", [
      org,
      standing,
    ]);
    team[standing] = made.rows[0]?.id ?? "";
    await db.owner.query("insert into nodes (id, status, team_id) values ($1, 'accepted', $2)", [
      `node-${standing}`,
      team[standing],
    ]);
    const added = await db.owner.query<{ id: number }>(
      "insert into streams (node_id, key, status) values ($1, 'k', 'accepted') returning id",
      [`node-${standing}`],
    );
    stream[standing] = added.rows[0]?.id ?? 0;
    const kept = await db.owner.query<{ id: string }>(
      "insert into quarantine (node_id, topic, reason, message, payload) values ($1, 't', 'E', 'm', 'x') returning id",
      [`node-${standing}`],
    );
    held[standing] = Number(kept.rows[0]?.id);
    const proposed = await db.owner.query<{ id: string }>(
      "insert into use_cases (org_id, team_id, title, intake, created_by, created_by_name) values ($1, $2, $3, 'accepted', 'test', 'test') returning id",
      [org, team[standing], standing],
    );
    useCase[standing] = proposed.rows[0]?.id ?? "";
    const measured = await db.owner.query<{ id: string }>(
      "insert into kpis (org_id, team_id, name, created_by, created_by_name) values ($1, $2, $3, 'test', 'test') returning id",
      [org, team[standing], standing],
    );
    kpi[standing] = measured.rows[0]?.id ?? "";
    await db.owner.query(
      `insert into kpi_versions (kpi_id, version, unit, direction, source, time_zone, from_minute, to_minute, min_coverage, max_stale_s, is_additive,
         value_low, value_mode, value_high, currency, made_by, made_by_name)
       values ($1, 1, '1', 'up', 'manual', 'UTC', 0, 1440, 0.8, 60, false, 0, 0, 0, 'EUR', 'test', 'test')`,
      [kpi[standing]],
    );
    const wanted = await db.owner.query<{ id: string }>(
      `insert into outcomes (org_id, team_id, statement, owner_id, horizon, created_by, created_by_name)
       select $1, $2, $3, id, '2030-01-01', 'test', 'test' from users where email = 'owner@test.invalid' returning id`,
      [org, team[standing], standing],
    );
    outcome[standing] = wanted.rows[0]?.id ?? "";
    const asked = PlanQuestion.parse({ budgetCents: standing === "own" ? 1 : 2 });
    const doing = await db.owner.query<{ id: string }>(
      `with p as (
         insert into plans (org_id, team_ids, owner_id, owner_name, goal, question, question_hash, facts, input_hash, time_limit_s, ended_at)
         values ($1, $2, 'test', $3, 'portfolio', $4, $5, '{}', '0000000000000000', 1, now()) returning id)
       insert into plan_tasks (org_id, plan_id, n, asset, title, cost_cents, use_case_ids)
       select $1, id, 1, 'to find:flow', 'Install flow', 0, $6 from p returning id`,
      [org, [team[standing]], standing, JSON.stringify(asked), questionHash(asked), [useCase[standing]]],
    );
    task[standing] = doing.rows[0]?.id ?? "";
  }
});
afterAll(() => db.drop());

/** A caller with a personal token, so that roles and a disabled account are looked up as they are for a session. */
async function tokenOf(role: Role, { disabled = false } = {}): Promise<string> {
  const token = `tlp_${randomBytes(24).toString("base64url")}`;
  const user = await db.owner.query<{ id: string }>(
    "insert into users (email, name, disabled_at) values ($1, $2, case when $3 then now() end) returning id",
    [`${randomBytes(6).toString("hex")}@test.invalid`, role, disabled],
  );
  const id = user.rows[0]?.id;
  await db.owner.query("insert into memberships (user_id, team_id, role, granted_by) values ($1, $2, $3, 'test')", [
    id,
    TEAM_ROLES.has(role) ? team.own : null,
    role,
  ]);
  await db.owner.query(
    "insert into api_tokens (user_id, name, token_hash, hint, access, created_by, expires_at) values ($1, 't', $2, 'tlp_', 'write', 'test', now() + interval '1 hour')",
    [id, hashSecret(token)],
  );
  return token;
}

async function callerOf(role: Role, options: { disabled?: boolean } = {}) {
  const authorization = `Bearer ${await tokenOf(role, options)}`;
  return createCaller(openVisit(db.pool, new Headers({ authorization })));
}

interface Procedure {
  path: string;
  permission: Action | undefined;
  call: (caller: ReturnType<typeof createCaller>, input: unknown) => Promise<unknown>;
}

// tRPC types this record as the tree of routers; at run time it is flat, by path.
const flat: Readonly<Record<string, unknown>> = { ...appRouter._def.procedures };
const procedures: Procedure[] = Object.entries(flat).map(([path, procedure]) => ({
  path,
  permission: permissionOf(inside(inside(procedure, "_def"), "meta")),
  call: async (caller, input) => {
    let at: unknown = caller;
    for (const name of path.split(".")) at = inside(at, name);
    if (typeof at !== "function") throw new Error(`no procedure ${path}`);
    return Reflect.apply(at, undefined, [input]);
  },
}));

function procedure(path: string): Procedure {
  const found = procedures.find((one) => one.path === path);
  if (!found) throw new Error(`no procedure ${path}`);
  return found;
}

function inside(value: unknown, name: string): unknown {
  return (typeof value === "object" && value !== null) || typeof value === "function"
    ? Reflect.get(value, name)
    : undefined;
}

function permissionOf(meta: unknown): Action | undefined {
  const named = inside(meta, "permission");
  return ACTIONS.find((action) => action === named);
}

/** Whether a task is still to be done, whoever may see it. */
async function isOpen(id: string): Promise<boolean> {
  const { rows } = await db.owner.query<{ open: boolean }>(
    "select done_at is null as open from plan_tasks where id = $1",
    [id],
  );
  return rows[0]?.open ?? false;
}

/** A use case as it is now, whoever may see it. */
async function versionOf(id: string): Promise<{ id: string; version: number }> {
  const { rows } = await db.owner.query<{ version: number }>("select version from use_cases where id = $1", [id]);
  return { id, version: rows[0]?.version ?? 0 };
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => "OK",
    (cause: unknown) => (cause instanceof Error && "code" in cause ? String(cause.code) : "?"),
  );
}

test("every procedure names a permission of the table", () => {
  expect(procedures.filter(({ permission }) => permission === undefined).map(({ path }) => path)).toEqual([]);
  expect(procedures.length).toBeGreaterThan(10);
});

describe.each(ROLES)("%s", (role) => {
  test("may call exactly what the table says; the rest is not there for them", async () => {
    const caller = await callerOf(role);
    const wrong: string[] = [];
    for (const { path, permission, call } of procedures) {
      // An input that no procedure takes: whoever is let in is told so, whoever is not never gets that far.
      const code = await codeOf(call(caller, { "not a field": 1 }));
      const allowed = permission !== undefined && role in PERMISSIONS[permission].to;
      if (allowed ? code === "NOT_FOUND" || code === "UNAUTHORIZED" : code !== "NOT_FOUND")
        wrong.push(`${path}: ${code}`);
    }
    expect(wrong).toEqual([]);
  });

  test("who was disabled may call nothing", async () => {
    const caller = await callerOf(role, { disabled: true });
    for (const { path, call } of procedures) expect(await codeOf(call(caller, {})), path).toBe("UNAUTHORIZED");
  });

  test("I01-I08 the other team's ids are answered like ids that do not exist", async () => {
    const caller = await callerOf(role);
    const reach = (action: Action): string | undefined => new Map(Object.entries(PERMISSIONS[action].to)).get(role);
    const calls: [Action, (standing: Standing) => Promise<unknown>][] = [
      ["fleet.read", (s) => caller.fleet.node({ node: `node-${s}` })],
      ["stream.read", (s) => caller.streams.get({ id: stream[s] })],
      ["quarantine.read", (s) => caller.quarantine.payload({ id: held[s] })],
      ["fleet.accept", (s) => caller.fleet.accept({ node: `node-${s}`, withStreams: false })],
      ["fleet.manage", (s) => caller.fleet.rename({ node: `node-${s}`, name: `Node ${s}` })],
      ["fleet.manage", (s) => caller.fleet.retire({ node: `node-${s}` })],
      ["fleet.manage", (s) => caller.fleet.takeBack({ node: `node-${s}` })],
      ["stream.accept", (s) => caller.streams.accept({ streamIds: [stream[s]] })],
      ["value.read", (s) => caller.value.get({ id: useCase[s] })],
      ["value.estimate", async (s) => caller.value.setNeeds({ ...(await versionOf(useCase[s])), needs: [] })],
      [
        "value.estimate",
        async (s) => caller.value.addOption({ ...(await versionOf(useCase[s])), name: randomBytes(6).toString("hex") }),
      ],
      [
        "value.estimate",
        async (s) => caller.value.changeOption({ ...(await versionOf(useCase[s])), n: 1, name: "As it was" }),
      ],
      [
        "value.estimate",
        async (s) =>
          caller.value.rate({ ...(await versionOf(useCase[s])), rating: { rice: null, ice: null, wsjf: null } }),
      ],
      [
        "value.read",
        async (s) => (await caller.measured.get({ id: useCase[s] })) ?? caller.value.get({ id: useCase[s] }),
      ],
      ["value.read", (s) => caller.blast.of({ kind: "stream", id: stream[s] })],
      ["value.read", (s) => caller.blast.of({ kind: "node", node: `node-${s}` })],
      ["value.read", (s) => caller.value.kpi({ id: kpi[s] })],
      ["value.read", (s) => caller.value.outcome({ id: outcome[s] })],
      ["value.estimate", async (s) => caller.plan.setTask({ id: task[s], isDone: await isOpen(task[s]) })],
      ["value.decide", async (s) => caller.value.triage({ ...(await versionOf(useCase[s])), to: "accepted" })],
    ];
    for (const [action, call] of calls) {
      const scope = reach(action);
      expect(await codeOf(call("own")), `${action} own`).toBe(scope === undefined ? "NOT_FOUND" : "OK");
      expect(await codeOf(call("other")), `${action} other`).toBe(scope === "org" ? "OK" : "NOT_FOUND");
    }
    if (reach("fleet.read") === "team") {
      const { rows } = await caller.fleet.list({});
      expect(rows.map(({ id }) => id)).toEqual(["node-own"]);
      expect((await caller.streams.list({})).rows.map(({ nodeId }) => nodeId)).toEqual(["node-own"]);
      expect((await caller.streams.list({ node: "node-other" })).rows).toEqual([]);
      expect((await caller.quarantine.list({})).nodes.map(({ nodeId }) => nodeId)).toEqual(["node-own"]);
      expect((await caller.value.portfolio()).rows.map(({ title }) => title)).toEqual(["own"]);
      expect((await caller.value.kpis()).map(({ name }) => name)).toEqual(["own"]);
      expect((await caller.plan.tasks({ useCaseId: useCase.own })).map(({ id }) => id)).toEqual([task.own]);
      expect(await caller.plan.tasks({ useCaseId: useCase.other })).toEqual([]);
      expect((await caller.plan.facts({ question: {} })).left.map(({ title }) => title)).toEqual(["own"]);
      expect(await caller.plan.newest({ question: { budgetCents: 1 } })).toMatchObject({ ownerName: "own" });
      expect(await caller.plan.newest({ question: { budgetCents: 2 } })).toBeNull();
      expect((await caller.value.outcomes()).map(({ statement }) => statement)).toEqual(["own"]);
    }
  });
});

test("nobody may call anything", async () => {
  const nobody = createCaller(openVisit(db.pool, new Headers()));
  for (const { path, call } of procedures) expect(await codeOf(call(nobody, {})), path).toBe("UNAUTHORIZED");
});

test("every route handler asks who is there, or is listed with the reason why not", () => {
  const handlers = readdirSync(API, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith("route.ts"));
  expect(handlers.length).toBeGreaterThan(4);
  const silent = handlers.filter((file) => {
    const text = readFileSync(join(API, file), "utf8");
    return !/\banswerRoute\(/.test(text) && !(file.replace(/\/route\.ts$/, "") in OTHER_DOORS);
  });
  expect(silent).toEqual([]);
});

describe("I09-I14 ids that are none, or not theirs", () => {
  test.each<[string, unknown]>([
    ["text that SQL would run", "1 or 1=1"],
    ["a list", [1, 2]],
    ["ten thousand characters", "9".repeat(10_000)],
    ["a fraction", 1.5],
    ["nothing", null],
  ])("%s never reaches the database", async (_, id) => {
    const admin = await callerOf("admin");
    for (const path of ["streams.get", "quarantine.payload"])
      expect(await codeOf(procedure(path).call(admin, { id })), path).toBe("BAD_REQUEST");
    expect(await codeOf(procedure("people.disable").call(admin, { userId: id }))).toBe("BAD_REQUEST");
  });

  test.each(["00000000-0000-0000-0000-000000000000", "8D3F7C4E-1111-4111-8111-AAAAAAAAAAAA"])(
    "%s is well formed and nobody's",
    async (userId) => {
      const admin = await callerOf("admin");
      expect(await codeOf(procedure("people.disable").call(admin, { userId }))).toBe("NOT_FOUND");
    },
  );

  test("the own team's name does not open what belongs to the other", async () => {
    const technician = await callerOf("technician");
    expect((await technician.streams.list({ node: "node-other" })).rows).toEqual([]);
    expect(await technician.fleet.streamsOfNode({ node: "node-other" })).toEqual([]);
    expect(await codeOf(technician.quarantine.discard({ ids: [held.own, held.other] }))).toBe("OK");
    const { rows } = await db.owner.query("select status from quarantine where id = $1", [held.other]);
    expect(rows).toEqual([{ status: "held" }]);
  });
});

describe("route handlers", () => {
  beforeAll(() => {
    process.env.DATABASE_URL = db.appUrl;
  });
  afterAll(async () => {
    delete process.env.DATABASE_URL;
    await globalThis.throughlineWeb?.pool.end();
    globalThis.throughlineWeb = undefined;
  });

  const range = "fromMs=0&toMs=1000";
  const get = async (path: string, handler: (request: Request) => Promise<Response>, token: string | null) =>
    handler(
      new Request(`http://localhost${path}`, { headers: token === null ? {} : { authorization: `Bearer ${token}` } }),
    );

  test("I05-I07 series, export and the live line give nothing of the other team, and to nobody anything", async () => {
    const token = await tokenOf("technician");
    const series = await import("@/app/api/series/route");
    const exported = await import("@/app/api/streams/[id]/export/route");
    const live = await import("@/app/api/live/route");
    const audit = await import("@/app/api/audit/export/route");
    const download = (id: number) => (request: Request) =>
      exported.GET(request, { params: Promise.resolve({ id: String(id) }) });

    const own = await get(`/api/streams/1/export?${range}`, download(stream.own), token);
    expect([own.status, await own.text()]).toEqual([200, "stream_id,ts,value,quality\n"]);
    expect(own.headers.get("content-disposition")).toMatch(/^attachment; filename="[A-Za-z0-9._-]+"$/);
    const other = await get(`/api/streams/1/export?${range}`, download(stream.other), token);
    const none = await get(`/api/streams/1/export?${range}`, download(999_999), token);
    const told = async (answer: Response) => ({ ...(await answer.json()), correlationId: null });
    expect([other.status, await told(other)]).toEqual([none.status, await told(none)]);
    expect(other.status).toBe(404);
    const foreign = await get(`/api/series?id=${stream.other}&${range}`, series.GET, token);
    const missing = await get(`/api/series?id=999999&${range}`, series.GET, token);
    expect(await foreign.json()).toEqual(await missing.json());
    expect((await get("/api/audit/export", audit.GET, token)).status).toBe(404);

    for (const [path, handler] of [
      [`/api/series?id=${stream.own}&${range}`, series.GET],
      [`/api/streams/1/export?${range}`, download(stream.own)],
      [`/api/live?streams=${stream.own}`, live.GET],
      ["/api/audit/export", audit.GET],
    ] as const) {
      const refused = await get(path, handler, null);
      expect([path, refused.status]).toEqual([path, 401]);
      expect(await refused.json()).toMatchObject({ code: "E_UNAUTHENTICATED" });
    }
  });

  test("I06 the live line of one team never says a value of the other's streams", async () => {
    const live = await import("@/app/api/live/route");
    const token = await tokenOf("technician");
    await db.owner.query("insert into latest_values (stream_id, ts, value) values ($1, now(), 1), ($2, now(), 4711)", [
      stream.own,
      stream.other,
    ]);
    const over = new AbortController();
    const request = new Request(`http://localhost/api/live?streams=${stream.own},${stream.other}`, {
      headers: { authorization: `Bearer ${token}` },
      signal: over.signal,
    });
    const reader = (await live.GET(request)).body?.pipeThrough(new TextDecoderStream()).getReader();
    let heard = "";
    const until = async (part: string) => {
      while (!heard.includes(part)) {
        const { done, value = "" } = (await reader?.read()) ?? { done: true };
        if (done) throw new Error(`the line ended before ${part}: ${heard}`);
        heard += value;
      }
    };
    await until('"value":1,');
    // The other team's value changes first: what was heard once the own one's new value is here would have held it.
    await until('"what":"nodes"');
    for (const [id, value] of [
      [stream.other, 4712],
      [stream.own, 2],
    ]) {
      await db.owner.query("update latest_values set value = $2 where stream_id = $1", [id, value]);
      await db.owner.query("select pg_notify('tl_latest', $1)", [JSON.stringify({ streams: [id] })]);
    }
    await until('"value":2,');
    over.abort();
    expect(heard).not.toMatch(/471[12]/);
    expect(heard).not.toContain("other");
  });
});

test("every mutation leaves a row in the audit log, in the transaction that made the change", async () => {
  const files = readdirSync(import.meta.dirname, { recursive: true, encoding: "utf8" }).filter(
    (file) =>
      file.endsWith(".ts") && !/\.test\.ts$|queries\.ts$|testing/.test(file) && !/^(core|ingest|jobs)\//.test(file),
  );
  const forgetful = files.flatMap((file) => {
    const text = readFileSync(join(import.meta.dirname, file), "utf8");
    return exportedFunctions(text)
      .filter(([name, body]) => /ransaction\(/.test(body) && !callsAudit(text, body) && !(name in UNAUDITED))
      .map(([name]) => `${file}: ${name}`);
  });
  expect(forgetful).toEqual([]);
});

/** Name and text of each exported function, up to the next one. */
function exportedFunctions(text: string): [string, string][] {
  const parts = text.split(/^(?=(?:export )?(?:async )?function )/m);
  return parts.flatMap((part): [string, string][] => {
    const name = /^export (?:async )?function (\w+)/.exec(part)?.[1];
    return name === undefined ? [] : [[name, part]];
  });
}

/** Whether it writes an audit row itself or through a helper of the same file. */
function callsAudit(text: string, body: string): boolean {
  if (/\baudit\(\s*tx,/.test(body)) return true;
  const helpers = text.split(/^(?=(?:export )?(?:async )?function )/m).filter((part) => /\baudit\(\s*tx,/.test(part));
  return helpers.some((part) => {
    const name = /function (\w+)/.exec(part)?.[1];
    return name !== undefined && new RegExp(`\\b${name}\\(`).test(body);
  });
}
