import { afterAll, beforeAll, expect, test } from "vitest";
import * as live from "@/app/api/live/route";
import { cloneTestDb, type TestDb } from "@/db/testing";
import { hashSecret } from "./core/secrets-hash";
import { makeTestToken } from "./testing-web";

let db: TestDb;
beforeAll(async () => {
  db = await cloneTestDb();
  process.env.DATABASE_URL = db.appUrl;
});
afterAll(async () => {
  delete process.env.DATABASE_URL;
  globalThis.throughlineShutdown = undefined;
  await globalThis.throughlineWeb?.pool.end();
  globalThis.throughlineWeb = undefined;
  await db.drop();
});

/** A line that is open, and whether the server has closed it since. */
async function listen(token: string) {
  const gone = new AbortController();
  const request = new Request("http://localhost/api/live", {
    headers: { authorization: `Bearer ${token}` },
    signal: gone.signal,
  });
  const answer = await live.GET(request);
  expect(answer.status).toBe(200);
  const line = { isOver: false, hangUp: () => gone.abort() };
  const reader = answer.body?.getReader();
  void (async () => {
    while (!(await reader?.read())?.done);
    line.isOver = true;
  })();
  return line;
}

const change = (sql: string, token: string) => db.owner.query(sql, [hashSecret(token)]);

test("within a beat the line of whoever lost the right, or sees other rows now, ends; nobody else's does", async () => {
  const tokens = await Promise.all(
    (["admin", "technician", "technician", "executive"] as const).map((role) => makeTestToken(db.owner, role)),
  );
  const [revoked = "", moved = ""] = tokens;
  const lines = await Promise.all(tokens.map(listen));
  // The executive reads every team's rows, so one team more is other rows for them.
  await db.owner.query("insert into teams (org_id, name) select id, 'another' from orgs");
  await change("update api_tokens set revoked_at = now() where token_hash = $1", revoked);
  await change(
    "update api_tokens set team_id = (select id from teams where name = 'another') where token_hash = $1",
    moved,
  );
  await expect
    .poll(() => lines.map(({ isOver }) => isOver), { timeout: 8_000, interval: 100 })
    .toEqual([true, true, false, true]);

  const shutdown = globalThis.throughlineShutdown;
  shutdown?.abort();
  await expect.poll(() => lines[2]?.isOver, { timeout: 1_000 }).toBe(true);
}, 15_000);
