import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { cloneTestDb, type TestDb } from "@/db/testing";
import type { Role } from "./core/domain/permissions";
import { hashPassword } from "./identity/passwords";
import { makeTestToken, startTestWeb, type TestWeb } from "./testing-web";

let db: TestDb;
let web: TestWeb;
beforeAll(async () => {
  db = await cloneTestDb();
  web = await startTestWeb({ DATABASE_URL: db.appUrl, OBJECT_STORE_URL: "file:///nonexistent/objects" });
}, 300_000);
afterAll(async () => {
  await web?.stop();
  await db?.drop();
});

/** Bytes on a connection as they are, which no HTTP library would send. @returns all that comes back */
function raw(text: string, withinMs = 20_000): Promise<string> {
  return new Promise((done, failed) => {
    const socket = connect(web.port, "127.0.0.1", () => socket.write(text));
    let heard = "";
    socket.on("data", (part) => (heard += part.toString()));
    socket.once("close", () => done(heard));
    socket.once("error", failed);
    const timer = setTimeout(() => socket.destroy(new Error(`the connection stayed open: ${heard}`)), withinMs);
    socket.once("close", () => clearTimeout(timer));
  });
}

const CLOSE = "connection: close\r\n\r\n";
const RPC = { "content-type": "application/json", "x-tl": "1" };
const deep = (depth: number) => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;
const input = (json: unknown) => JSON.stringify({ json });

interface Row {
  row: string;
  path?: string;
  method?: string;
  headers?: Record<string, string>;
  body?: string | FormData;
  status: number;
  code: string;
  field?: string;
}

const ROWS: readonly Row[] = [
  { row: "T01 no JSON", body: "{", status: 400, code: "E_JSON" },
  { row: "T02 text", headers: { "content-type": "text/plain" }, body: "{}", status: 415, code: "E_CONTENT_TYPE" },
  { row: "T03 a change by GET", path: "fleet.accept", method: "GET", status: 405, code: "E_METHOD" },
  { row: "T03 a change by PUT", path: "fleet.accept", method: "PUT", body: "{}", status: 405, code: "E_METHOD" },
  { row: "T04 a batch of 11", path: `${"fleet.list,".repeat(10)}fleet.list?batch=1`, status: 400, code: "E_BATCH" },
  { row: "T05 a list of commas", path: `${",".repeat(2_000)}?batch=1`, status: 400, code: "E_BATCH" },
  { row: "T07 1 MiB and a byte", body: `"${" ".repeat(1_048_575)}"`, status: 413, code: "E_TOO_LARGE" },
  { row: "T08 10,000 levels", body: deep(10_000), status: 400, code: "E_DEPTH" },
  { row: "T10 __proto__", body: '{"json":{"__proto__":{"x":1}}}', status: 400, code: "E_KEY" },
  { row: "T11 an array for the object", body: "[]", status: 400, code: "E_TYPE" },
  { row: "A19 another origin", headers: { origin: "https://evil.example" }, status: 403, code: "E_CSRF" },
  { row: "A20 another site", headers: { "sec-fetch-site": "cross-site" }, status: 403, code: "E_CSRF" },
  { row: "A21 origin null", headers: { origin: "null" }, status: 403, code: "E_CSRF" },
  { row: "A22 without our header", headers: { "x-tl": "" }, status: 403, code: "E_CSRF" },
];

describe("what is no request of our pages is refused before tRPC sees it", () => {
  test.each(ROWS)("$row is refused with $status $code", async ({ path, method, headers, body, status, code }) => {
    const answer = await fetch(`${web.url}/api/trpc/${path ?? "fleet.list"}`, {
      method: method ?? "POST",
      headers: { ...RPC, ...headers },
      ...(method === "GET" ? {} : { body: body ?? "{}" }),
    });
    const told: unknown = await answer.json();
    expect(told).toMatchObject({ code, message: expect.stringMatching(/\.$/), correlationId: expect.any(String) });
    expect(answer.status).toBe(status);
    expect(JSON.stringify(told)).not.toMatch(/\bat .*\.js|select |node_modules/);
  });
});

test("T10 a form with __proto__ in it is not read, and no prototype changes", async () => {
  const form = new FormData();
  form.set("__proto__[polluted]", "1");
  const answer = await fetch(`${web.url}/api/trpc/fleet.accept`, {
    method: "POST",
    headers: { "x-tl": "1" },
    body: form,
  });
  expect(answer.status).toBe(415);
  const after = await fetch(`${web.url}/api/health`);
  expect(await after.json()).not.toHaveProperty("polluted");
});

