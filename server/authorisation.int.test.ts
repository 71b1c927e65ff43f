import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cloneTestDb, type TestDb } from "@/db/testing";
import { openVisit } from "./core/context";
import { ACTIONS, type Action, PERMISSIONS, type Role, ROLES, TEAM_ROLES } from "./core/domain/permissions";
import { hashSecret } from "./core/secrets-hash";
import { appRouter, createCaller } from "./root";
import { makeTwoTeams } from "./testing-two-teams";

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

let db: TestDb;
let things: Awaited<ReturnType<typeof makeTwoTeams>>;

beforeAll(async () => {
  db = await cloneTestDb();
  things = await makeTwoTeams(db);
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
    TEAM_ROLES.has(role) ? things.own.team : null,
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
    expect(await codeOf(technician.quarantine.discard({ ids: [things.own.held, things.other.held] }))).toBe("OK");
    const { rows } = await db.owner.query("select status from quarantine where id = $1", [things.other.held]);
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

    const own = await get(`/api/streams/1/export?${range}`, download(things.own.stream), token);
    expect([own.status, await own.text()]).toEqual([200, "stream_id,ts,value,quality\n"]);
    expect(own.headers.get("content-disposition")).toMatch(/^attachment; filename="[A-Za-z0-9._-]+"$/);
    const other = await get(`/api/streams/1/export?${range}`, download(things.other.stream), token);
    const none = await get(`/api/streams/1/export?${range}`, download(999_999), token);
    const told = async (answer: Response) => ({ ...(await answer.json()), correlationId: null });
    expect([other.status, await told(other)]).toEqual([none.status, await told(none)]);
    expect(other.status).toBe(404);
    const foreign = await get(`/api/series?id=${things.other.stream}&${range}`, series.GET, token);
    const missing = await get(`/api/series?id=999999&${range}`, series.GET, token);
    expect(await foreign.json()).toEqual(await missing.json());
    expect((await get("/api/audit/export", audit.GET, token)).status).toBe(404);

    for (const [path, handler] of [
      [`/api/series?id=${things.own.stream}&${range}`, series.GET],
      [`/api/streams/1/export?${range}`, download(things.own.stream)],
      [`/api/live?streams=${things.own.stream}`, live.GET],
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
      things.own.stream,
      things.other.stream,
    ]);
    const over = new AbortController();
    const request = new Request(`http://localhost/api/live?streams=${things.own.stream},${things.other.stream}`, {
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
      [things.other.stream, 4712],
      [things.own.stream, 2],
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
