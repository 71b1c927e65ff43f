import { createHash } from "node:crypto";
import Ajv2020 from "ajv/dist/2020";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cloneTestDb, type TestDb } from "@/db/testing";
import { openTimeSeries } from "@/db/timeseries/open";
import { can, ROLES } from "@/server/core/domain/permissions";
import { makeTestToken, startTestWeb, type TestWeb } from "@/server/testing-web";
import { API_ROUTES } from "./routes";

const BEGIN = Date.UTC(2026, 2, 1);
const CANARY = "CANARY-7f3a91";
let db: TestDb;
let web: TestWeb;
let token = "";
const compiler = new Ajv2020({ strict: false, validateFormats: false });

beforeAll(async () => {
  db = await cloneTestDb();
  await db.owner.query(
    `insert into nodes (id, status, online) values ('press-1', 'accepted', true), ('press-2', 'accepted', false)`,
  );
  await db.owner.query(
    `insert into streams (node_id, key, unit, status) values ('press-1', 'pump-1/level', 'mm', 'accepted'), ('press-1', 'pump-1/flow', null, 'accepted'), ('press-2', 'pump-1/level', 'mm', 'accepted')`,
  );
  await db.owner.query(
    `insert into latest_values (stream_id, ts, value, quality) values (1, to_timestamp($1 / 1000.0), 4.5, 0), (2, now(), null, 4)`,
    [BEGIN],
  );
  await db.owner.query(
    `insert into events (node_id, stream_id, ts, kind, severity, data) select 'press-1', 1, to_timestamp($1 / 1000.0) + i * interval '1 second', 'limit', 'high', '{"a": 1}' from generate_series(1, 250) i`,
    [BEGIN],
  );
  await db.owner.query(
    `insert into inference (id, node_id, slot, model, role, ts, output, score) select gen_random_uuid(), 'press-1', 'main', 'sha256:' || repeat('a', 64), 'active', to_timestamp($1 / 1000.0) + (i / 10) * interval '1 second', '{"label": "ok"}', 0.5 from generate_series(1, 250) i`,
    [BEGIN],
  );
  const store = await openTimeSeries(db.pool);
  await store.prepare(db.pool, BEGIN, BEGIN + 86_400_000);
  const client = await db.pool.connect();
  // Ten readings share one time, one has no value, and late ones come in a second write.
  const times = (n: number, at: (i: number) => number) => Float64Array.from({ length: n }, (_, i) => BEGIN + at(i));
  const values = (n: number) => Float64Array.from({ length: n }, (_, i) => (i === 3 ? Number.NaN : i / 2));
  await store.write(client, [
    {
      streamId: 1,
      tsMs: times(2_500, (i) => Math.max(0, i - 9) * 1_000 + 0.125),
      values: values(2_500),
      quality: null,
    },
    { streamId: 2, tsMs: times(40, (i) => i * 60_000), values: values(40), quality: null },
  ]);
  await store.write(client, [
    { streamId: 1, tsMs: times(30, (i) => i * 1_000 + 500), values: values(30), quality: null },
  ]);
  client.release();
  token = await makeTestToken(db.owner, "auditor");
  web = await startTestWeb({
    DATABASE_URL: db.appUrl,
    API_STATEMENT_TIMEOUT_MS: "1500",
  });
  const document: unknown = await (await fetch(`${web.url}/api/v1/openapi.json`)).json();
  compiler.addSchema(Object.assign({}, document, { $id: "api" }));
}, 300_000);
afterAll(async () => {
  await web?.stop();
  await db?.drop();
});

interface Told {
  status: number;
  headers: Headers;
  body: { data: Record<string, unknown>[]; next: string | null; code?: string; field?: string; message?: string };
}

async function ask(path: string, init: { method?: string; headers?: Record<string, string> } = {}): Promise<Told> {
  const answer = await fetch(`${web.url}/api/v1${path}`, {
    ...init,
    headers: { authorization: `Bearer ${token}`, ...init.headers },
  });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- every body is checked against the document
  const body = (await answer.json()) as Told["body"];
  const route = path.split("?")[0]?.slice(1) ?? "";
  const name = answer.ok ? API_ROUTES.find(({ path: known }) => known === `/${route}`)?.responseName : "Error";
  if (name) {
    const check = compiler.compile({ $ref: `api#/components/schemas/${name}` });
    expect(check(body), `${path} is not ${name}: ${JSON.stringify(check.errors)}`).toBe(true);
  }
  return { status: answer.status, headers: answer.headers, body };
}

async function askAll(path: string): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = [];
  for (let cursor = ""; ; ) {
    const { body } = await ask(`${path}${cursor}`);
    rows.push(...body.data);
    if (body.next === null) return rows;
    cursor = `&cursor=${encodeURIComponent(body.next)}`;
  }
}

