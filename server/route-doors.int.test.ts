import { Writable } from "node:stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import * as account from "@/app/api/account/[verb]/route";
import * as audit from "@/app/api/audit/export/route";
import * as exported from "@/app/api/export/[list]/route";
import { LISTS } from "@/app/api/export/[list]/lists";
import * as health from "@/app/api/health/route";
import * as result from "@/app/api/jobs/[id]/result/route";
import * as live from "@/app/api/live/route";
import * as series from "@/app/api/series/route";
import * as readings from "@/app/api/streams/[id]/export/route";
import * as rpc from "@/app/api/trpc/[trpc]/route";
import * as artifacts from "@/app/api/v1/artifacts/[sha256]/route";
import * as api from "@/app/api/v1/[...path]/route";
import * as metrics from "@/app/metrics/route";
import { cloneTestDb, type TestDb } from "@/db/testing";
import { EXPORTED_LISTS } from "./core/domain/exported-lists";
import { openLogger } from "./core/logger";
import { makeTestToken } from "./testing-web";

/** The doors beside `/api/v1`: what they refuse, they refuse in one shape, and name the parameter. */
const NOBODYS = "00000000-0000-4000-8000-000000000000";
const RANGE = "fromMs=0&toMs=1000";
let db: TestDb;
let token = "";
/** of the role that downloads the audit log, which an administrator may not */
let auditorToken = "";

beforeAll(async () => {
  db = await cloneTestDb();
  process.env.DATABASE_URL = db.appUrl;
  process.env.OBJECT_STORE_URL = "file:///nonexistent/objects";
  token = await makeTestToken(db.owner, "admin", "write");
  auditorToken = await makeTestToken(db.owner, "auditor");
});
afterAll(async () => {
  delete process.env.DATABASE_URL;
  delete process.env.OBJECT_STORE_URL;
  await globalThis.throughlineWeb?.pool.end();
  globalThis.throughlineWeb = undefined;
  await db.drop();
});

type Handler = (request: Request) => Promise<Response>;
const listed = (list: string) => (request: Request) => exported.GET(request, { params: Promise.resolve({ list }) });
const streamed = (id: string) => (request: Request) => readings.GET(request, { params: Promise.resolve({ id }) });

/** Each door with an address that it takes. */
const DOORS: readonly [path: string, handler: Handler][] = [
  [`/api/series?id=1&${RANGE}`, series.GET],
  [`/api/streams/1/export?${RANGE}`, streamed("1")],
  ["/api/live?streams=1,2", live.GET],
  ["/api/audit/export?q=ada&fromMs=0&toMs=1000", audit.GET],
  [`/api/jobs/${NOBODYS}/result?`, (request) => result.GET(request, { params: Promise.resolve({ id: NOBODYS }) })],
  ["/metrics?", metrics.GET],
  ...Object.keys(LISTS).map((list): [string, Handler] => [`/api/export/${list}?`, listed(list)]),
  ["/api/health?", health.GET],
];
/** Those that people or programs sign in at. */
const SIGNED_IN = DOORS.filter(([path]) => !path.startsWith("/api/health"));

interface Told {
  status: number;
  headers: Headers;
  body: unknown;
}

async function ask(
  handler: Handler,
  path: string,
  init: RequestInit = {},
  bearer: string | null = path.startsWith("/api/audit/") ? auditorToken : token,
): Promise<Told> {
  const headers = new Headers(init.headers);
  if (bearer !== null) headers.set("authorization", `Bearer ${bearer}`);
  const answer = await handler(new Request(`http://localhost${path}`, { ...init, headers }));
  const isJson = answer.headers.get("content-type") === "application/json";
  if (!isJson) await answer.body?.cancel();
  return { status: answer.status, headers: answer.headers, body: isJson ? await answer.json() : null };
}

