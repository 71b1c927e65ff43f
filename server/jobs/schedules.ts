import type { Pool } from "pg";
import { errorText } from "@/server/core/errors";
import { computeKpis, FIRST_DAYS } from "@/server/value/kpi-compute-verbs";
import { keepAnchors } from "./anchors";
import { measureStorage } from "./measure";
import { cleanUp, deleteDue, retainReadings } from "./retention";
import type { RunParts } from "./runs";
import { warnOfTokens, watchQuarantine } from "./watch";

export interface ScheduleParts extends RunParts {
  nowMs: number;
}

export interface Schedule {
  name: string;
  /** five cron fields, UTC */
  cron: string;
  /** what is logged of the run */
  run(parts: ScheduleParts): Promise<Readonly<Record<string, unknown>>>;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Partitions made ahead, so that ingest finds them at midnight. */
const PREPARE_AHEAD_MS = 14 * DAY_MS;
/** Late readings of an hour may still come for this long before its segments are joined. */
const COMPACT_AFTER_MS = HOUR_MS;
const HELD_PER_NODE = 20_000;
const HELD_BYTES_PER_NODE = 256 * 1024 * 1024;
const SILENT_AFTER_MINUTES = 5;

/** Windows of KPIs that are looked at again each hour; once at night, all of a baseline. */
const KPI_AGAIN_DAYS = 3;
const KPI_NIGHT_HOUR = 4;

/** Each schedule is put into the queue once per tick, whatever the number of replicas, and run by one of them. */
export const SCHEDULES: readonly Schedule[] = [
  {
    name: "compact",
    cron: "7 * * * *",
    run: ({ pool, store, nowMs }) => store.compact(pool, { closedBeforeMs: nowMs - COMPACT_AFTER_MS }),
  },
  {
    name: "retain-readings",
    cron: "23 3 * * *",
    run: ({ nowMs, ...parts }) => retainReadings(parts, nowMs),
  },
  {
    name: "prepare-partitions",
    cron: "*/30 * * * *",
    run: async ({ pool, store, nowMs }) => {
      await store.prepare(pool, nowMs, nowMs + PREPARE_AHEAD_MS);
      return { until: new Date(nowMs + PREPARE_AHEAD_MS).toISOString() };
    },
  },
  { name: "limit-quarantine", cron: "*/10 * * * *", run: ({ pool }) => limitQuarantine(pool) },
  { name: "mark-silent-nodes", cron: "* * * * *", run: ({ pool }) => markSilentNodes(pool) },
  { name: "prune-ledger", cron: "41 2 * * *", run: async ({ pool }) => ({ pruned: await deleteDue(pool, "ledger") }) },
  { name: "clean-up", cron: "37 2 * * *", run: (parts) => cleanUp(parts) },
  { name: "measure-storage", cron: "*/10 * * * *", run: (parts) => measureStorage(parts) },
  { name: "watch-quarantine", cron: "*/5 * * * *", run: ({ pool }) => watchQuarantine(pool) },
  { name: "warn-of-tokens", cron: "47 * * * *", run: ({ pool }) => warnOfTokens(pool) },
  {
    name: "compute-kpis",
    cron: "*/5 * * * *",
    run: async ({ pool, nowMs }) => ({ ...(await computeKpis(pool, nowMs)) }),
  },
  {
    name: "correct-kpis",
    cron: "33 * * * *",
    run: async ({ pool, nowMs }) => {
      const isNight = new Date(nowMs).getUTCHours() === KPI_NIGHT_HOUR;
      return { ...(await computeKpis(pool, nowMs, isNight ? FIRST_DAYS : KPI_AGAIN_DAYS)) };
    },
  },
  { name: "anchor-audit", cron: "17 * * * *", run: (parts) => keepAnchors(parts) },
];

/** Writes down which schedules this release has; turns of those that it no longer has are forgotten. */
export async function noteSchedules(pool: Pool): Promise<void> {
  await pool.query("delete from job_schedules where name <> all ($1)", [SCHEDULES.map(({ name }) => name)]);
  await pool.query(
    "insert into job_schedules (name, cron) select * from unnest($1::text[], $2::text[]) on conflict (name) do update set cron = excluded.cron",
    [SCHEDULES.map(({ name }) => name), SCHEDULES.map(({ cron }) => cron)],
  );
}

/** One turn of a schedule, with its result where the page of jobs reads it. */
export async function turn(
  pool: Pool,
  name: string,
  work: () => Promise<Readonly<Record<string, unknown>>>,
): Promise<Readonly<Record<string, unknown>>> {
  await pool.query("update job_schedules set started_at = now(), ended_at = null where name = $1", [name]);
  try {
    const result = await work();
    await pool.query(
      "update job_schedules set ended_at = now(), ok = true, result = $2, error = null where name = $1",
      [name, JSON.stringify(result)],
    );
    return result;
  } catch (cause) {
    await pool.query("update job_schedules set ended_at = now(), ok = false, error = $2 where name = $1", [
      name,
      errorText(cause).slice(0, 1_000),
    ]);
    throw cause;
  }
}

/** A node that fills quarantine loses its oldest, and the row says so. */
export async function limitQuarantine(pool: Pool): Promise<{ overflowed: number }> {
  const overflowed = await pool.query(
    `update quarantine q set status = 'discarded', decided_at = now(), decided_by = 'system', outcome = jsonb_build_object('why', 'limit'), payload = ''
     from (select id, row_number() over w as n, sum(length(payload)) over w as bytes from quarantine where status = 'held' window w as (partition by node_id order by id desc)) ranked
     where ranked.id = q.id and (ranked.n > $1 or ranked.bytes > $2)`,
    [HELD_PER_NODE, HELD_BYTES_PER_NODE],
  );
  if ((overflowed.rowCount ?? 0) > 0) await pool.query("select pg_notify('tl_quarantine', '{}')");
  return { overflowed: overflowed.rowCount ?? 0 };
}

/** A node that says it is online and has been silent is not: its Will may never have been sent, or not offered. */
export async function markSilentNodes(pool: Pool): Promise<{ silent: string[] }> {
  const { rows } = await pool.query<{ id: string }>(
    `update nodes set online = false, online_why = 'silent', online_changed_at = now() where online and coalesce(last_seen_at, online_changed_at, created_at) < now() - make_interval(mins => $1) returning id`,
    [SILENT_AFTER_MINUTES],
  );
  for (const { id } of rows) await pool.query("select pg_notify('tl_nodes', $1)", [JSON.stringify({ node: id })]);
  return { silent: rows.map(({ id }) => id) };
}