test("A23 nobody is signed in by a form of another page, which has no token of ours", async () => {
  const answer = await fetch(`${web.url}/api/auth/callback/password`, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ email: "ada@test.invalid", password: "whatever it is", csrfToken: "guessed" }),
    redirect: "manual",
  });
  expect(answer.headers.getSetCookie().join()).not.toContain("session-token");
  expect(answer.headers.get("location") ?? "").not.toMatch(/^\/(?!login)/);
});

test("A24 no answer may be framed, be it a page, an error or data", async () => {
  for (const path of ["/login", "/no-such-page", "/api/v1/nodes", "/api/trpc/fleet.list", "/api/health"]) {
    const { headers } = await fetch(`${web.url}${path}`);
    expect(headers.get("content-security-policy"), path).toContain("frame-ancestors 'none'");
    expect(headers.get("x-frame-options"), path).toBe("DENY");
  }
});

test("A35 the login of a node opens nothing that people read, and a person's token no model", async () => {
  const node = `Basic ${Buffer.from("press-1:tln_something").toString("base64")}`;
  const rpc = await fetch(`${web.url}/api/trpc/fleet.list`, {
    method: "POST",
    headers: { ...RPC, authorization: node },
    body: input({}),
  });
  expect(rpc.status).toBe(401);
  expect((await fetch(`${web.url}/api/v1/nodes`, { headers: { authorization: node } })).status).toBe(401);
  const person = `Bearer ${await makeTestToken(db.owner, "admin")}`;
  const model = await fetch(`${web.url}/api/v1/artifacts/${"0".repeat(64)}`, { headers: { authorization: person } });
  expect([model.status, model.headers.get("www-authenticate")]).toEqual([401, 'Basic realm="nodes"']);
});

const PASSWORD = "correct horse battery staple";

/** Signs in through the door that a browser uses. @returns every cookie that was set on the way, and what the browser sends from then on */
async function signIn(url: string, email: string, password = PASSWORD, headers: Record<string, string> = {}) {
  const asked = await fetch(`${url}/api/auth/csrf`);
  const { csrfToken } = z.object({ csrfToken: z.string() }).parse(await asked.json());
  const first = asked.headers.getSetCookie();
  const cookieOf = (set: readonly string[]) => set.map((cookie) => cookie.split(";")[0]).join("; ");
  const answer = await fetch(`${url}/api/auth/callback/password`, {
    method: "POST",
    headers: { ...headers, "content-type": "application/x-www-form-urlencoded", cookie: cookieOf(first) },
    body: new URLSearchParams({ email, password, csrfToken }),
    redirect: "manual",
  });
  const set = [...first, ...answer.headers.getSetCookie()];
  return { set, cookie: cookieOf(set) };
}

async function person(email: string, role: Role, teamId: string | null = null): Promise<string> {
  const { rows } = await db.owner.query<{ id: string }>(
    "insert into users (email, name, password_hash) values ($1, $1, $2) returning id",
    [email, await hashPassword(PASSWORD)],
  );
  const id = rows[0]?.id ?? "";
  await db.owner.query("insert into memberships (user_id, team_id, role, granted_by) values ($1, $2, $3, 'test')", [
    id,
    teamId,
    role,
  ]);
  return id;
}

const partsOf = (cookie: string) => cookie.split(";").map((part) => part.trim().toLowerCase());

test("no script reads a cookie of ours, and no other site makes a browser send one with a change", async () => {
  await person("cookies@test.invalid", "admin");
  const { set } = await signIn(web.url, "cookies@test.invalid");
  expect(set.some((cookie) => cookie.startsWith("throughline.session="))).toBe(true);
  for (const cookie of set) {
    expect(partsOf(cookie)).toEqual(expect.arrayContaining(["httponly", "samesite=lax", "path=/"]));
    expect(cookie).not.toMatch(/domain=/i);
  }
});

test("under https cookies are bound to TLS and to this host, and every answer says to stay on https", async () => {
  await person("tls@test.invalid", "admin");
  const secure = await startTestWeb({
    DATABASE_URL: db.appUrl,
    OBJECT_STORE_URL: "file:///nonexistent/objects",
    NEXTAUTH_URL: "https://plant.example",
  });
  try {
    const { set, cookie } = await signIn(secure.url, "tls@test.invalid");
    expect(set.some((one) => one.startsWith("__Host-throughline.session="))).toBe(true);
    for (const one of set) {
      expect(one).toMatch(/^__(Host|Secure)-/);
      expect(partsOf(one)).toEqual(expect.arrayContaining(["httponly", "samesite=lax", "path=/", "secure"]));
      expect(one).not.toMatch(/domain=/i);
    }
    expect((await fetch(`${secure.url}/fleet`, { headers: { cookie }, redirect: "manual" })).status).toBe(200);
    for (const path of ["/login", "/fleet", "/no-such-page", "/api/health", "/api/v1/nodes", "/api/trpc/fleet.list"]) {
      const { headers } = await fetch(`${secure.url}${path}`, { redirect: "manual" });
      expect([path, headers.get("strict-transport-security")]).toEqual([path, "max-age=63072000; includeSubDomains"]);
    }
  } finally {
    await secure.stop();
  }
});