/** Code, sentence and name of the answer, and of all that may go wrong nothing else. */
function expectRefusal(told: Told, status: number, code: string, field?: string): void {
  expect([told.status, told.body]).toEqual([
    status,
    {
      code,
      message: expect.stringMatching(/^[A-Za-z“].*\.$/),
      correlationId: told.headers.get("x-correlation-id"),
      ...(field === undefined ? {} : { field }),
      ...(told.body !== null && typeof told.body === "object" && "hint" in told.body
        ? { hint: expect.stringMatching(/\S/) }
        : {}),
    },
  ]);
  expect(told.headers.get("x-correlation-id")).toMatch(/^[0-9a-f-]{36}$/);
  expect(told.headers.get("cache-control")).toBe("no-store");
}

describe.each(DOORS)("%s", (path, handler) => {
  test("T09 refuses a parameter that nobody asked for, by its name", async () => {
    expectRefusal(await ask(handler, `${path}&admin=true`), 400, "E_UNKNOWN_FIELD", "admin");
    expectRefusal(await ask(handler, `${path}&constructor=1`), 400, "E_UNKNOWN_FIELD", "constructor");
  });

  test("I14 refuses a parameter that is there twice, by its name", async () => {
    expectRefusal(await ask(handler, `${path}&id=1&id=2`), 400, "E_ID", "id");
  });

  test("A34 refuses a token in the address before it looks who asks", async () => {
    expectRefusal(await ask(handler, `${path}&key=${token}`, {}, null), 400, "E_TOKEN_IN_URL", "key");
  });
});

test.each(SIGNED_IN)("%s opens for nobody, and says how to sign in", async (path, handler) => {
  const told = await ask(handler, path, {}, null);
  expectRefusal(told, 401, "E_UNAUTHENTICATED");
  expect(told.headers.get("www-authenticate")).toMatch(/^Bearer /);
  expect(told.body).toHaveProperty("hint");
});

test.each<[row: string, path: string, handler: Handler, code: string, field: string]>([
  ["T12 no stream", `/api/series?${RANGE}`, series.GET, "E_REQUIRED", "id"],
  ["T14 no number", `/api/series?id=7a&${RANGE}`, series.GET, "E_NUMBER", "id"],
  ["I10 SQL in a number", `/api/series?id=1%20or%201=1&${RANGE}`, series.GET, "E_NUMBER", "id"],
  ["I13 an id of ten thousand digits", `/api/series?id=${"9".repeat(10_000)}&${RANGE}`, series.GET, "E_NUMBER", "id"],
  ["T15 no points", `/api/series?id=1&${RANGE}&maxPoints=0`, series.GET, "E_RANGE", "maxPoints"],
  ["T15 a billion points", `/api/series?id=1&${RANGE}&maxPoints=1000000000`, series.GET, "E_RANGE", "maxPoints"],
  ["a range that ends before it begins", "/api/series?id=1&fromMs=5&toMs=5", series.GET, "E_RANGE", "toMs"],
  ["a time that is none", "/api/series?id=1&fromMs=now&toMs=5", series.GET, "E_NUMBER", "fromMs"],
  ["a moment before all", `/api/streams/1/export?fromMs=-1&toMs=5`, streamed("1"), "E_RANGE", "fromMs"],
  ["half a range", `/api/streams/1/export?fromMs=1`, streamed("1"), "E_REQUIRED", "toMs"],
  ["T14 a stream that is no number", "/api/live?streams=1,x", live.GET, "E_ID", "streams"],
  ["T15 501 streams", `/api/live?streams=${"1,".repeat(500)}1`, live.GET, "E_TOO_MANY", "streams"],
  ["T13 a word that is none", "/api/export/fleet?show=nonsense", listed("fleet"), "E_VALUE", "show"],
  ["T13 a state that is none", "/api/export/streams?state=lost", listed("streams"), "E_VALUE", "state"],
  ["I10 SQL in a node", "/api/export/quarantine?node='--", listed("quarantine"), "E_INPUT", "node"],
  ["I10 SQL in a team", "/api/export/people?team=1%20or%201=1", listed("people"), "E_INPUT", "team"],
  ["a time of the audit log that is none", "/api/audit/export?fromMs=now-1h", audit.GET, "E_NUMBER", "fromMs"],
  ["I10 SQL in a team of KPIs", "/api/export/kpis?team=1%20or%201=1", listed("kpis"), "E_INPUT", "team"],
  ["T13 a state of jobs that is none", "/api/export/jobs?state=lost", listed("jobs"), "E_VALUE", "state"],
  ["I13 a search of ten thousand letters", `/api/audit/export?q=${"x".repeat(10_000)}`, audit.GET, "E_RANGE", "q"],
])("%s is refused with its parameter", async (_row, path, handler, code, field) => {
  expectRefusal(await ask(handler, path), 400, code, field);
});

