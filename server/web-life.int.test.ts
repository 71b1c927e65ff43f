import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { afterAll, beforeAll, expect, test } from "vitest";
import { webArgs } from "@/cli/web-build";
import { cloneTestDb, type TestDb } from "@/db/testing";
import { makeTestToken, startTestWeb, type TestWeb } from "./testing-web";

/** How the web process begins and ends. */
const SECRET = "5n2vJ0mZQm6c1yqk3sXr8wq0b9dT4uLhA7eGfPiK";
let db: TestDb;
let web: TestWeb;
beforeAll(async () => {
  db = await cloneTestDb();
  web = await startTestWeb({ DATABASE_URL: db.appUrl });
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
