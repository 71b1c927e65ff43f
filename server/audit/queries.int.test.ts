import { afterAll, beforeAll, expect, test } from "vitest";
import { cloneTestDb, type TestDb } from "@/db/testing";
import { AuditFilter } from "./domain/filter";
import { exportAudit, listAudit } from "./queries";

let db: TestDb;
let team = "";
beforeAll(async () => {
  db = await cloneTestDb();
  const { rows } = await db.owner.query<{ team: string; org: string }>(
    "select first_team() as team, first_org() as org",
  );
  team = rows[0]?.team ?? "";
  for (const [action, of] of [
    ["test.ours", team],
    ["test.nobodys", null],
  ])
    await db.owner.query(
      "insert into audit_log (org_id, actor_kind, actor_id, actor_name, action, subject, team_id) values ($1, 'user', 'u', 'Ada', $2, 's', $3)",
      [rows[0]?.org, action, of],
    );
});
afterAll(() => db.drop());

const actionsOf = async (filter: Partial<AuditFilter>) =>
  (await listAudit(db.pool, AuditFilter.parse(filter))).rows.map(({ action }) => action);

test("the log is narrowed to a team and to a time, and so is its export", async () => {
  expect(await actionsOf({ q: "test." })).toEqual(["test.nobodys", "test.ours"]);
  expect(await actionsOf({ q: "test.", team })).toEqual(["test.ours"]);
  const now = Date.now();
  expect(await actionsOf({ q: "test.", fromMs: now - 60_000, toMs: now + 60_000 })).toHaveLength(2);
  expect(await actionsOf({ q: "test.", toMs: now - 60_000 })).toEqual([]);
  let text = "";
  for await (const line of exportAudit(db.pool, AuditFilter.parse({ q: "test.", team, fromMs: now - 60_000 })))
    text += line;
  expect(text).toContain("test.ours");
  expect(text).not.toContain("test.nobodys");
});
