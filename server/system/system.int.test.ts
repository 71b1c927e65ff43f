import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cloneTestDb, type TestDb } from "@/db/testing";
import { contextFor } from "@/server/core/context";
import { doorAccess } from "@/server/core/door";
import type { Action } from "@/server/core/domain/permissions";
import { startHeartbeat } from "@/server/core/heartbeat";
import { findOwner } from "@/server/identity/owner-queries";
import { measureStorage } from "@/server/jobs/measure";
import { cleanUp, noteRetention } from "@/server/jobs/retention";
import { noteSchedules, turn } from "@/server/jobs/schedules";
import { warnOfTokens, watchQuarantine } from "@/server/jobs/watch";
import { openObjectStore } from "@/server/models/objects/store";
import { getParts, getStorage, listRetention, previewRetention } from "./queries";
import { setRetention } from "./verbs";

const folder = mkdtempSync(join(tmpdir(), "tl-system-"));
const store = openObjectStore(pathToFileURL(folder).href);
const objects = () => store;
let db: TestDb;
let admin = "";
let org = "";

beforeAll(async () => {
  db = await cloneTestDb();
  org = (await db.owner.query<{ id: string }>("select id from orgs")).rows[0]?.id ?? "";
  const { rows } = await db.owner.query<{ id: string }>(
    "insert into users (email, name) values ('admin@test.invalid', 'Ada') returning id",
  );
  admin = rows[0]?.id ?? "";
  await db.owner.query("insert into memberships (user_id, role, granted_by) values ($1, 'admin', 'test')", [admin]);
});
afterAll(async () => {
  await db.drop();
  rmSync(folder, { recursive: true, force: true });
});

const as = async (action: Action) => contextFor(db.pool, await findOwner(db.pool, admin), action);

test("a process that beats is seen by whoever may look, with what it says of itself; a failing beat is told", async () => {
  const failures: unknown[] = [];
  const beating = (name: string, sql = doorAccess(db.pool)) =>
    startHeartbeat(sql, {
      ...{ kind: "web" as const, name, failed: (cause: unknown) => failures.push(cause) },
      health: () => ({ ok: true, liveBrowsers: 3 }),
    });
  const stop = beating("web a:3000");
  const { sql } = await as("system.read");
  const part = async () => (await getParts(sql, Date.now())).find(({ name }) => name === "web a:3000");
  await expect.poll(part).toMatchObject({ kind: "web", status: "ok", version: expect.stringMatching(/^\d+\.\d+/) });
  await stop();
  expect(await part()).toMatchObject({ status: "unknown", words: expect.stringContaining("stopped in order") });
  expect(failures).toEqual([]);
});

test("what nobody has measured is unknown; then the store is tried, counted, and the growth follows", async () => {
  const { sql } = await as("system.read");
  const part = async () => (await getParts(sql, Date.now())).find(({ kind }) => kind === "object store");
  expect(await part()).toMatchObject({ status: "unknown" });
  await noteSchedules(db.pool);
  await turn(db.pool, "measure-storage", () => measureStorage({ pool: db.pool, objects }));
  expect(await part()).toMatchObject({ status: "ok", name: folder });
  const first = await getStorage(sql, Date.now());
  expect(first.freeBytes).toBeGreaterThan(0);
  expect(first.rows.find(({ what }) => what === "objects")).toMatchObject({ bytes: 56, bytesPerDay: null });
  await db.owner.query("update storage_samples set at = at - interval '1 day'");
  await store.put(Buffer.alloc(1_000));
  await turn(db.pool, "measure-storage", () => measureStorage({ pool: db.pool, objects }));
  const then = await getStorage(sql, Date.now());
  expect(then.rows.find(({ what }) => what === "objects")?.bytesPerDay).toBeCloseTo(1_000, -1);
  const broken = () => {
    throw new Error("connection refused");
  };
  await turn(db.pool, "measure-storage", () => measureStorage({ pool: db.pool, objects: broken }));
  expect(await part()).toMatchObject({ status: "bad", words: "connection refused" });
});

