import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cloneTestDb, type TestDb } from "@/db/testing";
import { openVisit } from "@/server/core/context";
import type { Role } from "@/server/core/domain/permissions";
import { hashSecret } from "@/server/core/secrets-hash";
import { createCaller } from "@/server/root";
import { exportPeople } from "./export-queries";
import { PeopleInput } from "./schema";

let db: TestDb;
let team = "";
beforeAll(async () => {
  db = await cloneTestDb();
  team = (await db.owner.query<{ id: string }>("select id from teams")).rows[0]?.id ?? "";
});
afterAll(() => db.drop());

/** Somebody with a role, and what they call with a token of their own. */
async function person(name: string, role: Role | null) {
  const token = `tlp_${randomBytes(24).toString("base64url")}`;
  const { rows } = await db.owner.query<{ id: string }>(
    "insert into users (email, name) values ($1, $2) returning id",
    [`${randomBytes(6).toString("hex")}@test.invalid`, name],
  );
  const id = rows[0]?.id ?? "";
  if (role !== null)
    await db.owner.query("insert into memberships (user_id, role, team_id, granted_by) values ($1, $2, $3, 'test')", [
      id,
      role,
      role === "technician" ? team : null,
    ]);
  await db.owner.query(
    "insert into api_tokens (user_id, name, token_hash, hint, access, created_by, expires_at) values ($1, 't', $2, 'tlp_', 'write', 'test', now() + interval '1 hour')",
    [id, hashSecret(token)],
  );
  return { id, call: createCaller(openVisit(db.pool, new Headers({ authorization: `Bearer ${token}` }))) };
}

async function sessionOf(userId: string, minutesAgo: number): Promise<string> {
  const { rows } = await db.owner.query<{ id: string }>(
    "insert into sessions (sid_hash, user_id, last_seen_at, idle_limit, expires_at) values ($1, $2, now() - make_interval(mins => $3), '1 day', now() + interval '1 day') returning id",
    [randomBytes(32), userId, minutesAgo],
  );
  return rows[0]?.id ?? "";
}

async function audited(subject: string): Promise<string[]> {
  const { rows } = await db.owner.query<{ action: string }>(
    "select action from audit_log where subject = $1 order by n",
    [subject],
  );
  return rows.map(({ action }) => action);
}

test("people are filtered, ordered and counted, a page after the other", async () => {
  const { call } = await person("Zoe Admin", "admin");
  const [bo, al] = [await person("bo", "technician"), await person("Al", null)];
  await sessionOf(bo.id, 5);
  const names = async (more: Partial<PeopleInput>) => {
    const { rows } = await call.people.list(PeopleInput.parse(more));
    return rows.map(({ name }) => name);
  };
  expect(await names({})).toEqual(["Al", "bo", "Zoe Admin"]);
  expect(await names({ q: "zoe" })).toEqual(["Zoe Admin"]);
  expect(await names({ q: "%" })).toEqual([]);
  expect((await names({ order: "seen" }))[0]).toBe("bo");
  expect((await names({ order: "added" }))[0]).toBe("Al");
  expect(await names({ role: "technician" })).toEqual(["bo"]);
  expect(await names({ team })).toEqual(["bo"]);
  expect(await names({ show: "active" })).toEqual(["bo"]);
  expect(await names({ show: "no-role" })).toEqual(["Al"]);
  expect(await names({ cursor: al.id })).toEqual(["bo", "Zoe Admin"]);
  const { facts, matching } = await call.people.list({ q: "bo" });
  expect(matching).toBe(1);
  expect(facts).toMatchObject({ all: 3, active: 1, never: 2, withoutRole: 1, admins: ["Zoe Admin"], chairs: [] });
  const { rows } = await call.people.list({ q: "bo" });
  expect(rows).toMatchObject([{ sessions: 1, roles: [{ role: "technician", teamId: team, teamName: "First team" }] }]);

  let csv = "";
  for await (const line of exportPeople(db.pool, PeopleInput.parse({ q: "bo" }))) csv += line;
  expect(csv.split("\r\n")[1]).toContain("technician (First team)");
});

test("an invitation makes somebody with a role and a link; only who may read people finds them", async () => {
  const admin = await person("Inviter", "admin");
  const added = await admin.call.people.add({
    name: "New",
    email: "new@test.invalid",
    role: "executive",
    withLink: true,
  });
  expect(added.token).toMatch(/^[\w-]{40,}$/);
  expect(await admin.call.people.get({ userId: added.userId })).toMatchObject({
    name: "New",
    hasPassword: false,
    roles: [{ role: "executive", givenBy: "t", teamName: null }],
    isOnlyAdmin: false,
  });
  expect(await audited(`user:${added.userId}`)).toEqual(["user.add"]);
  const member = await person("Member", "member");
  await expect(member.call.people.get({ userId: added.userId })).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(
    admin.call.people.add({ name: "N", email: "new@test.invalid", role: "executive" }),
  ).rejects.toMatchObject({ code: "CONFLICT" });
});

