import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { cloneTestDb, type TestDb } from "@/db/testing";
import { LiveHub, type LiveMessage } from "./live-hub";

let db: TestDb;
let hub: LiveHub;
const ends: (() => void)[] = [];

beforeAll(async () => {
  db = await cloneTestDb();
  await db.owner.query("insert into nodes (id, status) values ('n', 'accepted')");
  await db.owner.query("insert into streams (node_id, key) values ('n', 'a'), ('n', 'b')");
  await db.owner.query("insert into latest_values (stream_id, ts, value) select id, now(), 0 from streams");
  hub = new LiveHub(
    () => db.appUrl,
    () => undefined,
  );
});
afterEach(() => {
  for (const end of ends.splice(0)) end();
});
afterAll(() => db.drop());

function listen(streams: number[], ownerId = "somebody", seesJobs = false): LiveMessage[] {
  const heard: LiveMessage[] = [];
  ends.push(
    hub.subscribe({
      ...{ sql: db.pool, scope: "all", streams: new Set(streams), ownerId, seesJobs },
      send: (message) => heard.push(message),
    }),
  );
  return heard;
}

async function streamIds(): Promise<[number, number]> {
  const { rows } = await db.owner.query<{ id: number }>("select id from streams order by key");
  return [rows[0]?.id ?? 0, rows[1]?.id ?? 0];
}

const valuesOf = (heard: LiveMessage[], id: number) =>
  heard.flatMap((message) =>
    message.type === "latest"
      ? message.readings.filter((reading) => reading.id === id).map((reading) => reading.value)
      : [],
  );

test("a browser hears the newest value of its streams and of no others, at most every 250 ms", async () => {
  const [a, b] = await streamIds();
  const heard = listen([a]);
  await vi.waitFor(() => expect(valuesOf(heard, a)).toContain(0));
  await vi.waitFor(() => expect(heard).toContainEqual({ type: "changed", what: "nodes" })); // listening now
  const before = valuesOf(heard, a).length;
  for (let value = 1; value <= 40; value++) {
    await db.owner.query("update latest_values set value = $1 where stream_id = any($2)", [value, [a, b]]);
    await db.owner.query("select pg_notify('tl_latest', $1)", [JSON.stringify({ streams: [a, b] })]);
    await new Promise((done) => setTimeout(done, 20));
  }
  await vi.waitFor(() => expect(valuesOf(heard, a).at(-1)).toBe(40));
  expect(valuesOf(heard, a).length - before).toBeLessThan(14);
  expect(valuesOf(heard, b)).toEqual([]);
});

test("a notice too long to name streams reaches everybody, and nonsense does no harm", async () => {
  const [a] = await streamIds();
  const heard = listen([a]);
  await vi.waitFor(() => expect(heard).toContainEqual({ type: "changed", what: "nodes" }));
  await db.owner.query("update latest_values set value = 77");
  await db.owner.query(`select pg_notify('tl_latest', 'not json'), pg_notify('tl_latest', '{"streams":"many"}')`);
  await vi.waitFor(() => expect(valuesOf(heard, a)).toContain(77));
});

test("lists are told at most once a second", async () => {
  const heard = listen([]);
  await vi.waitFor(() => expect(heard).toContainEqual({ type: "changed", what: "quarantine" }));
  const count = () => heard.filter((message) => message.type === "changed" && message.what === "quarantine").length;
  const before = count();
  for (let i = 0; i < 10; i++) await db.owner.query("select pg_notify('tl_quarantine', '{}')");
  await vi.waitFor(() => expect(count()).toBe(before + 1));
});

test("a lost connection is opened again and everybody is told to read their lists", async () => {
  const heard = listen([]);
  const told = () => heard.filter((message) => message.type === "changed" && message.what === "nodes").length;
  await vi.waitFor(() => expect(told()).toBe(1));
  await db.owner.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'throughline-web-live'",
  );
  await vi.waitFor(() => expect(told()).toBe(2), { timeout: 10_000 });
});

const jobsTold = (heard: LiveMessage[]) =>
  heard.filter((message) => message.type === "changed" && message.what === "jobs").length;

test("a job is told to its owner and to who sees all jobs, and the last word of many within a second is not lost", async () => {
  const [mine, theirs, admin] = [listen([], "me"), listen([], "them"), listen([], "admin", true)];
  for (const heard of [mine, theirs, admin])
    await vi.waitFor(() => expect(heard).toContainEqual({ type: "changed", what: "jobs" }));
  const [before, theirsBefore, adminBefore] = [jobsTold(mine), jobsTold(theirs), jobsTold(admin)];
  for (let i = 0; i < 5; i++)
    await db.owner.query("select pg_notify('tl_jobs', $1)", [JSON.stringify({ owners: ["me"] })]);
  await vi.waitFor(() => expect(jobsTold(mine) - before).toBeGreaterThan(0), { timeout: 4_000 });
  // A stranger's arrives behind the second in which mine were gathered: then everything of before was told.
  await vi.waitFor(
    async () => {
      await db.owner.query("select pg_notify('tl_jobs', $1)", [JSON.stringify({ owners: ["them"] })]);
      expect(jobsTold(theirs) - theirsBefore).toBeGreaterThan(0);
    },
    { timeout: 4_000 },
  );
  expect(jobsTold(mine) - before).toBeLessThan(5);
  expect(jobsTold(admin) - adminBefore).toBeGreaterThanOrEqual(jobsTold(mine) - before);
});
