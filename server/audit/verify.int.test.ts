import { afterAll, beforeAll, expect, test } from "vitest";
import type { Pool } from "pg";
import { cloneTestDb, type TestDb } from "@/db/testing";
import { type Anchor, readAnchors, sealAnchor } from "./chain";
import { verifyAudit } from "./verify";

const KEY = "a key of this test, longer than thirty-two bytes";
let db: TestDb;
let org = "";
let anchors: Anchor[] = [];

beforeAll(async () => {
  db = await cloneTestDb();
  org = (await db.owner.query<{ id: string }>("select id from orgs")).rows[0]?.id ?? "";
  for (let i = 1; i <= 20; i++)
    await db.pool.query(
      `insert into audit_log (org_id, actor_kind, actor_id, actor_name, action, subject, before, after) values ($1, 'user', 'u-1', 'Dàna; "5:x"', 'node.accept', $2, '{"b": 1, "a": [1, null]}', null)`,
      [org, `node:n-${i}`],
    );
  const { heads } = await verifyAudit(db.pool, []);
  anchors = heads.map((head) => sealAnchor(head, "2026-11-25T12:00:00Z", KEY));
});
afterAll(() => db.drop());

/** Does what only the owner of the tables could do, behind the back of the triggers, and undoes it. */
async function tampered(change: (owner: Pool) => Promise<unknown>): Promise<string | null> {
  await db.owner.query("create table kept as table audit_log");
  await db.owner.query("alter table audit_log disable trigger user");
  try {
    await change(db.owner);
    return (await verifyAudit(db.pool, anchors)).problem?.what ?? null;
  } finally {
    await db.owner.query("delete from audit_log");
    await db.owner.query("insert into audit_log select * from kept order by n");
    await db.owner.query("drop table kept");
    await db.owner.query("alter table audit_log enable trigger user");
  }
}

test("a log that nobody touched is whole, and the database numbers it without gaps", async () => {
  expect(await verifyAudit(db.pool, anchors)).toMatchObject({ rows: 20, problem: null, heads: [{ org, n: 20 }] });
});

test.each<[string, (owner: Pool) => Promise<unknown>, string]>([
  ["an edit", (owner) => owner.query("update audit_log set subject = 'node:other' where n = 7"), "row 7 was changed"],
  [
    "an edit inside of JSON",
    (owner) => owner.query(`update audit_log set before = '{"a": 2}' where n = 9`),
    "row 9 was changed",
  ],
  ["a delete", (owner) => owner.query("delete from audit_log where n = 5"), "row 5 is missing: row 6 follows row 4"],
  [
    "an insert",
    (owner) =>
      owner.query(
        `insert into audit_log select org_id, 21, now(), actor_kind, actor_id, actor_name, action, 'node:planted', team_id, before, after, prev, hash from audit_log where n = 20`,
      ),
    "row 21 does not follow row 20",
  ],
  [
    "a change of order",
    async (owner) => {
      await owner.query("update audit_log set n = 1000 where n = 11");
      await owner.query("update audit_log set n = 11 where n = 12");
      await owner.query("update audit_log set n = 12 where n = 1000");
    },
    "row 11 does not follow row 10",
  ],
  [
    "a tail cut off",
    (owner) => owner.query("delete from audit_log where n > 15"),
    "row 16 is missing: the log once reached row 20",
  ],
])("%s is found and named", async (_, change, problem) => {
  expect(await tampered(change)).toBe(problem);
  expect((await verifyAudit(db.pool, anchors)).problem).toBeNull();
});

test("an anchor that somebody else wrote, or changed, is refused", () => {
  const line = JSON.stringify(anchors[0]);
  expect(readAnchors(`${line}\n`, KEY)).toEqual(anchors);
  expect(() => readAnchors(line.replace('"n":20', '"n":15'), KEY)).toThrow(/line 1/);
  expect(() => readAnchors(line, "another key")).toThrow(/line 1/);
});

test("twenty at once are numbered one after the other", async () => {
  const before = (await verifyAudit(db.pool, anchors)).rows;
  await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      db.pool.query(
        "insert into audit_log (org_id, actor_kind, actor_id, actor_name, action, subject) values ($1, 'system', 'jobs', 'jobs', 'a.b', $2)",
        [org, `x:${i}`],
      ),
    ),
  );
  expect(await verifyAudit(db.pool, anchors)).toMatchObject({ rows: before + 20, problem: null });
});
