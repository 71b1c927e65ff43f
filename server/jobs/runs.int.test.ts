import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { cloneTestDb, type TestDb, untilSettled } from "@/db/testing";
import { openTimeSeries } from "@/db/timeseries/open";
import { contextFor } from "@/server/core/context";
import type { Action } from "@/server/core/domain/permissions";
import { openLogger } from "@/server/core/logger";
import { findOwner } from "@/server/identity/owner-queries";
import { openObjectStore } from "@/server/models/objects/store";
import { keepAnchors, readKeptAnchors } from "./anchors";
import type { Kind } from "./domain/kinds";
import { exportReadings } from "./kinds/export-readings";
import { recomputeRollups } from "./kinds/recompute-rollups";
import { solvePortfolioPlan } from "./kinds/solve-plan";
import { verifyAudit } from "./kinds/verify-audit";
import { findExport, findRun, listOwnRuns } from "./queries";
import { type Attempt, type RunParts, Runs, type Work } from "./runs";
import { cancelRun, repeatRun, startExport, startRecompute, startVerifyAudit } from "./verbs";

const KINDS: Record<Kind, Work> = {
  "export-readings": exportReadings,
  "recompute-rollups": recomputeRollups,
  "verify-audit": verifyAudit,
  "solve-plan": solvePortfolioPlan,
};
const DAY = 86_400_000;
const T0 = Date.UTC(2026, 9, 7);
const RANGE = { fromMs: T0, toMs: T0 + 2 * DAY };
const folder = mkdtempSync(join(tmpdir(), "tl-runs-"));
const objects = openObjectStore(pathToFileURL(folder).href);
let db: TestDb;
let parts: RunParts;
let runs: Runs;
const people = { technician: "", scientist: "", admin: "", auditor: "" };
const streams = { ours: 0, theirs: 0 };

beforeAll(async () => {
  db = await cloneTestDb();
  const org = (await db.owner.query<{ id: string }>("select id from orgs")).rows[0]?.id;
  const addTeam = async (name: string) =>
    (await db.owner.query<{ id: string }>("insert into teams (org_id, name) values ($1, $2) returning id", [org, name]))
      .rows[0]?.id ?? "";
  const team = { ours: await addTeam("ours"), theirs: await addTeam("theirs") };
  for (const name of ["ours", "theirs"] as const) {
    await db.owner.query("insert into nodes (id, status, team_id) values ($1, 'accepted', $2)", [name, team[name]]);
    const made = await db.owner.query<{ id: number }>(
      "insert into streams (node_id, key, status) values ($1, 'pump/flow', 'accepted') returning id",
      [name],
    );
    streams[name] = made.rows[0]?.id ?? 0;
  }
  for (const [name, role, teamId] of [
    ["technician", "technician", team.ours],
    ["scientist", "data-scientist", team.theirs],
    ["admin", "admin", null],
    ["auditor", "auditor", null],
  ] as const) {
    const user = await db.owner.query<{ id: string }>("insert into users (email, name) values ($1, $2) returning id", [
      `${name}@test.invalid`,
      name,
    ]);
    people[name] = user.rows[0]?.id ?? "";
    await db.owner.query("insert into memberships (user_id, team_id, role, granted_by) values ($1, $2, $3, 'test')", [
      people[name],
      teamId,
      role,
    ]);
  }
  const store = await openTimeSeries(db.pool);
  await store.prepare(db.pool, RANGE.fromMs, RANGE.toMs);
  const n = 5_000;
  const every = (2 * DAY) / n;
  const tx = await db.pool.connect();
  await store.write(tx, [
    {
      streamId: streams.ours,
      tsMs: Float64Array.from({ length: n }, (_, i) => T0 + i * every),
      values: Float64Array.from({ length: n }, (_, i) => i),
      quality: null,
    },
  ]);
  tx.release();
  await untilSettled(db.pool);
  await store.rollUp(db.pool);
  parts = { pool: db.pool, store, objects: () => objects, sealKey: "s".repeat(40), log: openLogger("t", "silent") };
});
beforeEach(() => {
  runs = new Runs(parts, KINDS, "test");
});
afterAll(async () => {
  await db.drop();
  rmSync(folder, { recursive: true, force: true });
});