test("T27 the address that a sign-in claims to come from is not the one that is counted", async () => {
  await signIn(web.url, "claims@test.invalid", "wrong", { "x-forwarded-for": "203.0.113.5" });
  const { rows } = await db.owner.query<{ ip: string }>("select ip from login_attempts where account like 'claims@%'");
  expect(rows.map(({ ip }) => ip.replace("::ffff:", ""))).toEqual(["127.0.0.1"]);
});

const PAGES = ["/", "/fleet", "/streams", "/admin/people", "/account/sessions"];
const DATA = ["/api/auth/session", "/api/export/fleet", "/api/series?id=1&fromMs=0&toMs=1", "/api/live"];

test("what somebody signed in is given is kept by no cache, be it a page or data", async () => {
  await person("cache@test.invalid", "admin");
  await person("cache-audit@test.invalid", "auditor");
  const { cookie } = await signIn(web.url, "cache@test.invalid");
  const { cookie: auditors } = await signIn(web.url, "cache-audit@test.invalid");
  for (const [path, theirs] of [
    ...[...PAGES, ...DATA].map((path) => [path, cookie] as const),
    ["/api/audit/export", auditors] as const,
  ]) {
    const answer = await fetch(`${web.url}${path}`, { headers: { cookie: theirs } });
    await answer.body?.cancel();
    expect([path, answer.status, answer.headers.get("cache-control")]).toEqual([
      path,
      200,
      expect.stringContaining("no-store"),
    ]);
  }
  const rpc = await fetch(`${web.url}/api/trpc/me.viewer`, { method: "POST", headers: { ...RPC, cookie }, body: "{}" });
  expect([rpc.status, rpc.headers.get("cache-control")]).toEqual([200, "no-store"]);
});

