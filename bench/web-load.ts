import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { cloneTestDb, type TestDb } from "@/db/testing";
import startTestServer from "@/db/testing-server";
import { openVisit } from "@/server/core/context";
import { sessionCookieName } from "@/server/core/deployment";
import { can, type Principal } from "@/server/core/domain/permissions";
import { sealSession, startSession } from "@/server/core/session";
import { startTestWeb, type TestWeb } from "@/server/testing-web";

/**
 * The web process with a plant of 5,000 nodes and 50,000 streams: how long the fleet takes, what 200 people who poll cost, how soon 50
 * browsers that listen are told, and what one check of a permission costs. The database is on this machine, without durability: nothing is
 * written but sessions. Half of the people see every team, the others one team each: answers are shared by those who see the same rows,
 * so one pool of executives would ask the database once for all of them.
 */
const NODES = 5_000;
const STREAMS_EACH = 10;
const TEAMS = 40;
const PEOPLE = 200;
/** Longer than an answer is shared (USABLE_MS of server/core/shared-reads.ts): the next one asks the database again. */
const COLD_AFTER_MS = 3_200;
const COLD_READS = Number(process.env.BENCH_COLD_READS ?? 20);
const LOOK_UPS = 300;
const BROWSERS = 50;
/** What a page with the usual time range does. */
const POLL_EVERY_MS = 10_000;
const POLL_FOR_MS = Number(process.env.BENCH_SECONDS ?? 30) * 1_000;
/** Events that all browsers are told, further apart than what the web process gathers for (250 ms), so that each is one message. */
const EVENTS = 60;
const EVENT_EVERY_MS = 330;
const EVENT_STREAM = 1;
const EVENT_BASE = 1_000_000;
const LatestMessage = z.object({
  readings: z.array(z.object({ id: z.int(), value: z.number().nullable() })).optional(),
});
const SECRET = randomBytes(48).toString("base64");

const stopServer = await startTestServer();
const db = await cloneTestDb();
let web: TestWeb | null = null;
try {
  await fill(db);
  const { cookies, everywhere } = await signIn(db, PEOPLE);
  web = await startTestWeb({ DATABASE_URL: db.appUrl, THROUGHLINE_SECRET: SECRET });
  await measureFleet(web, everywhere[0] ?? "");
  await measurePolling(web, cookies);
  await measureListening(web, db, everywhere);
  await measurePermission(db, cookies);
} finally {
  await web?.stop();
  await db.drop();
  await stopServer();
}

async function fill({ owner }: TestDb): Promise<void> {
  await owner.query("insert into teams (org_id, name) select first_org(), 'team ' || i from generate_series(1, $1) i", [
    TEAMS,
  ]);
  await owner.query(
    `insert into nodes (team_id, id, status, online, born_at, last_seen_at, buffer_bytes, buffer_limit_bytes, clock_source, clock_offset_ms, clock_error_ms)
     select (select id from teams where name = 'team ' || i % $2 + 1), 'edge-' || lpad(i::text, 4, '0'), 'accepted', i % 50 <> 0, now() - interval '1 day', now(), 1e6, 5e8, 'ntp', 3, 2 from generate_series(1, $1) i`,
    [NODES, TEAMS],
  );
  await owner.query(
    "insert into ingest_lanes (node_id, epoch, lane, last_batch_at) select id, '01JD8V9C0Z0000000000000000', 'telemetry', now() from nodes",
  );
  await owner.query("insert into devices (node_id, key) select id, 'pump-1' from nodes");
  await owner.query(
    `insert into streams (node_id, device_id, key, unit, rate_hz, status) select d.node_id, d.id, 'pump-1/s' || k, 'mm/s', 10, 'accepted' from devices d cross join generate_series(1, $1) k`,
    [STREAMS_EACH],
  );
  await owner.query("insert into latest_values (stream_id, ts, value) select id, now(), 1.5 from streams");
  await owner.query("analyze");
}

/**
 * People with a session each, as signing in would make them: every other one an executive, who sees all teams, the others technicians of
 * one team after the other. @returns the cookies of all, and of those who see everything
 */