async function as(name: keyof typeof people, action: Action) {
  return contextFor(db.pool, await findOwner(db.pool, people[name]), action);
}
const exported = async (name: keyof typeof people = "technician") =>
  startExport(await as(name, "stream.export"), { streamIds: [streams.ours], ...RANGE });
const stateOf = async (id: string) => findRun(db.owner, id, null);
const toldTo = async (id: string, name: keyof typeof people) =>
  (
    await db.owner.query<{ kind: string; href: string }>(
      "select kind, href from notifications where owner_id = $1 and key = $2",
      [people[name], id],
    )
  ).rows;
const processDied = (id: string) =>
  db.owner.query("update job_runs set heard_at = now() - interval '1 minute' where id = $1", [id]);

/** Work that waits until it is told to go on, and counts how often it was begun. */
function heldWork(): { work: Record<Kind, Work>; began: Promise<Attempt>; goOn: () => void } {
  let began: (attempt: Attempt) => void = () => undefined;
  let goOn = (): void => undefined;
  const beginning = new Promise<Attempt>((done) => {
    began = done;
  });
  const going = new Promise<void>((done) => {
    goOn = done;
  });
  const work: Work = async (attempt) => {
    await attempt.progress({ done: 3, total: 10, counted: "steps", checkpoint: { next: 3 } });
    began(attempt);
    await going;
    await attempt.progress({ done: 4, total: 10, counted: "steps", checkpoint: { next: 4 } });
    return { result: null, says: "All steps." };
  };
  return {
    work: { "export-readings": work, "recompute-rollups": work, "verify-audit": work, "solve-plan": work },
    began: beginning,
    goOn,
  };
}

test("an export is one CSV file with every reading, its owner is told, and a worker is woken by the queue's own row", async () => {
  const { id } = await exported();
  const queued = await db.owner.query("select 1 from graphile_worker.jobs where key = $1", [`run:${id}`]);
  expect(queued.rowCount).toBe(1);
  await runs.take(id);
  const run = await stateOf(id);
  expect(run).toMatchObject({
    state: "done",
    done: 2,
    total: 2,
    counted: "days of readings",
    error: null,
    attempts: 1,
  });
  const { sql } = await as("technician", "stream.export");
  const file = await findExport(sql, id, people.technician);
  expect(file).toMatchObject({ readings: 5_000, name: `readings_${streams.ours}_20261007_20261009.csv.gz` });
  const bytes = await Promise.all((file?.parts ?? []).map(({ digest }) => objects.get(digest)));
  const lines = gunzipSync(Buffer.concat(bytes.map((part) => Buffer.from(part ?? []))))
    .toString()
    .trimEnd()
    .split("\n");
  expect(lines[0]).toBe("stream_id,ts,value,quality");
  expect(lines.slice(1).map((line) => Number(line.split(",")[2]))).toEqual(Array.from({ length: 5_000 }, (_, i) => i));
  expect(await toldTo(`job:${id}`, "technician")).toEqual([{ kind: "job-done", href: `/jobs/${id}` }]);
});

test("I01 nobody exports, sees, repeats or cancels what is another team's", async () => {
  await expect(exported("scientist")).rejects.toMatchObject({ code: "not_found", detail: { field: "streamIds" } });
  const { id } = await exported();
  const theirs = await as("scientist", "jobs.own");
  expect(await findRun(theirs.sql, id, null)).toBeNull();
  expect(await listOwnRuns(theirs.sql, people.technician)).toEqual([]);
  await expect(cancelRun(theirs, { id })).rejects.toMatchObject({ code: "not_found" });
  await expect(repeatRun(theirs, { id })).rejects.toMatchObject({ code: "not_found" });
  expect((await findRun((await as("admin", "jobs.read")).sql, id, null))?.id).toBe(id);
  await cancelRun(await as("admin", "jobs.manage"), { id });
  expect(await stateOf(id)).toMatchObject({ state: "cancelled", cancelAskedBy: "admin" });
});