describe("what belongs to another team is not there, and no door tells it from what never was", () => {
  let cookie = "";
  const stream = { own: 0, other: 0 };

  beforeAll(async () => {
    const team = { own: "", other: "" };
    for (const standing of ["own", "other"] as const) {
      const made = await db.owner.query<{ id: string }>(
        "insert into teams (org_id, name) select id, $1 from orgs limit 1 returning id",
        [`the ${standing} team`],
      );
      team[standing] = made.rows[0]?.id ?? "";
      await db.owner.query("insert into nodes (id, name, status, team_id) values ($1, $2, 'accepted', $3)", [
        `node-${standing}`,
        `name-of-${standing}`,
        team[standing],
      ]);
      const added = await db.owner.query<{ id: number }>(
        "insert into streams (node_id, key, status) values ($1, $2, 'accepted') returning id",
        [`node-${standing}`, `key-of-${standing}`],
      );
      stream[standing] = added.rows[0]?.id ?? 0;
      await db.owner.query("insert into latest_values (stream_id, ts, value) values ($1, now(), 1)", [
        stream[standing],
      ]);
    }
    await person("team@test.invalid", "technician", team.own);
    ({ cookie } = await signIn(web.url, "team@test.invalid"));
  });

  /** What a reader sees of a page: its words, without what differs from one answer to the next. */
  async function words(path: string, id: string): Promise<string> {
    const answer = await fetch(`${web.url}${path}`, { headers: { cookie } });
    const html = await answer.text();
    const body = html.replace(/<(script|style|template)\b[^>]*>.*?<\/\1>/gs, "").replace(/<[^>]*>/g, " ");
    return `${answer.status} ${body.replaceAll(id, "ID").replace(/\s+/g, " ")}`;
  }

  test("I01 by page", async () => {
    expect(await words("/fleet/node-own", "node-own")).toContain("name-of-own");
    expect(await words(`/streams/${stream.own}`, String(stream.own))).toContain("key-of-own");
    expect(await words("/fleet/node-other", "node-other")).toBe(await words("/fleet/node-never", "node-never"));
    expect(await words(`/streams/${stream.other}`, String(stream.other))).toBe(
      await words("/streams/999999", "999999"),
    );
    for (const path of ["/", "/fleet", "/streams", "/fleet/node-other"])
      expect(await (await fetch(`${web.url}${path}`, { headers: { cookie } })).text()).not.toMatch(
        /(name|key)-of-other/,
      );
  });

  test("I01 by tRPC", async () => {
    const told = async (path: string, json: unknown) => {
      const init = { method: "POST", headers: { ...RPC, cookie }, body: input(json) };
      const answer = await fetch(`${web.url}/api/trpc/${path}`, init);
      return `${answer.status} ${(await answer.text()).replace(/"correlationId":"[^"]*"/, "")}`;
    };
    expect(await told("fleet.node", { node: "node-own" })).toMatch(/^200 .*name-of-own/);
    expect(await told("fleet.node", { node: "node-other" })).toBe(await told("fleet.node", { node: "node-never" }));
    expect(await told("streams.get", { id: stream.other })).toBe(await told("streams.get", { id: 999_999 }));
  });

  test("I01 by the API and the exports", async () => {
    const told = async (path: string) => {
      const answer = await fetch(`${web.url}${path}`, { headers: { cookie } });
      return `${answer.status} ${(await answer.text()).replace(/"correlationId":"[^"]*"/, "")}`;
    };
    for (const path of ["/api/v1/streams?node=", "/api/v1/readings?node=", "/api/v1/latest?node="]) {
      expect(await told(`${path}node-own`), path).toMatch(/^200 /);
      expect(await told(`${path}node-other`), path).toBe(await told(`${path}node-never`));
    }
    const range = "fromMs=0&toMs=1000";
    expect(await told(`/api/streams/${stream.other}/export?${range}`)).toBe(
      await told(`/api/streams/999999/export?${range}`),
    );
    expect(await told("/api/export/streams")).toContain("key-of-own");
    expect(await told("/api/export/streams")).not.toContain("key-of-other");
  });

  test("I06 by the live line", async () => {
    const over = new AbortController();
    const line = await fetch(`${web.url}/api/live?streams=${stream.other},${stream.own}`, {
      headers: { cookie },
      signal: over.signal,
    });
    const reader = line.body?.pipeThrough(new TextDecoderStream()).getReader();
    let heard = "";
    const until = async (part: string) => {
      while (!heard.includes(part)) heard += (await reader?.read())?.value ?? `the line ended before ${part}`;
    };
    await until('"value":1,');
    // Told again until it is heard: whether the process listens to the database already depends on who was there before.
    const heardOwn = until('"value":2,');
    while (!heard.includes('"value":2,')) {
      // The other team's value changes first: what was heard once the own one's new value is here would have held it.
      for (const [id, value] of [
        [stream.other, 4711],
        [stream.own, 2],
      ]) {
        await db.owner.query("update latest_values set value = $2 where stream_id = $1", [id, value]);
        await db.owner.query("select pg_notify('tl_latest', $1)", [JSON.stringify({ streams: [id] })]);
      }
      await Promise.race([heardOwn, new Promise((later) => setTimeout(later, 200))]);
    }
    await heardOwn;
    over.abort();
    expect(heard).not.toContain("4711");
    expect(heard).not.toContain(`"id":${stream.other},`);
  });
});

test("T23 a forged Server Action is not found", async () => {
  const answer = await fetch(`${web.url}/fleet`, {
    method: "POST",
    headers: { "next-action": "40aabbccddeeff00112233445566778899aabbccdd", "content-type": "text/plain" },
    body: "[]",
  });
  expect([answer.status, await answer.json()]).toMatchObject([404, { code: "E_ACTION" }]);
});

test.each([
  ["a page", "/fleet", {}],
  ["its data for the browser", "/fleet", { rsc: "1" }],
  ["a prefetch", "/fleet?_rsc=1", { rsc: "1", "next-router-prefetch": "1" }],
  ["a segment of it", "/fleet?_rsc=1", { rsc: "1", "next-router-segment-prefetch": "/_tree" }],
  ["its file of data", "/fleet.rsc", {}],
  ["with the inner header of Next.js", "/fleet", { "x-middleware-subrequest": "proxy:proxy:proxy:proxy:proxy" }],
])("T24 without a session %s gives nothing of the fleet", async (_what, path, headers) => {
  await db.owner.query("insert into nodes (id, status) values ('secret-press', 'accepted') on conflict do nothing");
  const answer = await fetch(`${web.url}${path}`, { headers, redirect: "manual" });
  expect(answer.status === 200 ? await answer.text() : "").not.toContain("secret-press");
  if (path !== "/fleet.rsc") expect(answer.headers.get("location")).toMatch(/\/login/);
});

