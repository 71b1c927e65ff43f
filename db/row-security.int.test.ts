import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Access } from "./access";
import { cloneTestDb, type TestDb } from "./testing";
import { openTimeSeries } from "./timeseries/open";

/**
 * Tables without row security, each with its reason: the runner's own, one constant row, and readings with their rollups, which the web
 * roles reach only through the schema `scoped`.
 */
const ALLOWED = /^(schema_migrations|timeseries_home|segments(_\w+)?|readings_narrow|readings_touched|rollup_1[mhd])$/;
const HOUR = 3_600_000;
const T0 = Date.UTC(2026, 9, 7, 10);

let db: TestDb;
let org = "";
const teams = { ours: "", theirs: "" };
const streams = { ours: 0, theirs: 0 };

beforeAll(async () => {
  db = await cloneTestDb();
  org = (await db.owner.query<{ id: string }>("select id from orgs")).rows[0]?.id ?? "";
  for (const name of ["ours", "theirs"] as const) {
    const team = await db.owner.query<{ id: string }>("insert into teams (org_id, name) values ($1, $2) returning id", [
      org,
      name,
    ]);
    teams[name] = team.rows[0]?.id ?? "";
    await db.owner.query("insert into nodes (id, status, team_id) values ($1, 'accepted', $2)", [name, teams[name]]);
    const stream = await db.owner.query<{ id: number }>(
      "insert into streams (node_id, key, status) values ($1, 'k', 'accepted') returning id",
      [name],
    );
    streams[name] = stream.rows[0]?.id ?? 0;
    await db.owner.query("insert into events (node_id, ts, kind) values ($1, now(), 'alarm')", [name]);
    await db.owner.query("insert into latest_values (stream_id, ts, value) values ($1, now(), 1)", [streams[name]]);
    await db.owner.query(
      "insert into quarantine (node_id, topic, reason, message, payload) values ($1, 't', 'E', 'm', 'x')",
      [name],
    );
  }
  const store = await openTimeSeries(db.pool);
  await store.prepare(db.pool, T0, T0 + HOUR);
  for (const streamId of Object.values(streams))
    await new Access(db.pool, "all").transaction((tx) =>
      store.write(tx, [
        { streamId, tsMs: Float64Array.of(T0, T0 + 1_000), values: Float64Array.of(1, 2), quality: null },
      ]),
    );
  await store.rollUp(db.pool);
});
afterAll(() => db.drop());

const access = (...names: (keyof typeof teams)[]) =>
  new Access(db.pool, { orgId: org, ownerId: "somebody", teamIds: names.map((name) => teams[name]) });
const count = async (sql: Access, from: string) =>
  (await sql.query<{ n: number }>(`select count(*)::int as n from ${from}`)).rows[0]?.n;

describe("the catalog", () => {
  test("every table forces row security and every policy checks what is written", async () => {
    const { rows } = await db.owner.query<{ name: string; forced: boolean; policies: number }>(
      `select c.relname as name, c.relrowsecurity and c.relforcerowsecurity as forced,
         (select count(*)::int from pg_policy p where p.polrelid = c.oid) as policies
       from pg_class c where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace`,
    );
    const open = rows.filter(({ name, forced, policies }) => !ALLOWED.test(name) && (!forced || policies === 0));
    expect(open).toEqual([]);
    const unchecked = await db.owner.query(
      "select polname from pg_policy where polcmd <> 'r' and polwithcheck is null and polrelid in (select oid from pg_class where relnamespace = 'public'::regnamespace)",
    );
    expect(unchecked.rows).toEqual([]);
  });

  test("the roles of the web process own nothing, bypass nothing and cannot sign in by themselves", async () => {
    const { rows } = await db.owner.query(
      `select rolname, rolsuper or rolbypassrls or rolcreaterole or rolcreatedb as mighty, rolinherit,
         (select count(*)::int from pg_class c where c.relowner = r.oid) as owns
       from pg_roles r where rolname in ('throughline_web', 'throughline_door') order by 1`,
    );
    expect(rows).toEqual([
      { rolname: "throughline_door", mighty: false, rolinherit: false, owns: 0 },
      { rolname: "throughline_web", mighty: false, rolinherit: false, owns: 0 },
    ]);
  });

  test("no web role has a grant on readings, and no secret is theirs to read", async () => {
    const { rows } = await db.owner.query<{ name: string }>(
      `select c.relname as name from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v')
         and c.relname ~ '^(segments|readings_narrow|readings_touched|rollup_|readings$)'
         and (has_any_column_privilege('throughline_web', c.oid, 'select') or has_any_column_privilege('throughline_door', c.oid, 'select'))`,
    );
    expect(rows).toEqual([]);
    for (const [table, column] of [
      ["users", "password_hash"],
      ["sessions", "sid_hash"],
      ["api_tokens", "token_hash"],
      ["nodes", "token_hash"],
    ])
      await expect(access("ours").query(`select ${column} from ${table}`), `${table}.${column}`).rejects.toThrow(
        /permission denied/,
      );
  });
});

