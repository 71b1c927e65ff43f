import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeTwoTeams } from "@/server/testing-two-teams";
import { Access } from "./access";
import { cloneTestDb, type TestDb } from "./testing";

/** What statements of the web process reach of people, value, jobs and the inbox, whatever the code around them asks. */
let db: TestDb;
let org = "";
let teams: Awaited<ReturnType<typeof makeTwoTeams>>;
const people = { ours: "", theirs: "" };

beforeAll(async () => {
  db = await cloneTestDb();
  org = (await db.owner.query<{ id: string }>("select id from orgs")).rows[0]?.id ?? "";
  teams = await makeTwoTeams(db);
  for (const [name, { team, useCase }] of [
    ["ours", teams.own],
    ["theirs", teams.other],
  ] as const) {
    const { rows } = await db.owner.query<{ id: string }>(
      "insert into users (email, name, password_hash) values ($1, $1, 'x') returning id",
      [`${name}@test.invalid`],
    );
    const id = rows[0]?.id ?? "";
    people[name] = id;
    const hash = Buffer.alloc(32, name);
    await db.owner.query(
      "insert into memberships (user_id, team_id, role, granted_by) values ($1, $2, 'technician', 't')",
      [id, team],
    );
    await db.owner.query(
      "insert into sessions (sid_hash, user_id, idle_limit, expires_at, ip) values ($1, $2, '1 day', now() + interval '1 day', '192.0.2.1')",
      [hash, id],
    );
    await db.owner.query(
      "insert into api_tokens (user_id, name, token_hash, hint, created_by, expires_at) values ($2, 't', $1, 'tlp_', 't', now() + interval '1 day')",
      [hash, id],
    );
    await db.owner.query(
      "insert into audit_log (org_id, actor_kind, actor_id, actor_name, action, subject, team_id) values ($1, 'user', 'a third', 't', 'a.b', 'c', $2), ($1, 'user', $3, 't', 'a.b', 'c', null)",
      [org, team, id],
    );
    const run = await db.owner.query<{ id: string }>(
      "insert into job_runs (org_id, owner_id, owner_name, team_id, kind, title, input) values ($1, $2, 't', $3, 'export-readings', 't', '{}') returning id",
      [org, id, team],
    );
    await db.owner.query("insert into job_lines (run_id, text) values ($1, 'said')", [run.rows[0]?.id]);
    await db.owner.query(
      "insert into notifications (org_id, owner_id, key, kind, status, title) values ($1, $2, 'k', 'job-done', 'ok', 't')",
      [org, id],
    );
    await db.owner.query(
      "insert into saved_views (org_id, owner_id, page, name, query) values ($1, $2, 'fleet', 'v', '')",
      [org, id],
    );
    await db.owner.query(
      "insert into use_case_ratings (use_case_id, version, rating, made_by, made_by_name) values ($1, 1, '{}', 't', 't')",
      [useCase],
    );
  }
});
afterAll(() => db.drop());

const access = (sees: readonly ("accounts" | "audit")[] = [], teamIds: readonly string[] = [teams.own.team]) =>
  new Access(db.pool, { orgId: org, ownerId: people.ours, teamIds, sees });
const count = async (sql: Access, from: string) =>
  (await sql.query<{ n: number }>(`select count(*)::int as n from ${from}`)).rows[0]?.n;

describe("somebody of one team", () => {
  test.each(["use_cases", "use_case_ratings", "kpis", "kpi_versions", "outcomes", "plans", "plan_tasks"])(
    "sees of %s what is their team's",
    async (table) => {
      expect(await count(access(), table)).toBe(1);
      expect(await count(access([], [teams.own.team, teams.other.team]), table)).toBe(2);
      expect(await count(access([], []), table)).toBe(0);
    },
  );

  test.each(["sessions", "api_tokens", "notifications", "saved_views"])(
    "sees of %s what is their own",
    async (table) => {
      expect(await count(access(), table)).toBe(1);
      expect(await count(access([], [teams.own.team, teams.other.team]), table)).toBe(1);
    },
  );

  test("sees of the audit log what is about their teams, and what they did themselves", async () => {
    expect(await count(access(), "audit_log where action = 'a.b'")).toBe(2);
    expect(await count(access([], [teams.own.team, teams.other.team]), "audit_log where action = 'a.b'")).toBe(3);
    expect(await count(access(["audit"], []), "audit_log where action = 'a.b'")).toBe(4);
  });

  test("neither ends a session of somebody else nor moves one of their own to them", async () => {
    const ended = await access().query("update sessions set revoked_at = now() where user_id = $1 returning id", [
      people.theirs,
    ]);
    expect(ended.rows).toEqual([]);
    for (const change of [
      `update sessions set user_id = '${people.theirs}'`,
      `update api_tokens set user_id = '${people.theirs}'`,
      "update api_tokens set access = 'write', expires_at = 'infinity'",
    ])
      await expect(access().query(change), change).rejects.toThrow(/permission denied/);
    await expect(
      access().query(
        "insert into api_tokens (user_id, name, token_hash, hint, created_by, expires_at) values ($1, 't', $2, 'tlp_', 't', now())",
        [people.theirs, Buffer.alloc(32, "planted")],
      ),
    ).rejects.toThrow(/row-level security/);
  });

  test("makes nobody anything: neither a person, nor a role, nor a link for a new password", async () => {
    for (const change of [
      "insert into users (email, name) values ('planted@test.invalid', 'planted')",
      `insert into memberships (user_id, role, granted_by) values ('${people.ours}', 'admin', 'me')`,
      `insert into one_time_tokens (token_hash, purpose, user_id, issued_by, expires_at) values ('\\x${"00".repeat(32)}', 'reset', '${people.theirs}', 'me', now() + interval '1 day')`,
    ])
      await expect(access().query(change), change).rejects.toThrow(/row-level security/);
    expect((await access().query("delete from memberships returning id")).rows).toEqual([]);
    expect((await access().query("update users set disabled_at = now() returning id")).rows).toEqual([]);
  });
});

describe("with a permission about accounts", () => {
  test("sees the sessions and tokens of everybody", async () => {
    for (const table of ["sessions", "api_tokens"]) expect(await count(access(["accounts"]), table)).toBe(2);
  });

  test("still neither reads nor sets a password, an identity of the provider or a secret", async () => {
    for (const statement of [
      "select password_hash from users",
      "update users set password_hash = 'mine'",
      "update users set oidc_subject = 'mine'",
      "update users set email = 'mine@test.invalid'",
      "insert into users (email, name, password_hash) values ('planted@test.invalid', 'p', 'x')",
      "select sid_hash from sessions",
      "update sessions set sid_hash = ''",
      "select token_hash from api_tokens",
      "update api_tokens set token_hash = ''",
      "select * from one_time_tokens",
      "select * from login_attempts",
    ])
      await expect(access(["accounts", "audit"]).query(statement), statement).rejects.toThrow(/permission denied/);
  });
});

test("runs of one's own are seen without a team, those of a team with it", async () => {
  expect(await count(access([], []), "job_runs")).toBe(1);
  expect(await count(access([], []), "job_lines")).toBe(1);
});