test.each<[string, Handler]>([
  ["/api/export/secrets", listed("secrets")],
  ["/api/export/constructor", listed("constructor")],
  [`/api/streams/999999/export?${RANGE}`, streamed("999999")],
  [`/api/streams/1%20or%201=1/export?${RANGE}`, streamed("1 or 1=1")],
  [`/api/jobs/${NOBODYS}/result`, (request) => result.GET(request, { params: Promise.resolve({ id: NOBODYS }) })],
  ["/api/jobs/1/result", (request) => result.GET(request, { params: Promise.resolve({ id: "1" }) })],
])("%s is not there", async (path, handler) => {
  expectRefusal(await ask(handler, path), 404, "E_NOT_FOUND");
});

test("every filter of a list that its page offers is one that its export takes", () => {
  for (const [list, { query }] of Object.entries(LISTS))
    expect([list, new Set(Object.keys(query.shape))]).toEqual([list, new Set(Reflect.get(EXPORTED_LISTS, list))]);
});

describe("a form behind a one-time link", () => {
  const post = (verb: string, body: string, path = `/api/account/${verb}`) =>
    ask(
      (request) => account.POST(request, { params: Promise.resolve({ verb }) }),
      path,
      { method: "POST", body, headers: { "content-type": "application/json", host: "localhost" } },
      null,
    );
  const form = { token: "x".repeat(43), password: "correct horse battery staple" };

  test.each<[row: string, body: string, status: number, code: string, field?: string]>([
    ["T01 no JSON", "{", 400, "E_JSON"],
    ["T07 more than a form holds", JSON.stringify({ ...form, password: "x".repeat(9_000) }), 413, "E_TOO_LARGE"],
    ["T08 deep JSON", '{"a":'.repeat(9) + "1" + "}".repeat(9), 400, "E_DEPTH"],
    ["T09 a field too many", JSON.stringify({ ...form, role: "admin" }), 400, "E_UNKNOWN_FIELD", "role"],
    ["T10 a key of JavaScript's own", '{"__proto__":{"x":1}}', 400, "E_KEY", "__proto__"],
    ["T11 an array", "[]", 400, "E_TYPE"],
    ["T12 no password", JSON.stringify({ token: form.token }), 400, "E_TYPE", "password"],
    ["a short password", JSON.stringify({ ...form, password: "short" }), 400, "E_RANGE", "password"],
    ["A26 a link that nobody gave", JSON.stringify(form), 404, "E_NOT_FOUND"],
  ])("%s is refused", async (_row, body, status, code, field) => {
    expectRefusal(await post("reset", body), status, code, field);
  });

  test("A34 refuses a token in its address, and another verb is not there", async () => {
    expectRefusal(await post("reset", "{}", `/api/account/reset?token=${token}`), 400, "E_TOKEN_IN_URL", "token");
    expectRefusal(await post("promote", JSON.stringify(form)), 404, "E_NOT_FOUND");
  });
});