const RANGE = `from=${BEGIN}&to=${BEGIN + 86_400_000}`;

describe("every route answers what the document promises", () => {
  test.each(API_ROUTES.map(({ path }) => [path]))("%s", async (path) => {
    const { status, headers, body } = await ask(
      path === "/readings"
        ? "/readings?node=press-1"
        : path === "/events" || path === "/inference"
          ? `${path}?${RANGE}`
          : path,
    );
    expect([status, headers.get("content-type")]).toEqual([200, "application/json"]);
    if (path !== "/readings") expect(body.data.length).toBeGreaterThan(0);
  });

  test("/health needs no token", async () => {
    const answer = await fetch(`${web.url}/api/v1/health`);
    const check = compiler.compile({ $ref: "api#/components/schemas/Health" });
    expect([answer.status, check(await answer.json())]).toEqual([200, true]);
  });

  test("the page to read is open and carries its own policy", async () => {
    const answer = await fetch(`${web.url}/api/v1/docs`);
    expect(await answer.text()).toContain("GET /api/v1/readings");
    expect(answer.headers.get("content-security-policy")).toContain("style-src 'sha256-");
  });
});

describe("pages of readings", () => {
  test("are all readings once and in order, whatever the size of a page, also where ten share a time", async () => {
    const whole = (await ask(`/readings?node=press-1&${RANGE}&limit=10000`)).body;
    expect(whole.next).toBeNull();
    expect(whole.data).toHaveLength(2_500 + 30 + 40);
    expect(whole.data[0]).toEqual({
      ts: "2026-03-01T00:00:00.000125Z",
      stream: "pump-1/level",
      node: "press-1",
      value: 0,
      unit: "mm",
      quality: "good",
    });
    expect(await askAll(`/readings?node=press-1&${RANGE}&limit=7&stream=pump-1/flow`)).toEqual(whole.data.slice(2_530));
    expect(await askAll(`/readings?node=press-1&${RANGE}&limit=333`)).toEqual(whole.data);
    const early = `from=${BEGIN}&to=${BEGIN + 5_000}`;
    expect(await askAll(`/readings?stream=1&${early}&limit=3`)).toEqual(
      whole.data.filter(({ ts, unit }) => unit === "mm" && String(ts) < "2026-03-01T00:00:05"),
    );
    expect(whole.data.filter(({ value }) => value === null)).toHaveLength(3);
  });

  test("come as lines and as CSV too, with the cursor in a header", async () => {
    const get = (format: string) =>
      fetch(`${web.url}/api/v1/readings?stream=1&${RANGE}&limit=2&format=${format}`, {
        headers: { authorization: `Bearer ${token}` },
      });
    const lines = await get("ndjson");
    expect(
      (await lines.text())
        .trim()
        .split("\n")
        .map((line): unknown => JSON.parse(line)),
    ).toHaveLength(2);
    expect(lines.headers.get("x-next-cursor")).toMatch(/\./);
    expect(await (await get("csv")).text()).toBe(
      "ts,stream,node,value,unit,quality\r\n2026-03-01T00:00:00.000125Z,pump-1/level,press-1,0,mm,good\r\n2026-03-01T00:00:00.000125Z,pump-1/level,press-1,0.5,mm,good\r\n",
    );
  });

  test("records page by page are all records once, also where ten share a time", async () => {
    for (const path of ["/events", "/inference"]) {
      const rows = await askAll(`${path}?${RANGE}&limit=7`);
      expect(new Set(rows.map(({ id }) => id)).size, path).toBe(250);
      expect(rows).toHaveLength(250);
      expect(rows.map(({ ts }) => ts)).toEqual(
        rows
          .map(({ ts }) => String(ts))
          .sort()
          .reverse(),
      );
    }
  });
});