test("an export reads what its owner may read when it runs, not when they asked", async () => {
  const { id } = await exported();
  await db.owner.query("update users set disabled_at = now() where id = $1", [people.technician]);
  await runs.take(id);
  await db.owner.query("update users set disabled_at = null where id = $1", [people.technician]);
  expect(await stateOf(id)).toMatchObject({
    state: "failed",
    error: expect.stringContaining("disabled"),
    result: null,
  });
});

test("a run that is under way ends where it is when somebody cancels it, and can be repeated", async () => {
  const held = heldWork();
  runs = new Runs(parts, held.work, "test");
  const { id } = await exported();
  const taken = runs.take(id);
  await held.began;
  const owner = await as("technician", "jobs.own");
  await cancelRun(owner, { id });
  await expect(cancelRun(owner, { id })).rejects.toThrow("being cancelled already");
  await expect(repeatRun(owner, { id })).rejects.toThrow("still under way");
  held.goOn();
  await taken;
  expect(await stateOf(id)).toMatchObject({ state: "cancelled", done: 4, total: 10 });
  const again = await repeatRun(owner, { id });
  expect(await stateOf(again.id)).toMatchObject({ state: "queued", repeats: id });
  await cancelRun(owner, again);
  await runs.take(again.id);
  expect(await stateOf(again.id)).toMatchObject({ state: "cancelled", attempts: 0 });
  const { rows } = await db.owner.query("select action from audit_log where subject = any ($1) order by n", [
    [`job:${id}`, `job:${again.id}`],
  ]);
  expect(rows.map((row: { action: string }) => row.action)).toEqual([
    "job.start",
    "job.cancel",
    "job.start",
    "job.cancel",
  ]);
});

test("when its process dies another goes on from the checkpoint, and the dead one writes nothing any more", async () => {
  const dead = heldWork();
  const { id } = await exported();
  const died = new Runs(parts, dead.work, "dead").take(id);
  await dead.began;
  expect(await runs.takeUp()).toEqual({ again: 0, given_up: 0 });
  await processDied(id);
  expect(await runs.takeUp()).toEqual({ again: 1, given_up: 0 });

  const next = heldWork();
  const living = new Runs(parts, next.work, "living").take(id);
  expect((await next.began).checkpoint).toEqual({ next: 3 });
  dead.goOn();
  await died;
  expect(await stateOf(id)).toMatchObject({ state: "running", attempts: 2, worker: "living", done: 3 });
  next.goOn();
  await living;
  expect(await stateOf(id)).toMatchObject({ state: "done", attempts: 2 });
});

test("a run that kills its process three times is given up, and its owner is told", async () => {
  const { id } = await exported();
  await db.owner.query("update job_runs set state = 'running', attempts = 3 where id = $1", [id]);
  await processDied(id);
  expect(await runs.takeUp()).toEqual({ again: 0, given_up: 1 });
  expect(await stateOf(id)).toMatchObject({ state: "failed", error: expect.stringContaining("died 3 times") });
  expect(await toldTo(`job:${id}`, "technician")).toEqual([{ kind: "job-failed", href: `/jobs/${id}` }]);
});

test("a process that is stopped in order gives its runs back without counting the attempt", async () => {
  const held = heldWork();
  runs = new Runs(parts, held.work, "test");
  const { id } = await exported();
  const taken = runs.take(id);
  await held.began;
  runs.stop();
  held.goOn();
  await taken;
  expect(await stateOf(id)).toMatchObject({ state: "queued", attempts: 0, worker: null });
  await new Runs(parts, KINDS, "next").take(id);
  expect(await stateOf(id)).toMatchObject({ state: "done", attempts: 1 });
});