test("a preview says what goes, jobs obey what an administrator sets, and the change is in the audit log", async () => {
  const ctx = await as("system.manage");
  await expect(setRetention(ctx, { what: "sign-ins", days: 3 })).rejects.toMatchObject({ code: "invalid_state" });
  await noteRetention(db.pool, 123);
  await db.owner.query(
    "insert into login_attempts (account, ip, succeeded, at) select 'a', 'b', false, now() - make_interval(days => d) from generate_series(1, 10) d",
  );
  expect((await previewRetention(ctx.sql, { what: "sign-ins", days: 5 })).due).toBe(6);
  await setRetention(ctx, { what: "sign-ins", days: 5 });
  await noteRetention(db.pool, 456); // a restart changes what nobody set, and nothing else
  const rows = new Map((await listRetention(ctx.sql)).map((row) => [row.what, row]));
  expect(rows.get("sign-ins")).toMatchObject({ days: 5, changedBy: "Ada", due: 6 });
  expect(rows.get("readings")).toMatchObject({ days: 456, changedBy: null });
  expect(await cleanUp({ pool: db.pool, objects })).toMatchObject({ "sign-ins": 6 });
  expect((await previewRetention(ctx.sql, { what: "sign-ins", days: 5 })).due).toBe(0);
  const { rows: audited } = await db.owner.query(
    "select before, after from audit_log where subject = 'retention:sign-ins'",
  );
  expect(audited).toEqual([{ before: { days: 30 }, after: { days: 5 } }]);
});

test("what is over goes after its time: sessions, links, tokens, runs with their files; what is good stays", async () => {
  const put = (text: string) => store.put(Buffer.from(text));
  const [old, shared] = [await put("old"), await put("shared")];
  const addRun = (days: number, digests: string[]) =>
    db.owner.query(
      `insert into job_runs (org_id, owner_id, owner_name, kind, title, input, state, ended_at, result)
       values ($1, $2, 'Ada', 'export-readings', 't', '{}', 'done', now() - make_interval(days => $3), $4)`,
      [
        ...[org, admin, days],
        JSON.stringify({ parts: digests.map((digest) => ({ digest, bytes: 3 })), bytes: 3, readings: 1, name: "f" }),
      ],
    );
  await addRun(31, [old, shared]);
  await addRun(29, [shared]);
  const addSession = (last: string) =>
    db.owner.query(
      `insert into sessions (sid_hash, user_id, last_seen_at, idle_limit, expires_at) values (sha256($1::bytea), $2, now() - $3::interval, '30 minutes', now() + interval '1 hour')`,
      [Buffer.from(randomUUID()), admin, last],
    );
  for (const last of ["1 minute", "20 days"]) await addSession(last);
  const addToken = (ends: string) =>
    db.owner.query(
      `insert into api_tokens (user_id, name, token_hash, hint, created_by, created_at, expires_at) values ($1, 'n', sha256($2::bytea), 'h', 'test', now() - interval '200 days', now() + $3::interval)`,
      [admin, Buffer.from(randomUUID()), ends],
    );
  for (const ends of ["-100 days", "-80 days", "3 days"]) await addToken(ends);
  expect(await cleanUp({ pool: db.pool, objects })).toMatchObject({ files: 1, jobs: 1, tokens: 1, "sign-ins": 1 });
  expect([await store.has(old), await store.has(shared)]).toEqual([false, true]);

  expect(await warnOfTokens(db.pool)).toEqual({ told: 1 });
  expect(await warnOfTokens(db.pool)).toEqual({ told: 0 });
});

test("a node whose refused messages pile up is told to who may decide", async () => {
  await db.owner.query("insert into nodes (id, status) values ('flood', 'accepted'), ('calm', 'accepted')");
  await db.owner.query(
    "insert into quarantine (node_id, topic, reason, message, payload) select case when n <= 60 then 'flood' else 'calm' end, 't', 'E', 'm', 'x' from generate_series(1, 70) n",
  );
  expect(await watchQuarantine(db.pool)).toEqual({ told: 1 });
  const { rows } = await db.owner.query("select owner_id, href from notifications where kind = 'quarantine-growing'");
  expect(rows).toEqual([{ owner_id: admin, href: "/inbox/quarantine?node=flood" }]);
});