test("A35 the door of the nodes refuses in the same shape, and asks for the login of a node", async () => {
  const get = (sha256: string, query = "") =>
    ask((request) => artifacts.GET(request, { params: Promise.resolve({ sha256 }) }), `/api/v1/artifacts/x${query}`);
  const told = await get("0".repeat(64));
  expectRefusal(told, 401, "E_UNAUTHENTICATED");
  expect(told.headers.get("www-authenticate")).toBe('Basic realm="nodes"');
  expectRefusal(await get("0".repeat(64), `?token=${token}`), 400, "E_TOKEN_IN_URL", "token");
});

/** What the log of the web process says while `work` runs. */
async function logged<T>(work: () => Promise<T>): Promise<{ result: T; lines: string[] }> {
  const lines: string[] = [];
  globalThis.throughlineWebLog = openLogger(
    "web",
    "info",
    new Writable({ write: (part: Buffer, _, done) => done(void lines.push(part.toString())) }),
  );
  try {
    return { result: await work(), lines };
  } finally {
    globalThis.throughlineWebLog = undefined;
  }
}

describe("what fails in the database", () => {
  const CANARY = "CANARY-3c81";
  const saveView = (name: string) =>
    ask((request) => rpc.POST(request), "/api/trpc/views.save", {
      method: "POST",
      body: JSON.stringify({ json: { page: "fleet", name, query: "" } }),
      headers: { "content-type": "application/json", "x-tl": "1" },
    });
  /** As if storing a view failed, the way PostgreSQL words such a failure: with the row in it. */
  const failWith = (raise: string) =>
    db.owner.query(
      `create or replace function fail_view() returns trigger language plpgsql as $$ begin ${raise} end $$;
       create or replace trigger fail_view before insert on saved_views for each row execute function fail_view()`,
    );
  afterAll(() => db.owner.query("drop trigger if exists fail_view on saved_views"));

  test("is in the log under the id of the answer, and the values of the row are in neither", async () => {
    for (const raise of [
      `raise exception 'broken' using detail = 'Failing row contains (' || new.name || ').', errcode = '23514';`,
      `perform new.name::uuid; return new;`,
    ]) {
      await failWith(raise);
      const { result, lines } = await logged(() => saveView(CANARY));
      expect(result.status).toBe(500);
      const correlationId = z
        .object({ error: z.object({ json: z.object({ data: z.object({ correlationId: z.uuid() }) }) }) })
        .parse(result.body).error.json.data.correlationId;
      expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject([
        { correlationId, path: "/api/trpc/views.save", err: { code: expect.stringMatching(/^(23514|22P02)$/) } },
      ]);
      expect(lines.join() + JSON.stringify(result.body)).not.toContain(CANARY);
    }
  });

  test("what takes too long is told in the words of every other door", async () => {
    await failWith("raise exception 'slow' using errcode = 'query_canceled';");
    const { result } = await logged(() => saveView("slow"));
    expect(result.body).toMatchObject({
      error: {
        json: {
          message: "The database took too long for this.",
          data: { reason: "E_TIMEOUT", hint: expect.any(String) },
        },
      },
    });
  });
});

test("whoever is turned away is in the log, with where they came from and the id of the answer, and without the token", async () => {
  const { result, lines } = await logged(turnAway);
  const { nobody, secret, csrf, mistyped } = result;
  expect(mistyped.status).toBe(400);
  const turnedAway: readonly [code: string, path: string, told: Told][] = [
    ["E_UNAUTHENTICATED", "/api/series", nobody],
    ["E_TOKEN_IN_URL", "/api/series", secret],
    ["E_CSRF", "/api/trpc/me.viewer", csrf],
  ];
  expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject(
    turnedAway.map(([code, path, { headers: given }]) => ({
      process: "web",
      code,
      path,
      from: "203.0.113.8",
      correlationId: given.get("x-correlation-id"),
    })),
  );
  expect(lines.join()).not.toContain(token);
});