describe("what cannot be used is refused with code and field", () => {
  test.each([
    ["T06 an address that is not there", "/nothing", 404, "E_NOT_FOUND", undefined],
    ["T09 an unknown parameter", "/nodes?role=admin", 400, "E_UNKNOWN_FIELD", "role"],
    ["T09 on an open address", "/health?verbose=1", 400, "E_UNKNOWN_FIELD", "verbose"],
    ["T12 no stream and no node", "/readings", 400, "E_REQUIRED", "stream"],
    ["T13 a format that is none", "/readings?stream=1&format=xml", 400, "E_VALUE", "format"],
    ["T14 a limit in words", "/nodes?limit=ten", 400, "E_NUMBER", "limit"],
    ["T15 limit 0", "/nodes?limit=0", 400, "E_RANGE", "limit"],
    ["T15 limit -1", "/readings?stream=1&limit=-1", 400, "E_RANGE", "limit"],
    ["T15 limit 10^9", "/readings?stream=1&limit=1000000000", 400, "E_RANGE", "limit"],
    ["T16 a made-up cursor", "/nodes?cursor=WzFd.aaaaaaaaaaaaaaaaaaaaaa", 400, "E_CURSOR", "cursor"],
    ["T17 a sort column", "/nodes?sort=token_hash", 400, "E_UNKNOWN_FIELD", "sort"],
    ["T18 a pattern", "/readings?stream=(a%2B)%2B%24", 400, "E_ID", "stream"],
    ["Q01 from after to", `/readings?stream=1&from=${BEGIN + 1}&to=${BEGIN}`, 400, "E_RANGE", "from"],
    ["Q02 from equal to to", `/events?from=${BEGIN}&to=${BEGIN}`, 400, "E_RANGE", "from"],
    [
      "Q03 a hundred years",
      "/readings?stream=1&from=1990-01-01T00:00:00Z&to=2090-01-01T00:00:00Z",
      400,
      "E_WINDOW",
      "from",
    ],
    ["Q06 an offset", "/readings?stream=1&offset=1000000000", 400, "E_UNKNOWN_FIELD", "offset"],
    [
      "Q07 a thousand streams",
      `/readings?stream=${Array.from({ length: 1_000 }, (_, i) => i + 1).join()}`,
      400,
      "E_TOO_MANY",
      "stream",
    ],
    ["Q08 a time zone", "/readings?stream=1&tz=Mars/Olympus", 400, "E_UNKNOWN_FIELD", "tz"],
    ["Q09 the hour that does not exist", "/readings?stream=1&from=2026-03-29T02:30:00", 400, "E_TS_OFFSET", "from"],
    ["Q12 30 February", "/readings?stream=1&from=2026-02-30T00:00:00Z", 400, "E_TS", "from"],
    ["Q13 24:00", "/events?to=2026-02-03T24:00:00Z", 400, "E_TS", "to"],
    ["Q14 year 10000", "/events?to=10000-01-01T00:00:00Z", 400, "E_TS", "to"],
    ["Q16 now()", "/events?from=now()", 400, "E_TS", "from"],
    ["Q17 a wildcard", "/latest?stream=%25", 400, "E_ID", "stream"],
    ["I09 a stream that is not there", "/readings?stream=999999", 404, "E_NOT_FOUND", "stream"],
    ["I10 SQL in a number", "/readings?stream=1%20or%201%3D1", 400, "E_ID", "stream"],
    ["I10 SQL in a name", "/readings?node=a'%20or%201%3D1--", 400, "E_ID", "node"],
    ["I14 a parameter twice", "/readings?stream=1&stream=2", 400, "E_ID", "stream"],
    ["A34 a token in the address", "/nodes?token=tlp_abcdefghijkl", 400, "E_TOKEN_IN_URL", "token"],
    ["T10 constructor", "/nodes?constructor=1", 400, "E_UNKNOWN_FIELD", "constructor"],
  ])("%s: %s", async (_row, path, status, code, field) => {
    const told = await ask(path);
    expect([told.status, told.body.code, told.body.field]).toEqual([status, code, field]);
    expect(told.body.message).toMatch(/\.$/);
    expect(JSON.stringify(told.body)).not.toMatch(/select |\.js:|node_modules|token_hash"/);
  });

  test("T03 a change is answered with 405", async () => {
    for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
      const { status, headers } = await ask("/nodes", { method });
      expect([status, headers.get("allow")]).toEqual([405, "GET, HEAD"]);
    }
  });

  test("T16 a cursor of another question is refused", async () => {
    const { body } = await ask(`/events?${RANGE}&limit=1`);
    const { status, body: told } = await ask(`/inference?${RANGE}&limit=1&cursor=${body.next}`);
    expect([status, told.code]).toEqual([400, "E_CURSOR"]);
  });

  test("T22 an unknown, an expired and a revoked token are one and the same 401, with or without the inner header of Next.js", async () => {
    const [expired, revoked] = [await makeTestToken(db.owner, "auditor"), await makeTestToken(db.owner, "auditor")];
    const hash = (text: string) => createHash("sha256").update(text).digest();
    await db.owner.query("update api_tokens set expires_at = now() - interval '1 second' where token_hash = $1", [
      hash(expired),
    ]);
    await db.owner.query("update api_tokens set revoked_at = now() where token_hash = $1", [hash(revoked)]);
    for (const bearer of [expired, revoked, "tlp_unknown-unknown-unknown", "eyJhbGciOiJub25lIn0.e30."]) {
      const { status, body } = await ask("/nodes", {
        headers: { authorization: `Bearer ${bearer}`, "x-middleware-subrequest": "proxy:proxy:proxy:proxy:proxy" },
      });
      expect([status, body.code]).toEqual([401, "E_UNAUTHENTICATED"]);
    }
  });

  test("Q04 a read that takes too long says so, and the next one is answered", async () => {
    const blocker = await db.owner.connect();
    await blocker.query("begin; lock table streams in access exclusive mode");
    const told = await ask("/streams");
    await blocker.query("rollback");
    blocker.release();
    expect([told.status, told.body.code, told.headers.get("retry-after")]).toEqual([503, "E_TIMEOUT", "5"]);
    expect((await ask("/streams")).status).toBe(200);
  });
});

