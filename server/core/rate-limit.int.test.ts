import { afterAll, beforeAll, expect, test } from "vitest";
import { cloneTestDb, type TestDb } from "@/db/testing";
import { RateLimiter } from "./rate-limit";

let db: TestDb;
beforeAll(async () => {
  db = await cloneTestDb();
});
afterAll(() => db.drop());

const LIMIT = { allowed: 100, windowS: 60 };

test("T32 two processes together let through what is allowed, and the next window begins anew", async () => {
  let nowMs = Date.UTC(2026, 0, 1, 0, 0, 10);
  const processes = [1, 2].map(() => new RateLimiter(db.pool, LIMIT, () => nowMs));
  const takeAll = async () => {
    let admitted = 0;
    for (let i = 0; i < 90; i++) {
      for (const process of processes) if ((await process.take("token:a")) === null) admitted += 1;
    }
    return admitted;
  };
  expect(await takeAll()).toBe(100);
  expect(await processes[0]?.take("token:a")).toMatchObject({ status: 429, code: "E_RATE", retryAfterS: 50 });
  expect(await processes[0]?.take("token:b")).toBeNull();
  nowMs += 60_000;
  expect(await takeAll()).toBe(100);
  const { rows } = await db.owner.query<{ n: number }>(
    "select count(*)::int as n from rate_counts where bucket = 'token:a'",
  );
  expect(rows[0]?.n).toBeGreaterThan(0);
  nowMs += 1_000_000;
  await processes[0]?.take("token:c");
  const after = await db.owner.query("select bucket from rate_counts");
  expect(after.rows).toEqual([{ bucket: "token:c" }]);
});