async function turnAway() {
  const headers = { "x-tl-peer": "203.0.113.8" };
  const nobody = await ask(series.GET, `/api/series?id=1&${RANGE}`, { headers }, null);
  const secret = await ask(series.GET, `/api/series?id=1&key=${token}`, { headers }, null);
  const foreign = { "content-type": "application/json", "x-tl": "1", origin: "https://evil.example", ...headers };
  const csrf = await ask((request) => rpc.POST(request), "/api/trpc/me.viewer", {
    method: "POST",
    body: "{}",
    headers: foreign,
  });
  const mistyped = await ask(series.GET, `/api/series?id=x&${RANGE}`, { headers });
  return { nobody, secret, csrf, mistyped };
}

describe("T32 whoever asks too often waits", () => {
  const callRpc = (request: Request) => rpc.POST(request);
  const RPC = { method: "POST", body: "{}", headers: { "content-type": "application/json", "x-tl": "1" } };

  /** As if a bucket had asked that often, in this window and the next. */
  async function spend(bucket: string): Promise<void> {
    await db.owner.query(
      `insert into rate_counts (bucket, window_start, n)
       select $1, to_timestamp((floor(extract(epoch from now()) / 60) + i) * 60), 10000 from generate_series(0, 1) i
       on conflict do nothing`,
      [bucket],
    );
  }

  test("a person or program at the routes and at tRPC alike, and nobody else for their sake", async () => {
    const spent = await makeTestToken(db.owner, "admin");
    const { rows } = await db.owner.query<{ id: string }>("select id from api_tokens order by created_at desc limit 1");
    await spend(`web:token:${rows[0]?.id ?? ""}`);
    for (const told of [
      await ask(series.GET, `/api/series?id=1&${RANGE}`, {}, spent),
      await ask(callRpc, "/api/trpc/me.viewer", RPC, spent),
    ]) {
      expectRefusal(told, 429, "E_RATE");
      expect(Number(told.headers.get("retry-after"))).toBeGreaterThan(0);
    }
    expect((await ask(series.GET, `/api/series?id=1&${RANGE}`)).status).toBe(200);
    expect((await ask(callRpc, "/api/trpc/me.viewer", RPC)).status).toBe(200);
  });

  test("an address that nobody is signed in at, which no header of its own changes", async () => {
    const headers = { "x-tl-peer": "203.0.113.9" };
    await spend("web:address:203.0.113.9");
    const told = await ask(series.GET, `/api/series?id=1&${RANGE}`, { headers }, null);
    expectRefusal(told, 429, "E_RATE");
    const moved = { ...headers, "x-forwarded-for": "198.51.100.1" };
    expectRefusal(
      await ask(callRpc, "/api/trpc/me.viewer", { ...RPC, headers: { ...RPC.headers, ...moved } }, null),
      429,
      "E_RATE",
    );
    expect((await ask(series.GET, `/api/series?id=1&${RANGE}`, { headers })).status).toBe(200);
    for (const path of ["/health", "/openapi.json", "/docs"])
      expect((await ask(api.GET, `/api/v1${path}`, { headers }, null)).status, path).toBe(200);
  });

  test("at the open addresses too, which ask the database at most once a second", async () => {
    const headers = { "x-tl-peer": "203.0.113.10" };
    if (globalThis.throughlineWeb) globalThis.throughlineWeb.vitals = null;
    expect((await ask(health.GET, "/api/health", { headers }, null)).status).toBe(200);
    await db.owner.query("alter function system_vitals rename to system_vitals_gone");
    for (let i = 0; i < 50; i++) expect((await ask(health.GET, "/api/health", { headers }, null)).status).toBe(200);
    await db.owner.query("alter function system_vitals_gone rename to system_vitals");
  });

  test.each(["/health", "/openapi.json", "/docs"])("/api/v1%s counts against its address", async (path) => {
    const headers = { "x-tl-peer": "203.0.113.11" };
    await spend("api:address:203.0.113.11");
    expectRefusal(await ask(api.GET, `/api/v1${path}`, { headers }, null), 429, "E_RATE");
    await spend("web:address:203.0.113.11");
    expectRefusal(await ask(health.GET, "/api/health", { headers }, null), 429, "E_RATE");
  });
});