test("T25 an upgrade to a foreign address ends without an answer of that address", async () => {
  const heard = await raw(
    "GET http://169.254.169.254/ HTTP/1.1\r\nhost: localhost\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
  );
  expect(heard).not.toMatch(/^HTTP\/1\.1 (101|2|3)/);
});

test.each([
  ["T26 a foreign Host", `GET /fleet HTTP/1.1\r\nhost: evil.example\r\n${CLOSE}`, 421],
  ["A29 a reset under a foreign host", `GET /reset?token=x HTTP/1.1\r\nhost: evil.example\r\n${CLOSE}`, 421],
  ["T26 a foreign host in the target", `GET http://evil.example/fleet HTTP/1.1\r\nhost: localhost\r\n${CLOSE}`, 421],
  ["T26 our host in the target", `GET http://localhost/api/health HTTP/1.1\r\nhost: evil.example\r\n${CLOSE}`, 200],
  ["T26 no host", `GET /fleet HTTP/1.1\r\n${CLOSE}`, 400],
  [
    "T28 a length and chunks",
    `POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
    400,
  ],
  ["T30 a cookie of 17 kB", `GET / HTTP/1.1\r\nhost: localhost\r\ncookie: a=${"x".repeat(17_000)}\r\n${CLOSE}`, 431],
  ["T34 TRACE of a page", `TRACE /fleet HTTP/1.1\r\nhost: localhost\r\n${CLOSE}`, 405],
  ["T34 TRACE of data", `TRACE /api/health HTTP/1.1\r\nhost: localhost\r\n${CLOSE}`, 405],
  ["T34 a method of WebDAV", `PROPFIND /fleet HTTP/1.1\r\nhost: localhost\r\n${CLOSE}`, 405],
])("%s is answered with %s", async (_row, text, status) => {
  expect(await raw(text)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
});

test("T31 no picture of another address is fetched", async () => {
  const answer = await fetch(`${web.url}/_next/image?url=http%3A%2F%2F169.254.169.254%2F&w=64&q=75`, {
    headers: { cookie: "throughline.session=x" },
  });
  expect(answer.status).toBe(404);
});

test("T33 whatever a client says it accepts, data is JSON", async () => {
  const answer = await fetch(`${web.url}/api/health`, { headers: { accept: "\u00ff;q=9,*//*,text/<script>" } });
  expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "application/json"]);
});

test("every page has a policy with a nonce of its own, and all its scripts carry it", async () => {
  const answers = await Promise.all([fetch(`${web.url}/login`), fetch(`${web.url}/login`)]);
  const nonces = answers.map(
    (answer) => /'nonce-([^']+)'/.exec(answer.headers.get("content-security-policy") ?? "")?.[1],
  );
  expect(new Set(nonces).size).toBe(2);
  const scripts = (await answers[0].text()).match(/<script\b[^>]*>/g) ?? [];
  expect(scripts.length).toBeGreaterThan(0);
  for (const script of scripts) expect(script).toContain(`nonce="${nonces[0]}"`);
  expect(answers[0].headers.get("strict-transport-security")).toBeNull();
});

test("what holds for every answer is said on every answer", async () => {
  for (const path of ["/login", "/api/health", "/nothing-here", "/icon.svg"]) {
    const { headers } = await fetch(`${web.url}${path}`);
    expect([path, headers.get("x-content-type-options"), headers.get("cross-origin-resource-policy")]).toEqual([
      path,
      "nosniff",
      "same-origin",
    ]);
    expect([path, headers.get("referrer-policy")]).toEqual([path, "same-origin"]);
    expect(headers.get("access-control-allow-origin")).toBeNull();
    expect(headers.get("x-powered-by")).toBeNull();
  }
});

test("what tRPC refuses says code, field and hint, and never how it is made", async () => {
  const authorization = `Bearer ${await makeTestToken(db.owner, "admin", "write")}`;
  const ask = async (path: string, json: unknown) => {
    const answer = await fetch(`${web.url}/api/trpc/${path}`, {
      method: "POST",
      headers: { ...RPC, authorization },
      body: input(json),
    });
    return { status: answer.status, body: await answer.text() };
  };
  const unknown = await ask("fleet.accept", { node: "press-1", role: "admin" });
  expect(unknown.status).toBe(400);
  expect(unknown.body).toContain('"reason":"E_UNKNOWN_FIELD"');
  expect(unknown.body).toContain('"field":"role"');
  expect((await ask("nothing.here", {})).status).toBe(404);
  for (const { body } of [unknown, await ask("nothing.here", {})]) expect(body).not.toContain("stack");
});