async function signIn({ owner }: TestDb, count: number): Promise<{ cookies: string[]; everywhere: string[] }> {
  const cookies: string[] = [];
  for (let i = 0; i < count; i++) {
    const { rows } = await owner.query<{ id: string }>("insert into users (email, name) values ($1, $1) returning id", [
      `person-${i}@bench.invalid`,
    ]);
    const userId = rows[0]?.id ?? "";
    await owner.query(
      `insert into memberships (user_id, role, team_id, granted_by)
       select $1, $2, case when $2 = 'technician' then (select id from teams where name = $3) end, 'bench'`,
      [userId, i % 2 === 0 ? "executive" : "technician", `team ${((i >> 1) % TEAMS) + 1}`],
    );
    const sid = await startSession(owner, { userId, ip: "127.0.0.1", userAgent: "bench" });
    const sealed = await sealSession(sid, SECRET);
    cookies.push(`${sessionCookieName(false)}=${sealed}`);
  }
  return { cookies, everywhere: cookies.filter((_, i) => i % 2 === 0) };
}

async function measureFleet({ url, pid }: TestWeb, cookie: string): Promise<void> {
  const load = async () => {
    const started = performance.now();
    const answer = await fetch(`${url}/fleet`, { headers: { cookie }, redirect: "manual" });
    const page = await answer.text();
    if (answer.status !== 200 || !page.includes("edge-0050")) throw new Error(`/fleet answered ${answer.status}`);
    return performance.now() - started;
  };
  const took: number[] = [];
  for (let i = 0; i < 10; i++) await load();
  const cpuBefore = cpuMs(pid);
  for (let i = 0; i < 60; i++) took.push(await load());
  const cpuEach = Math.round((cpuMs(pid) - cpuBefore) / took.length);
  const cold: number[] = [];
  for (let i = 0; i < COLD_READS; i++) {
    await sleep(COLD_AFTER_MS);
    cold.push(await load());
  }
  report("web.fleet_p95_ms", at(took, 0.95), "ms", "<= 150", took.length, {
    p50: at(took, 0.5),
    cpu_ms_each: cpuEach,
    cold_p95: at(cold, 0.95),
    cold_p50: at(cold, 0.5),
    cold_n: cold.length,
    note: "one after the other, with answers shared for up to 3 s; cold_* after a pause, with every answer read from the database",
  });
}

async function measurePolling({ url, pid }: TestWeb, cookies: readonly string[]): Promise<void> {
  const took: number[] = [];
  let errors = 0;
  let peakMb = 0;
  const cpuBefore = cpuMs(pid);
  const end = performance.now() + POLL_FOR_MS;
  const poll = async (cookie: string, first: number) => {
    await new Promise((later) => setTimeout(later, first));
    while (performance.now() < end) {
      const started = performance.now();
      const input = { json: { q: "", show: "all", cursor: null } };
      const answer = await fetch(`${url}/api/trpc/fleet.list,fleet.waiting?batch=1`, {
        method: "POST",
        headers: { cookie, "content-type": "application/json", "x-tl": "1" },
        body: JSON.stringify({ 0: input, 1: { json: null, meta: { values: ["undefined"] } } }),
      });
      const text = await answer.text();
      took.push(performance.now() - started);
      if (answer.status !== 200 || text.includes('"error"')) errors += 1;
      peakMb = Math.max(peakMb, rssMb(pid));
      await new Promise((later) => setTimeout(later, Math.max(0, POLL_EVERY_MS - (performance.now() - started))));
    }
  };
  await Promise.all(cookies.map((cookie, i) => poll(cookie, (i / cookies.length) * POLL_EVERY_MS)));
  report("web.poll_200_p95_ms", at(took, 0.95), "ms", "<= 250", took.length, {
    p50: at(took, 0.5),
    errors,
    rss_mb: peakMb,
    cpu_ms_each: Math.round(((cpuMs(pid) - cpuBefore) / took.length) * 10) / 10,
    scopes: TEAMS + 1,
    note: "half of the people see every team, the others one of the teams each: answers are shared within a scope only",
  });
  report("web.poll_200_rss_mb", peakMb, "MB", "<= 450", took.length);
  if (errors > 0) process.exitCode = 1;
}

/**
 * Values that move as ingest moves them: committed, then told over the database. Each value is the number of its event, so that a browser
 * that is told only the newest of several has seen those before it as well.
 */
