import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Client, DatabaseError, type Pool } from "pg";
import { openPool, withDatabase, withRole } from "./client";
import { TEMPLATE_DATABASE, TEST_APP_PASSWORD } from "./testing-server";

export interface TestDb {
  ownerUrl: string;
  appUrl: string;
  /** As the application role: what the product may do. */
  pool: Pool;
  /** As the owner of the tables: for arranging and looking. */
  owner: Pool;
  drop(): Promise<void>;
}

/** An own copy of the migrated database, about 50 ms; one per test file. Call `drop()` in afterAll. */
export async function cloneTestDb(): Promise<TestDb> {
  const serverUrl = testServerUrl();
  const name = `test_${randomBytes(6).toString("hex")}`;
  await onServer(serverUrl, async (admin) => {
    // CREATE DATABASE refuses a template that somebody else is copying right now: one at a time.
    await admin.query("select pg_advisory_lock(hashtext('throughline clone'))");
    await copyTemplate(admin, name);
    await admin.query(`grant connect on database ${name} to throughline_app`);
  });
  const ownerUrl = withDatabase(serverUrl, name);
  const appUrl = withRole(ownerUrl, "throughline_app", TEST_APP_PASSWORD);
  const pool = openPool(appUrl, { max: 10, applicationName: "test", statementTimeoutMs: 60_000 });
  const owner = openPool(ownerUrl, { max: 4, applicationName: "test-owner", statementTimeoutMs: 60_000 });
  return {
    ownerUrl,
    appUrl,
    pool,
    owner,
    drop: async () => {
      await Promise.all([pool.end(), owner.end()]);
      await onServer(serverUrl, (admin) => admin.query(`drop database if exists ${name} with (force)`));
    },
  };
}

/**
 * TimescaleDB's background workers look into every database from time to time, and PostgreSQL copies none that somebody is
 * connected to (55006): they are sent away and the copy is tried again.
 */
async function copyTemplate(admin: Client, name: string): Promise<void> {
  for (const deadline = Date.now() + 20_000; ; await sleep(100)) {
    try {
      await admin.query(`create database ${name} template ${TEMPLATE_DATABASE}`);
      return;
    } catch (cause) {
      const isBusy = cause instanceof DatabaseError && cause.code === "55006";
      if (!isBusy || Date.now() > deadline) throw cause;
      await admin.query("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", [
        TEMPLATE_DATABASE,
      ]);
    }
  }
}

/** An empty database without migrations, for tests of the migrations themselves. */
export async function createEmptyTestDb(): Promise<{ url: string; drop(): Promise<void> }> {
  const serverUrl = testServerUrl();
  const name = `test_${randomBytes(6).toString("hex")}`;
  await onServer(serverUrl, (admin) => admin.query(`create database ${name} template template0`));
  return {
    url: withDatabase(serverUrl, name),
    drop: () =>
      onServer(serverUrl, async (admin) => {
        await admin.query(`drop database if exists ${name} with (force)`);
      }),
  };
}

function testServerUrl(): string {
  const url = process.env.TL_TEST_PG_URL;
  if (!url) throw new Error("TL_TEST_PG_URL is not set: run this file in vitest's project int");
  return url;
}

async function onServer<T>(url: string, work: (admin: Client) => Promise<T>): Promise<void> {
  const admin = new Client({ connectionString: withDatabase(url, "postgres") });
  await admin.connect();
  try {
    await work(admin);
  } finally {
    await admin.end();
  }
}

/**
 * Waits until every transaction of the server that began before now has ended. Rollups reach exactly that far, and the test server is
 * shared: another file's open transaction would hold them back. Call before `rollUp`, `compact` or `retain` whose result is asserted.
 */
export async function untilSettled(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ xid: string }>("select pg_current_xact_id()::text as xid");
  for (;;) {
    const answer = await pool.query<{ settled: boolean }>(
      "select pg_snapshot_xmin(pg_current_snapshot()) > $1::xid8 as settled",
      [rows[0]?.xid],
    );
    if (answer.rows[0]?.settled) return;
    await new Promise((again) => setTimeout(again, 10));
  }
}
