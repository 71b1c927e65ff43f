import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { afterAll, beforeAll, expect, test } from "vitest";
import { webArgs } from "@/cli/web-build";
import { cloneTestDb, type TestDb } from "@/db/testing";
import { sessionCookieName } from "./core/deployment";
import { sealSession, startSession } from "./core/session";
import { makeTestToken, startTestWeb, type TestWeb } from "./testing-web";

/** How the web process begins and ends. */
const SECRET = "5n2vJ0mZQm6c1yqk3sXr8wq0b9dT4uLhA7eGfPiK";
let db: TestDb;
let web: TestWeb;
beforeAll(async () => {
  db = await cloneTestDb();
  web = await startTestWeb({ DATABASE_URL: db.appUrl, THROUGHLINE_SECRET: SECRET });
}, 300_000);
afterAll(async () => {
  await web?.stop();
  await db?.drop();
});

test.each<[what: string, env: Record<string, string>, said: string]>([
  ["a secret that is missing", { THROUGHLINE_SECRET: "" }, "THROUGHLINE_SECRET is not set"],
  [
    "a secret of the examples",
    { THROUGHLINE_SECRET: "your-secret-key-min-32-chars-long!!" },
    "THROUGHLINE_SECRET is a well-known value",
  ],
  ["a short secret", { THROUGHLINE_SECRET: "CANARY-too-short" }, "THROUGHLINE_SECRET is shorter than 32 bytes"],
  ["a database that is missing", { DATABASE_URL: "" }, "DATABASE_URL is not set"],
  ["a database that is none", { DATABASE_URL: "mysql://CANARY@x" }, "DATABASE_URL must look like postgres:"],
  ["proxies that are no number", { THROUGHLINE_PROXIES: "CANARY" }, "THROUGHLINE_PROXIES must be a number of proxies"],
])("F73 with %s the web process ends with 78 and names the variable", async (_what, env, said) => {
  const child = spawn(process.execPath, webArgs(0), {
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      NODE_ENV: "production",
      NEXT_TELEMETRY_DISABLED: "1",
      DATABASE_URL: db.appUrl,
      THROUGHLINE_SECRET: SECRET,
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (part: Buffer) => (output += part.toString()));
  const [code] = await exitOf(child);
  expect([code, output]).toEqual([78, expect.stringContaining(said)]);
  expect(output).not.toContain("CANARY");
});

test("T32 a page counts as a request of whoever opens it, and is not made for who asks too often", async () => {
  await db.owner.query("insert into nodes (id, status) values ('press-of-pages', 'accepted')");
  const { rows } = await db.owner.query<{ id: string }>(
    `with u as (insert into users (email, name) values ('pages@test.invalid', 'Pages') returning id)
     insert into memberships (user_id, role, granted_by) select id, 'executive', 'test' from u returning user_id as id`,
  );
  const userId = rows[0]?.id ?? "";
  const sid = await startSession(db.owner, { userId, ip: "192.0.2.1", userAgent: "test" });
  const cookie = `${sessionCookieName(false)}=${await sealSession(sid, SECRET)}`;
  const page = async () => (await fetch(`${web.url}/fleet`, { headers: { cookie } })).text();
  expect(await page()).toContain("press-of-pages");
  const counted = await db.owner.query("select 1 from rate_counts where bucket = $1", [`web:user:${userId}`]);
  expect(counted.rows).toHaveLength(1);
  // What the process still holds of this minute's lease is given out first: a twentieth of what is allowed.
  await db.owner.query(
    `insert into rate_counts (bucket, window_start, n)
     select $1, to_timestamp((floor(extract(epoch from now()) / 60) + i) * 60), 10000 from generate_series(0, 1) i
     on conflict (bucket, window_start) do update set n = 10000`,
    [`web:user:${userId}`],
  );
  for (let i = 0; i < 60; i++)
    await fetch(`${web.url}/api/series?id=1&fromMs=0&toMs=1`, { headers: { cookie } }).then((a) => a.text());
  expect(await page()).not.toContain("press-of-pages");
}, 60_000);

test("SIGTERM ends the process at once, also while a browser listens to the live line", async () => {
  const authorization = `Bearer ${await makeTestToken(db.owner, "admin")}`;
  const line = await fetch(`${web.url}/api/live`, { headers: { authorization } });
  const reader = line.body?.getReader();
  expect((await reader?.read())?.done).toBe(false);
  const started = performance.now();
  await web.stop();
  for (let part = await reader?.read(); part && !part.done; ) part = await reader?.read();
  expect(performance.now() - started).toBeLessThan(5_000);
});

async function exitOf(child: ChildProcess): Promise<unknown[]> {
  const timer = setTimeout(() => child.kill("SIGKILL"), 30_000);
  try {
    return await once(child, "exit");
  } finally {
    clearTimeout(timer);
  }
}