async function measureListening({ url, pid }: TestWeb, { owner }: TestDb, cookies: readonly string[]): Promise<void> {
  const stop = new AbortController();
  const writtenMs: number[] = [];
  const delays: number[] = [];
  const browsers = cookies.slice(0, BROWSERS).map(async (cookie) => {
    const answer = await fetch(`${url}/api/live?streams=${EVENT_STREAM},2,3`, {
      headers: { cookie },
      signal: stop.signal,
    });
    if (answer.status !== 200) return { isOpen: false, listening: Promise.resolve() };
    return { isOpen: true, listening: listen(answer, writtenMs, delays).catch(ignoreAbort) };
  });
  const opened = await Promise.all(browsers);
  await sleep(2_000); // what it is told at the start is not an event
  for (let i = 0; i < EVENTS; i++) {
    writtenMs[i] = performance.now();
    await owner.query(
      `with moved as (update latest_values set ts = now(), value = $2, received_at = now() where stream_id = $1 returning stream_id)
       select pg_notify('tl_latest', json_build_object('streams', json_agg(stream_id))::text) from moved`,
      [EVENT_STREAM, EVENT_BASE + i],
    );
    await sleep(EVENT_EVERY_MS);
  }
  await sleep(2_000);
  const heldMb = rssMb(pid);
  stop.abort();
  const open = opened.filter(({ isOpen }) => isOpen).length;
  await Promise.all(opened.map(({ listening }) => listening));
  report("web.sse_50_open", open, "browsers", "= 50", delays.length, { rss_mb: heldMb });
  report("web.sse_50_seen", delays.length, "events", `= ${BROWSERS * EVENTS}`, delays.length);
  report("web.sse_50_delay_p95_ms", at(delays, 0.95), "ms", "<= 500", delays.length, {
    p50: at(delays, 0.5),
    max: at(delays, 0.9999),
  });
}

/** Reads one browser's events until it is closed, and notes how long after it was written each was there. */
async function listen({ body }: Response, writtenMs: readonly number[], delays: number[]): Promise<void> {
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  let seen = -1;
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    const nowMs = performance.now();
    const events = (text + part.value).split("\n\n");
    text = events.pop() ?? "";
    for (const event of events.filter((line) => line.startsWith("data: "))) {
      const { readings = [] } = LatestMessage.parse(JSON.parse(event.slice("data: ".length)));
      const value = readings.find(({ id }) => id === EVENT_STREAM)?.value ?? 0;
      for (; seen < value - EVENT_BASE; seen++) {
        delays.push(nowMs - (writtenMs[seen + 1] ?? Number.NaN));
      }
    }
  }
}

function ignoreAbort(cause: unknown): void {
  if (!(cause instanceof Error && cause.name === "AbortError")) throw cause;
}

/** The check by itself, and with what a request does before it: open the cookie, look up the session, its roles and the teams. */
async function measurePermission({ pool }: TestDb, cookies: readonly string[]): Promise<void> {
  process.env.THROUGHLINE_SECRET = SECRET;
  const withLookUp: number[] = [];
  for (let i = 0; i < LOOK_UPS; i++) {
    const headers = new Headers({ cookie: cookies[i % cookies.length] ?? "" });
    const began = performance.now();
    await openVisit(pool, headers).as("stream.read");
    withLookUp.push(performance.now() - began);
  }
  const memberships = Array.from({ length: 20 }, (_, i) => ({ role: "technician" as const, teamId: `t${i}` }));
  const principal: Principal = { kind: "user", memberships };
  const n = 200_000;
  const started = performance.now();
  let allowed = 0;
  for (let i = 0; i < n; i++) if (can(principal, "stream.read", { teamId: `t${i % 25}` })) allowed += 1;
  report("web.permission_check_ms", (performance.now() - started) / n, "ms", "<= 0.1", n, {
    allowed,
    with_look_up_p95: at(withLookUp, 0.95),
    with_look_up_p50: at(withLookUp, 0.5),
    with_look_up_n: withLookUp.length,
    note: "the table of permissions alone; with_look_up_* with cookie, session, roles and teams, as each request does once",
  });
}

function at(took: readonly number[], share: number): number {
  const sorted = took.toSorted((a, b) => a - b);
  return Math.round((sorted[Math.floor(sorted.length * share)] ?? Number.NaN) * 10) / 10;
}

function rssMb(pid: number): number {
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1_024);
}

/** Processor time a process has used, ms; unlike a time by the clock it says the same on a busy machine. */
function cpuMs(pid: number): number {
  // proc(5): after the name in brackets, the 12th and 13th field are user and system time in ticks of 10 ms
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** A figure as one JSON line; one that misses its goal makes the run fail. */
function report(figure: string, value: number, unit: string, goal: string, n: number, more: object = {}): void {
  process.stdout.write(`${JSON.stringify({ area: "web", figure, value, unit, goal, n, ...more })}\n`);
  const limit = Number(goal.split(" ")[1]);
  if (goal.startsWith("=") ? value !== limit : !(value <= limit)) process.exitCode = 1;
}