describe("somebody of one team", () => {
  test.each([
    ["nodes", 1],
    ["streams", 1],
    ["events", 1],
    ["latest_values", 1],
    ["quarantine", 1],
    ["readings", 2],
    ["rollup_1m", 1],
    ["readings_1m", 1],
  ])("sees of %s only what is theirs", async (table, n) => {
    expect(await count(access("ours"), table)).toBe(n);
    expect(await count(access("ours", "theirs"), table)).toBe(2 * n);
    expect(await count(access(), table)).toBe(0);
  });

  test("reads readings of their streams, and none of the others, by every way there is", async () => {
    const store = await openTimeSeries(db.pool);
    const read = (streamId: number) =>
      access("ours").transaction((tx) => store.readRange(tx, { streamId, fromMs: T0, toMs: T0 + HOUR }));
    expect((await read(streams.ours)).values).toEqual(Float64Array.of(1, 2));
    expect((await read(streams.theirs)).values).toHaveLength(0);
    const [series] = await access("ours").transaction((tx) =>
      store.readSeries(tx, { streamIds: [streams.theirs], fromMs: T0, toMs: T0 + HOUR, maxPoints: 100 }),
    );
    expect(series?.tsMs).toHaveLength(0);
    const both = `readings_between(array[${streams.ours}, ${streams.theirs}], to_timestamp(${T0 / 1000}), to_timestamp(${T0 / 1000 + 3600}))`;
    expect(await count(access("ours"), both)).toBe(2);
    await expect(count(access("ours"), `public.${both}`)).rejects.toThrow(/permission denied/);
    await expect(count(access("ours"), "public.readings")).rejects.toThrow(/permission denied/);
  });

  test("cannot change, take or give away a row of another team", async () => {
    const taken = await access("ours").query("update nodes set name = 'mine' where id = 'theirs' returning id");
    expect(taken.rows).toEqual([]);
    await expect(
      access("ours").query("update nodes set team_id = $1 where id = 'ours'", [teams.theirs]),
    ).rejects.toThrow(/row-level security/);
    await expect(
      access("ours").query("insert into nodes (id, team_id) values ('planted', $1)", [teams.theirs]),
    ).rejects.toThrow(/row-level security/);
  });

  test("writes the audit log of their organisation only, and never changes it", async () => {
    const write = (orgId: string) =>
      access("ours").query(
        "insert into audit_log (org_id, actor_kind, actor_id, actor_name, action, subject) values ($1, 'user', 'a', 'a', 'x.y', 'z')",
        [orgId],
      );
    await write(org);
    const other = await db.owner.query<{ id: string }>("insert into orgs (name) values ('Other') returning id");
    await expect(write(other.rows[0]?.id ?? "")).rejects.toThrow(/row-level security/);
    for (const change of ["update audit_log set subject = 'q'", "delete from audit_log", "truncate audit_log"]) {
      await expect(access("ours").query(change)).rejects.toThrow(/permission denied/);
      await expect(db.owner.query(change)).rejects.toThrow(/only ever added to/);
    }
  });
});

test("settings and role end with the transaction: the next one on the same connection starts with nothing", async () => {
  const { openPool } = await import("./client");
  const one = openPool(db.appUrl, { max: 1, applicationName: "test-one", statementTimeoutMs: 5_000 });
  try {
    await new Access(one, { orgId: org, ownerId: "x", teamIds: [teams.ours] }).query("select 1");
    const { rows } = await one.query(
      "select current_user::text as who, app_teams() as teams, current_setting('search_path') as path",
    );
    expect(rows).toEqual([{ who: "throughline_app", teams: null, path: '"$user", public' }]);
    await expect(new Access(one, { orgId: org, ownerId: "x", teamIds: [] }).query("select 1 / 0")).rejects.toThrow();
    expect((await one.query("select current_user::text as who")).rows).toEqual([{ who: "throughline_app" }]);
  } finally {
    await one.end();
  }
});

test("a node that moves takes its streams and refused messages along; strangers wait with the first team", async () => {
  await db.owner.query("insert into nodes (id, team_id) values ('mover', $1)", [teams.ours]);
  await db.owner.query("insert into streams (node_id, key) values ('mover', 'm')");
  await db.owner.query("update nodes set team_id = $1 where id = 'mover'", [teams.theirs]);
  expect(await count(access("theirs"), "streams where key = 'm'")).toBe(1);
  await db.pool.query(
    "insert into quarantine (node_id, topic, reason, message, payload) values ('stranger', 't', 'E', 'm', 'x')",
  );
  expect(await count(access("ours", "theirs"), "quarantine where node_id = 'stranger'")).toBe(0);
});
