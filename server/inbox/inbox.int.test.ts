import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cloneTestDb, type TestDb } from "@/db/testing";
import { contextFor } from "@/server/core/context";
import { grantRole, revokeRole } from "@/server/identity/people-verbs";
import { findOwner } from "@/server/identity/owner-queries";
import { listInbox } from "./queries";
import { markAllRead, markRead, markUnread } from "./read-verbs";
import { listAble, tell } from "./verbs";

let db: TestDb;
let orgId = "";
let team = "";
beforeAll(async () => {
  db = await cloneTestDb();
  orgId = (await db.owner.query<{ id: string }>("select id from orgs")).rows[0]?.id ?? "";
  team = (await db.owner.query<{ id: string }>("select id from teams")).rows[0]?.id ?? "";
});
afterAll(() => db.drop());

async function person(role: string, teamId: string | null = null): Promise<string> {
  const { rows } = await db.owner.query<{ id: string }>(
    "insert into users (email, name) values ($1, $2) returning id",
    [`${randomUUID()}@test.invalid`, role],
  );
  const id = rows[0]?.id ?? "";
  await db.owner.query("insert into memberships (user_id, team_id, role, granted_by) values ($1, $2, $3, 'test')", [
    id,
    teamId,
    role,
  ]);
  return id;
}

const inboxOf = async (id: string) => contextFor(db.pool, await findOwner(db.pool, id), "inbox.read");
const all = { show: "all", cursor: null } as const;
const about = (to: string[], key: string, more: object = {}) => ({
  ...({ orgId, to, key, kind: "job-done", status: "ok", title: `About ${key}` } as const),
  ...more,
});

test("told again before it was read it counts up; read, it comes back; told once it never does", async () => {
  const id = await person("executive");
  const { sql } = await inboxOf(id);
  const rows = async () => (await listInbox(sql, id, all)).rows;
  for (let i = 0; i < 3; i++) await tell(db.pool, about([id], "a"));
  expect(await rows()).toMatchObject([{ title: "About a", times: 3, unread: true }]);
  await markAllRead(await inboxOf(id), { upTo: Date.now() + 1_000 });
  expect(await rows()).toMatchObject([{ unread: false }]);
  await tell(db.pool, about([id], "a", { title: "Again" }));
  expect(await rows()).toMatchObject([{ title: "Again", times: 1, unread: true }]);
  expect(await tell(db.pool, about([id], "token", { once: true }))).toBe(1);
  await markAllRead(await inboxOf(id), { upTo: Date.now() + 1_000 });
  expect(await tell(db.pool, about([id], "token", { once: true }))).toBe(0);
});

test("I01 nobody reads or marks what somebody else was told", async () => {
  const [mine, theirs] = [await person("executive"), await person("admin")];
  await tell(db.pool, about([mine], "secret"));
  const [told] = (await listInbox((await inboxOf(mine)).sql, mine, all)).rows;
  const stranger = await inboxOf(theirs);
  expect((await listInbox(stranger.sql, mine, all)).rows).toEqual([]);
  expect(await markRead({ ...stranger, actor: (await inboxOf(mine)).actor }, { ids: [told?.id ?? 0] })).toEqual([]);
  expect((await listInbox((await inboxOf(mine)).sql, mine, all)).unread).toBe(1);
});

test("marking all read keeps what came meanwhile, and is taken back exactly", async () => {
  const id = await person("executive");
  const ctx = await inboxOf(id);
  await tell(db.pool, about([id], "old"));
  await tell(db.pool, about([id], "seen"));
  const seen = (await listInbox(ctx.sql, id, all)).rows;
  await markRead(ctx, { ids: [seen[1]?.id ?? 0] });
  await db.owner.query(
    "update notifications set told_at = now() + interval '1 hour' where owner_id = $1 and key = 'x'",
    [id],
  );
  await tell(db.pool, about([id], "new"));
  await db.owner.query(
    "update notifications set told_at = now() + interval '1 hour' where owner_id = $1 and key = 'new'",
    [id],
  );
  const marked = await markAllRead(ctx, { upTo: Date.now() + 60_000 });
  expect(marked).toEqual([seen[0]?.id]);
  const unread = async () => (await listInbox(ctx.sql, id, { show: "unread", cursor: null })).rows.map((r) => r.title);
  expect(await unread()).toEqual(["About new"]);
  await markUnread(ctx, { ids: marked });
  expect(await unread()).toEqual(["About new", "About seen"]);
});

test("nobody keeps more than three hundred, and what was read goes first", async () => {
  const id = await person("executive");
  await tell(db.pool, about([id], "first"));
  await db.owner.query(
    `insert into notifications (org_id, owner_id, key, kind, status, title, read_at) select $1, $2, 'k' || n, 'job-done', 'ok', 't', now() from generate_series(1, 320) n`,
    [orgId, id],
  );
  await tell(db.pool, about([id], "last"));
  const { rows } = await db.owner.query(
    "select count(*)::int as n, count(*) filter (where read_at is null)::int as unread from notifications where owner_id = $1",
    [id],
  );
  expect(rows).toEqual([{ n: 300, unread: 2 }]);
});

test("who may do something to a team's things: its own, and whoever may everywhere; nobody who was disabled", async () => {
  const other = await db.owner.query<{ id: string }>("insert into teams (org_id, name) values ($1, 'x') returning id", [
    orgId,
  ]);
  const [ours, theirs, admin, gone] = [
    await person("technician", team),
    await person("technician", other.rows[0]?.id ?? ""),
    await person("admin"),
    await person("admin"),
  ];
  await db.owner.query("update users set disabled_at = now() where id = $1", [gone]);
  const able = await listAble(db.pool, orgId, "fleet.accept", team);
  expect([ours, theirs, admin, gone].map((id) => able.includes(id))).toEqual([true, false, true, false]);
});

test("a role that is given or taken is told in the transaction that does it", async () => {
  const admin = await contextFor(db.pool, await findOwner(db.pool, await person("admin")), "roles.grant");
  const id = await person("executive");
  const grant = { userId: id, role: "auditor", teamId: null } as const;
  await grantRole(admin, grant);
  await expect(grantRole(admin, grant)).rejects.toMatchObject({ code: "conflict" });
  const told = async () => (await listInbox((await inboxOf(id)).sql, id, all)).rows;
  expect(await told()).toMatchObject([{ title: "You are auditor now", times: 1 }]);
  await revokeRole(admin, grant);
  expect(await told()).toMatchObject([
    { title: "You are no longer auditor", kind: "role-taken" },
    { title: "You are auditor now", kind: "role-granted" },
  ]);
});

test("a failed transaction tells nobody", async () => {
  const id = await person("executive");
  const tx = await db.pool.connect();
  await tx.query("begin");
  await tell(tx, about([id], "never"));
  await tx.query("rollback");
  tx.release();
  expect((await listInbox((await inboxOf(id)).sql, id, all)).rows).toEqual([]);
});