describe("every role gets what the table of permissions says", () => {
  test.each(ROLES.map((role) => [role]))("%s", async (role) => {
    const bearer = await makeTestToken(db.owner, role);
    for (const { path, action } of API_ROUTES) {
      const teamId = "00000000-0000-0000-0000-000000000001";
      const may = can({ kind: "token", memberships: [{ role, teamId }], readOnly: true }, action);
      const { status } = await ask(path === "/readings" ? "/readings?node=press-1" : path, {
        headers: { authorization: `Bearer ${bearer}` },
      });
      expect([role, path, status]).toEqual([role, path, may ? 200 : 404]);
    }
  });

  test("I01 nodes, streams, readings and records of another team are not there", async () => {
    await db.owner.query("insert into teams (org_id, name) select org_id, 'Another team' from teams where is_default");
    await db.owner.query(
      "update nodes set team_id = (select id from teams where name = 'Another team') where id = 'press-1'",
    );
    const headers = { authorization: `Bearer ${await makeTestToken(db.owner, "technician")}` };
    const nodes = (await ask("/nodes", { headers })).body.data.map(({ node }) => node);
    const streams = (await ask("/streams", { headers })).body.data.map(({ node }) => node);
    const latest = (await ask("/latest", { headers })).body.data;
    const events = (await ask(`/events?${RANGE}`, { headers })).body.data;
    const inference = (await ask(`/inference?${RANGE}`, { headers })).body.data;
    const readings = await Promise.all(
      ["stream=1", "node=press-1", "stream=1&node=press-1"].map((named) =>
        ask(`/readings?${named}&${RANGE}`, { headers }),
      ),
    );
    await db.owner.query("update nodes set team_id = (select id from teams where is_default) where id = 'press-1'");
    expect([nodes, streams, latest, events, inference]).toEqual([["press-2"], ["press-2"], [], [], []]);
    expect(readings.map(({ status }) => status)).toEqual([404, 404, 404]);
  });
});

test("no other origin may read an answer", async () => {
  const { headers } = await ask("/nodes", { headers: { origin: "https://evil.example" } });
  expect(headers.get("access-control-allow-origin")).toBeNull();
  expect(headers.get("cross-origin-resource-policy")).toBe("same-origin");
  expect((await fetch(`${web.url}/api/v1/nodes`, { method: "OPTIONS" })).status).toBe(405);
});

test("nothing secret of a request, and no part of one, is in the log", async () => {
  await db.owner.query("alter table nodes rename column agent to agent_gone");
  const failed = await ask("/nodes", { headers: { cookie: `session=${CANARY}`, "x-canary": CANARY } });
  await db.owner.query("alter table nodes rename column agent_gone to agent");
  expect([failed.status, failed.body.code]).toEqual([500, "E_INTERNAL"]);
  const correlationId = failed.headers.get("x-correlation-id") ?? "none";
  await expect.poll(() => web.output()).toContain(correlationId);
  for (const secret of [CANARY, token, "app-password-of-tests"]) expect(web.output()).not.toContain(secret);
});

test("T27 an address that a client claims to come from is not counted, and 1,200 requests of one address are the limit", async () => {
  const flood = async (spoofed: string) => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, () =>
        fetch(`${web.url}/api/v1/nodes`, {
          headers: { authorization: `Bearer ${token}`, "x-forwarded-for": spoofed, "x-tl-peer": spoofed },
        }),
      ),
    );
    for (const answer of answers) await answer.body?.cancel();
    return answers.find(({ status }) => status === 429);
  };
  let refused: Response | undefined;
  for (let i = 0; i < 60 && !refused; i++) refused = await flood(`203.0.113.${i}`);
  expect(refused?.status).toBe(429);
  expect(Number(refused?.headers.get("retry-after"))).toBeGreaterThan(0);
  const { rows } = await db.owner.query<{ bucket: string }>(
    "select distinct bucket from rate_counts where bucket like 'api:address:%'",
  );
  expect(rows.map(({ bucket }) => bucket)).toEqual(["api:address:127.0.0.1"]);
});