test("sessions and tokens of somebody are read and ended by an administrator alone, and each end is written down", async () => {
  const [admin, chair, bo] = [await person("A", "admin"), await person("C", "chair"), await person("B", "executive")];
  const [first] = [await sessionOf(bo.id, 1), await sessionOf(bo.id, 2), await sessionOf(bo.id, 3)];
  for (const call of [chair.call.people.sessions, chair.call.people.tokens])
    await expect(call({ userId: bo.id })).rejects.toMatchObject({ code: "NOT_FOUND" });
  expect(await admin.call.people.sessions({ userId: bo.id })).toHaveLength(3);
  await admin.call.people.endSession({ userId: bo.id, id: first });
  await expect(admin.call.people.endSession({ userId: admin.id, id: first })).rejects.toMatchObject({
    code: "NOT_FOUND",
  });
  expect(await admin.call.people.endSessions({ userId: bo.id })).toEqual({ ended: 2 });
  await expect(admin.call.people.endSessions({ userId: bo.id })).rejects.toMatchObject({ code: "NOT_FOUND" });
  const [token] = await admin.call.people.tokens({ userId: bo.id });
  await admin.call.people.revokeToken({ userId: bo.id, id: token?.id ?? "" });
  await expect(bo.call.me.viewer()).rejects.toMatchObject({ code: "UNAUTHORIZED" });
  expect(await audited(`user:${bo.id}`)).toEqual(["session.end", "session.end-all", "token.revoke"]);
});

test("A32 nobody promotes themselves with a token of their own, nor through a service token of the council", async () => {
  const admin = await person("A", "admin");
  await expect(admin.call.people.grantRole({ userId: admin.id, role: "auditor" })).rejects.toMatchObject({
    code: "FORBIDDEN",
  });
  await expect(admin.call.tokens.create({ name: "x", role: "chair", access: "write" })).rejects.toMatchObject({
    code: "FORBIDDEN",
  });
  await admin.call.tokens.create({ name: "reads", role: "chair", access: "read" });
});

test("A32 a personal token that may write makes no further tokens and ends no session of its owner", async () => {
  const bo = await person("B", "executive");
  const session = await sessionOf(bo.id, 1);
  for (const attempt of [
    () => bo.call.me.createToken({ name: "for ever", days: 366, access: "write" }),
    () => bo.call.me.endOtherSessions(),
    () => bo.call.me.endSession({ id: session }),
  ])
    await expect(attempt()).rejects.toMatchObject({ code: "FORBIDDEN" });
  const { rows } = await db.owner.query(
    `select (select count(*)::int from api_tokens where user_id = $1) as tokens, (select count(*)::int from sessions where user_id = $1 and revoked_at is null) as sessions`,
    [bo.id],
  );
  expect(rows).toEqual([{ tokens: 1, sessions: 1 }]);
});

test("the chair gives and takes seats, an administrator does not; the seat is not emptied by mistake", async () => {
  await db.owner.query("delete from memberships where role = 'chair'");
  const [admin, chair, bo] = [await person("A", "admin"), await person("C", "chair"), await person("B", "executive")];
  const seat = { userId: bo.id, role: "member" } as const;
  await expect(admin.call.people.grantRole(seat)).rejects.toMatchObject({ code: "FORBIDDEN" });
  await expect(chair.call.people.grantRole({ userId: bo.id, role: "admin" })).rejects.toMatchObject({
    code: "FORBIDDEN",
  });
  await chair.call.people.grantRole(seat);
  await expect(admin.call.people.revokeRole(seat)).rejects.toMatchObject({ code: "FORBIDDEN" });
  expect(await admin.call.people.get({ userId: chair.id })).toMatchObject({ isOnlyChair: true });
  await expect(chair.call.people.revokeRole({ userId: chair.id, role: "chair" })).rejects.toMatchObject({
    code: "CONFLICT",
    message: expect.stringContaining("seat empty"),
  });
  await expect(admin.call.people.disable({ userId: chair.id })).rejects.toMatchObject({ code: "CONFLICT" });
  await chair.call.people.grantRole({ userId: bo.id, role: "chair" });
  await admin.call.people.disable({ userId: chair.id });
  await admin.call.people.disable({ userId: bo.id, emptyChair: true });
  expect((await admin.call.people.list({})).facts.chairs).toEqual([]);
});

test("the changes of a person are theirs, those of their tokens, and those to their account", async () => {
  const [admin, bo] = [await person("A", "admin"), await person("B", "executive")];
  await bo.call.views.save({ page: "fleet", name: "Mine", query: "" });
  await admin.call.people.disable({ userId: bo.id });
  const { rows } = await admin.call.audit.list({ person: bo.id });
  expect(rows.map(({ action }) => action)).toEqual(["user.disable", "view.save"]);
});
