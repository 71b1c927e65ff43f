import { copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import { withRole } from "./client";
import { migrate } from "./migrate";
import { SUPERSEDED } from "./superseded";
import { cloneTestDb, createEmptyTestDb } from "./testing";

let db: { url: string; drop(): Promise<void> };
let folder: string;
let client: Client;

beforeEach(async () => {
  db = await createEmptyTestDb();
  folder = mkdtempSync(join(tmpdir(), "tl-migrations-"));
  client = new Client({ connectionString: db.url });
  await client.connect();
  write(
    "0001-roles.sql",
    "do $$ begin create role throughline_app; exception when duplicate_object or unique_violation then null; end $$",
  );
});

afterEach(async () => {
  await client.end();
  await db.drop();
  rmSync(folder, { recursive: true, force: true });
});

function write(name: string, text: string): void {
  writeFileSync(join(folder, name), text);
}

async function one(sql: string): Promise<unknown> {
  const { rows } = await client.query({ text: sql, rowMode: "array" });
  return rows[0]?.[0];
}

test("each file is applied once, in order, also when two runs start together", async () => {
  write("0002-cities.sql", "create table cities (name text); insert into cities values ('Lyon')");
  write("0003-more.sql", "insert into cities values ('Brest')");
  const runs = await Promise.all([migrate({ url: db.url, folder }), migrate({ url: db.url, folder })]);
  expect(runs.flat().sort()).toEqual(["0001-roles.sql", "0002-cities.sql", "0003-more.sql"]);
  expect(await one("select string_agg(name, ',' order by name desc) from cities")).toBe("Lyon,Brest");
  expect(await migrate({ url: db.url, folder })).toEqual([]);
});

test("a failing file leaves nothing behind and names itself", async () => {
  write("0002-broken.sql", "create table half (x int); select 1 / 0");
  await expect(migrate({ url: db.url, folder })).rejects.toThrow(
    "0002-broken.sql failed: division by zero. Nothing of this file was kept.",
  );
  expect(await one("select to_regclass('half')")).toBeNull();
});

test("an applied file that changed is refused with the way out", async () => {
  write("0002-cities.sql", "create table cities (name text)");
  await migrate({ url: db.url, folder });
  write("0002-cities.sql", "create table cities (name text, country text)");
  await expect(migrate({ url: db.url, folder })).rejects.toMatchObject({
    code: "changed",
    message: expect.stringContaining("write the change as a new migration file"),
  });
});

test("a database of a newer release is left alone", async () => {
  write("0002-future.sql", "select 1");
  await migrate({ url: db.url, folder });
  rmSync(join(folder, "0002-future.sql"));
  await expect(migrate({ url: db.url, folder })).rejects.toMatchObject({ code: "newer_database" });
});

test("the marker no-transaction lets an index be built concurrently on a populated table", async () => {
  write(
    "0002-cities.sql",
    "create table cities (name text); insert into cities select 'c' || g from generate_series(1, 1000) g",
  );
  write(
    "0003-index.sql",
    "-- no-transaction\ncreate index concurrently if not exists cities_by_name on cities (name);\nanalyze cities;\n",
  );
  await migrate({ url: db.url, folder });
  expect(await one("select indisvalid from pg_index where indexrelid = 'cities_by_name'::regclass")).toBe(true);
});

test("a migration waits out a transaction that holds its table", async () => {
  write("0002-cities.sql", "create table cities (name text)");
  await migrate({ url: db.url, folder });
  write("0003-more.sql", "alter table cities add country text");
  await client.query("begin");
  await client.query("lock table cities in access share mode");
  const running = migrate({ url: db.url, folder });
  await new Promise((resolve) => setTimeout(resolve, 3_400)); // past the first lock timeout of 3 s
  await client.query("commit");
  expect(await running).toEqual(["0003-more.sql"]);
});

test("readers wait less than four seconds behind a migration that waits for its lock", async () => {
  write("0002-cities.sql", "create table cities (name text); insert into cities values ('Lyon')");
  await migrate({ url: db.url, folder });
  write("0003-more.sql", "alter table cities add country text");
  await client.query("begin");
  await client.query("lock table cities in access share mode");
  const running = migrate({ url: db.url, folder });
  const reader = new Client({ connectionString: db.url });
  await reader.connect();
  const queued = "select 1 from pg_locks where relation = 'cities'::regclass and not granted";
  while ((await reader.query(queued)).rows.length === 0) await new Promise((again) => setTimeout(again, 20));
  const startedMs = performance.now();
  expect((await reader.query("select name from cities")).rows).toEqual([{ name: "Lyon" }]);
  const waitedMs = performance.now() - startedMs;
  expect(waitedMs, "it did stand behind the migration").toBeGreaterThan(1_000);
  expect(waitedMs).toBeLessThan(4_000);
  await client.query("commit");
  await reader.end();
  expect(await running).toEqual(["0003-more.sql"]);
});

test("a migration that never gets its lock gives up and says whom to look for; nothing of it is kept", async () => {
  write("0002-cities.sql", "create table cities (name text)");
  await migrate({ url: db.url, folder });
  write("0003-more.sql", "create table towns (name text); alter table cities add country text");
  await client.query("begin");
  await client.query("lock table cities in access share mode");
  await expect(migrate({ url: db.url, folder, patience: { lockTimeoutMs: 50, attempts: 3 } })).rejects.toMatchObject({
    code: "locked",
    message: expect.stringMatching(/^0003-more\.sql could not get a lock in 3 attempts: .*pg_stat_activity/),
  });
  await client.query("commit");
  expect(await one("select to_regclass('towns')")).toBeNull();
  expect(await migrate({ url: db.url, folder })).toEqual(["0003-more.sql"]);
});

test("an index whose concurrent build failed is not taken for made when the file is tried again", async () => {
  write("0002-cities.sql", "create table cities (name text); insert into cities values ('Lyon'), ('Lyon')");
  write(
    "0003-index.sql",
    "-- no-transaction\ncreate unique index concurrently if not exists cities_names on cities (name);\n",
  );
  await expect(migrate({ url: db.url, folder })).rejects.toThrow(
    /^0003-index\.sql failed: could not create unique index/,
  );
  await expect(migrate({ url: db.url, folder })).rejects.toMatchObject({
    code: "failed",
    message: expect.stringContaining("drop index concurrently public.cities_names;"),
  });
  expect(await one("select count(*)::int from schema_migrations where file = '0003-index.sql'")).toBe(0);

  await client.query("delete from cities where ctid = (select min(ctid) from cities)");
  await client.query("drop index concurrently public.cities_names");
  expect(await migrate({ url: db.url, folder })).toEqual(["0003-index.sql"]);
  expect(await one("select indisvalid from pg_index where indexrelid = 'cities_names'::regclass")).toBe(true);
});

test("a role that may not make roles is told whom to ask; with the role there it goes through", async () => {
  const user = `limited_${process.pid}`;
  await client.query(
    `create role ${user} login password 'x'; grant all on schema public to ${user} with grant option; grant all on database ${new URL(db.url).pathname.slice(1)} to ${user}`,
  );
  const url = withRole(db.url, user, "x");
  write(
    "0001-roles.sql",
    "do $$ begin create role another_app; exception when insufficient_privilege then raise exception 'may not create' using hint = 'Ask an administrator'; end $$",
  );
  await expect(migrate({ url, folder })).rejects.toThrow(
    "0001-roles.sql failed: may not create. Nothing of this file was kept. Ask an administrator.",
  );
  copyFileSync(join(import.meta.dirname, "migrations", "0001-roles.sql"), join(folder, "0001-roles.sql"));
  expect(await migrate({ url, folder })).toEqual(["0001-roles.sql"]);
  await client.query(`drop owned by ${user} cascade; drop role ${user}`);
});

test("an owner that is no superuser and may read no settings applies every migration once an administrator made the roles", {
  timeout: 120_000,
}, async () => {
  const user = `owner_${process.pid}`;
  const database = new URL(db.url).pathname.slice(1);
  // What docs/operations.md tells an administrator to run; the application roles are on this server already.
  await client.query(
    `create role ${user} login password 'x'; grant throughline_web to ${user}; alter database ${database} owner to ${user}`,
  );
  try {
    const applied = await migrate({ url: withRole(db.url, user, "x"), timeseriesHome: "segments" });
    expect(applied).toEqual(readdirSync(join(import.meta.dirname, "migrations")).sort());
    expect(await one("select home from timeseries_home")).toBe("segments");
    expect(await one(`select count(*) from pg_tables where schemaname = 'public' and tableowner <> '${user}'`)).toBe(
      "0",
    );
  } finally {
    await client.query(
      `alter database ${database} owner to current_user; drop owned by ${user} cascade; drop role ${user}`,
    );
  }
});

test("a file whose text was replaced for a stated reason is accepted where it was applied with the old text", async () => {
  const name = "0005-timeseries.sql";
  const [old] = SUPERSEDED[name] ?? [];
  expect(old?.sha256).toMatch(/^[0-9a-f]{64}$/);
  expect(old?.reason).not.toBe("");
  write(name, "select 1");
  await migrate({ url: db.url, folder });
  await client.query("update schema_migrations set sha256 = $1 where file = $2", [old?.sha256, name]);
  expect(await migrate({ url: db.url, folder })).toEqual([]);
  await client.query("update schema_migrations set sha256 = 'another' where file = $1", [name]);
  await expect(migrate({ url: db.url, folder })).rejects.toMatchObject({ code: "changed" });
});

test("the application role cannot change the schema, and writes only what it is granted", async () => {
  const clone = await cloneTestDb();
  await expect(clone.pool.query("create table mine (x int)")).rejects.toThrow("permission denied for schema public");
  await expect(clone.pool.query("drop table nodes")).rejects.toThrow("must be owner");
  await expect(clone.pool.query("delete from gaps")).rejects.toThrow("permission denied");
  await expect(clone.pool.query("update schema_migrations set sha256 = ''")).rejects.toThrow("permission denied");
  await clone.pool.query("insert into nodes (id) values ('edge-1')");
  await expect(clone.pool.query("insert into nodes (id) values ('Edge 1')")).rejects.toThrow("nodes_id_check");
  await clone.drop();
});

test("the streams that wait for acceptance are found by an index of their own", async () => {
  const clone = await cloneTestDb();
  const session = await clone.owner.connect();
  try {
    await session.query("set enable_seqscan = off");
    await session.query("insert into nodes (id) values ('a')");
    const { rows } = await session.query<{ "QUERY PLAN": string }>(
      "explain select count(*) from streams where node_id = 'a' and status = 'proposed'",
    );
    expect(rows.map((row) => row["QUERY PLAN"]).join("\n")).toContain("streams_proposed");
  } finally {
    session.release(true);
    await clone.drop();
  }
});
