import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { decode } from "next-auth/jwt";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { cloneTestDb, type TestDb } from "@/db/testing";
import { startTestWeb, type TestWeb } from "@/server/testing-web";

/** Signing in by an identity provider that may be anybody: what it says is believed only when it is for us, now, and by its own key. */
const SECRET = "a secret of this test that is longer than 32 bytes";
const ACCESS_TOKEN = "an-access-token-that-stays-on-the-server";
const key = generateKeyPairSync("rsa", { modulusLength: 2048 });
const foreignKey = generateKeyPairSync("rsa", { modulusLength: 2048 });
let db: TestDb;
let web: TestWeb;
let provider: Server;
let issuer = "";
/** What the token endpoint says next, and what it was asked with last. */
let says = "";
let askedWith = new URLSearchParams();

beforeAll(async () => {
  provider = createServer((request, response) => {
    const json = (body: unknown) => response.setHeader("content-type", "application/json").end(JSON.stringify(body));
    if (request.url === "/jwks")
      json({ keys: [{ ...key.publicKey.export({ format: "jwk" }), kid: "1", alg: "RS256", use: "sig" }] });
    else if (request.url === "/token") {
      let body = "";
      request.on("data", (part: Buffer) => (body += part.toString()));
      request.on("end", () => {
        askedWith = new URLSearchParams(body);
        json({ access_token: ACCESS_TOKEN, token_type: "Bearer", id_token: says });
      });
    } else
      json({
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/jwks`,
        response_types_supported: ["code"],
        subject_types_supported: ["public"],
        id_token_signing_alg_values_supported: ["RS256"],
      });
  }).listen(0, "127.0.0.1");
  await once(provider, "listening");
  const at = provider.address();
  issuer = `http://127.0.0.1:${typeof at === "object" && at ? at.port : 0}`;
  db = await cloneTestDb();
  await db.owner.query(
    "with u as (insert into users (email, name) values ('sso@test.invalid', 'Sso') returning id) insert into memberships (user_id, role, granted_by) select id, 'executive', 'test' from u",
  );
  web = await startTestWeb({
    DATABASE_URL: db.appUrl,
    THROUGHLINE_SECRET: SECRET,
    OBJECT_STORE_URL: "file:///nonexistent/objects",
    OIDC_ISSUER: issuer,
    OIDC_CLIENT_ID: "throughline",
    OIDC_CLIENT_SECRET: "known to both",
  });
}, 300_000);
afterAll(async () => {
  await web?.stop();
  provider?.closeAllConnections();
  provider?.close();
  await db?.drop();
});

type Claims = Record<string, unknown>;

function idToken(claims: Claims, { alg = "RS256", by = key } = {}): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const signed = `${part({ alg, kid: "1", typ: "JWT" })}.${part(claims)}`;
  return `${signed}.${alg === "none" ? "" : sign("sha256", Buffer.from(signed), by.privateKey).toString("base64url")}`;
}

/** Goes to the provider and comes back as the browser would, with what `change` makes of the way back. */
async function comeBack({
  claims = {},
  token = {},
  query = {},
  withoutCookies = false,
}: {
  claims?: Claims;
  token?: Parameters<typeof idToken>[1];
  query?: Record<string, string>;
  withoutCookies?: boolean;
}) {
  const csrf = await fetch(`${web.url}/api/auth/csrf`);
  const { csrfToken } = z.object({ csrfToken: z.string() }).parse(await csrf.json());
  const jar = (set: readonly string[]) => set.map((cookie) => cookie.split(";")[0]).join("; ");
  const start = await fetch(`${web.url}/api/auth/signin/oidc`, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded", cookie: jar(csrf.headers.getSetCookie()) },
    body: new URLSearchParams({ csrfToken }),
    redirect: "manual",
  });
  const asked = new URL(start.headers.get("location") ?? "").searchParams;
  const nowS = Math.floor(Date.now() / 1_000);
  const sound = { iss: issuer, aud: "throughline", sub: "p1", email: "sso@test.invalid", email_verified: true };
  says = idToken({ ...sound, iat: nowS, exp: nowS + 300, nonce: asked.get("nonce"), ...claims }, token);
  const back = new URLSearchParams({ code: "c", state: asked.get("state") ?? "", ...query });
  const answer = await fetch(`${web.url}/api/auth/callback/oidc?${back}`, {
    headers: withoutCookies ? {} : { cookie: jar([...csrf.headers.getSetCookie(), ...start.headers.getSetCookie()]) },
    redirect: "manual",
  });
  const set = answer.headers.getSetCookie();
  const session = set.find((cookie) => cookie.startsWith("throughline.session="))?.split(/[=;]/)[1] ?? "";
  return { asked, session, told: `${set.join()} ${answer.headers.get("location")} ${await answer.text()}` };
}

test("the code is bound to this browser by state, PKCE and nonce, and no token of the provider reaches it", async () => {
  const { asked, session, told } = await comeBack({});
  expect([asked.get("response_type"), asked.get("code_challenge_method")]).toEqual(["code", "S256"]);
  expect(asked.get("state")).toMatch(/^.{32,}$/);
  expect(asked.get("nonce")).toMatch(/^.{32,}$/);
  const verifier = askedWith.get("code_verifier") ?? "";
  expect(createHash("sha256").update(verifier).digest("base64url")).toBe(asked.get("code_challenge"));
  expect(Object.keys((await decode({ token: session, secret: SECRET })) ?? {}).sort()).toEqual([
    "exp",
    "iat",
    "jti",
    "sid",
  ]);
  expect(told).not.toContain(ACCESS_TOKEN);
  const page = await fetch(`${web.url}/account/sessions`, { headers: { cookie: `throughline.session=${session}` } });
  expect(page.status).toBe(200);
});

const past = Math.floor(Date.now() / 1_000) - 3_600;
test.each<[what: string, change: Parameters<typeof comeBack>[0]]>([
  ["for another issuer", { claims: { iss: "https://evil.example" } }],
  ["for another application", { claims: { aud: "somebody-else" } }],
  ["with another nonce", { claims: { nonce: "one that was seen before, as long as ours" } }],
  ["without a nonce", { claims: { nonce: undefined } }],
  ["that is over", { claims: { iat: past, exp: past + 60 } }],
  ["signed by another key", { token: { by: foreignKey } }],
  ["that nobody signed", { token: { alg: "none" } }],
  ["for a flow that this browser did not begin", { withoutCookies: true }],
  ["with another state", { query: { state: "one that was seen before, as long as ours" } }],
  ["from another issuer, as the address says", { query: { iss: "https://evil.example" } }],
  ["of an address that nobody verified", { claims: { email_verified: false, sub: "p2" } }],
])("an assertion %s opens nothing", async (_what, change) => {
  const { session, told } = await comeBack(change);
  expect(session).toBe("");
  expect(told).toMatch(/\/(login|api\/auth\/error)\?error=/);
});