test("an export goes on behind the parts that are kept", async () => {
  const { id } = await exported();
  await runs.take(id);
  const whole = (await stateOf(id))?.result;
  const again = await repeatRun(await as("technician", "jobs.own"), { id });
  // The first day of two, as an attempt would have left it that died after it.
  const first = await startExport(await as("technician", "stream.export"), {
    streamIds: [streams.ours],
    fromMs: T0,
    toMs: T0 + DAY,
  });
  await runs.take(first.id);
  const half = (await stateOf(first.id))?.result;
  await db.owner.query(
    "update job_runs set checkpoint = jsonb_build_object('next', 1, 'parts', $2::jsonb -> 'parts', 'readings', $2::jsonb -> 'readings') where id = $1",
    [again.id, JSON.stringify(half)],
  );
  await runs.take(again.id);
  expect((await stateOf(again.id))?.result).toMatchObject({ readings: 5_000 });
  expect(whole).toMatchObject({ readings: 5_000 });
});

test("rollups computed anew are what the readings say", async () => {
  const figures = async () =>
    (
      await db.owner.query(
        "select n::int, vmin, vmax, vsum from rollup_1m where stream_id = $1 union all select n::int, vmin, vmax, vsum from rollup_1h where stream_id = $1 union all select n::int, vmin, vmax, vsum from rollup_1d where stream_id = $1 order by 1, 2, 3, 4",
        [streams.ours],
      )
    ).rows;
  const before = await figures();
  expect(before.length).toBeGreaterThan(100);
  await db.owner.query("update rollup_1m set vsum = vsum + 1000, vmax = 1e9 where stream_id = $1", [streams.ours]);
  await db.owner.query("delete from rollup_1h where stream_id = $1", [streams.ours]);
  await db.owner.query("update rollup_1d set n = 1 where stream_id = $1", [streams.ours]);
  const { id } = await startRecompute(await as("admin", "jobs.manage"), { streamIds: [streams.ours], ...RANGE });
  await runs.take(id);
  expect(await stateOf(id)).toMatchObject({ state: "done", done: 2, total: 2 });
  expect(await figures()).toEqual(before);
});

test("the audit log is verified against heads outside of the database, and whoever reads it is told when it is broken", async () => {
  await expect(keepAnchors(parts)).resolves.toEqual({ kept: 1 });
  await expect(keepAnchors(parts)).resolves.toEqual({ kept: 0 });
  const whole = await startVerifyAudit(await as("auditor", "audit.export"));
  await runs.take(whole.id);
  expect(await stateOf(whole.id)).toMatchObject({ state: "done", result: { anchors: 1 } });

  await expect(readKeptAnchors({ ...parts, sealKey: null })).rejects.toThrow("no secret to read their seal");

  await db.owner.query("alter table audit_log disable trigger user");
  await db.owner.query("create table kept as table audit_log");
  await db.owner.query("delete from audit_log where n > 3");
  const broken = await db.owner.query<{ id: string }>(
    "insert into job_runs (org_id, owner_id, owner_name, kind, title, input) select id, $1, 'auditor', 'verify-audit', 't', '{}' from orgs returning id",
    [people.auditor],
  );
  const id = broken.rows[0]?.id ?? "";
  await runs.take(id);
  await db.owner.query("insert into audit_log select * from kept where n > 3 order by n");
  await db.owner.query("drop table kept; alter table audit_log enable trigger user");
  expect(await stateOf(id)).toMatchObject({ state: "failed", error: expect.stringContaining("row 4 is missing") });
  expect(await toldTo("audit-broken", "admin")).toEqual([{ kind: "audit-broken", href: "/admin/audit" }]);
  expect(await toldTo("audit-broken", "technician")).toEqual([]);
});

test("nobody fills the queue", async () => {
  const started = [];
  for (let i = 0; i < 5; i++) started.push(await exported("admin"));
  await expect(exported("admin")).rejects.toMatchObject({ code: "busy" });
  for (const run of started) await cancelRun(await as("admin", "jobs.manage"), run);
});

test("the log keeps its newest lines", async () => {
  const { id } = await exported();
  const chatty: Work = async (attempt) => {
    for (let i = 0; i < 320; i++) await attempt.say(`line ${i}`);
    return { result: null, says: "last" };
  };
  await new Runs(parts, { ...KINDS, "export-readings": chatty }, "test").take(id);
  const lines = (await stateOf(id))?.lines ?? [];
  expect(lines.length).toBe(300);
  expect(lines.at(-1)?.text).toBe("last");
});
