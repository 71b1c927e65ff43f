import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { removePostgresData, startPostgres } from "@/cli/embedded/postgres";
import { openPool } from "@/db/client";
import { migrate } from "@/db/migrate";
import { computeKpis, FIRST_DAYS } from "@/server/value/kpi-compute-verbs";

/**
 * The job of the KPIs on 200 of them, each on a stream of its own with a reading in every minute of 90 days: the first time, when all windows
 * are computed from 26 million rollups of minutes and their hours; at night, when all are looked at again; and as every five minutes, when
 * nothing is new. Of the KPIs 20 have a window that begins at half past, so that their minutes are read. The table of minutes is not logged
 * while it is filled, which takes most of the time; reading it is the same. `npm run bench -- value`.
 */
const KPIS = 200;
const AT_HALF_PAST = 20;
const DAYS = 90;
const RUNS = 3;
const PORT = 54_000 + (process.pid % 900);
const NOON_MS = Date.UTC(2026, 10, 28, 12);
const TODAY_MS = Date.UTC(2026, 10, 28);

function tell(figure: string, value: number, goal: string, n: number): void {
  const line = { area: "value", figure, value: Math.round(value), unit: "ms", goal, n };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

async function took(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

const startedMs = performance.now();
const folder = mkdtempSync(join(tmpdir(), "tl-bench-"));
chmodSync(folder, 0o755);
const dataDir = join(folder, "postgres");
const server = await startPostgres({ dataDir, port: PORT, password: "bench" });
try {
  await migrate({ url: server.url, timeseriesHome: "segments" });
  const pool = openPool(server.url, { max: 4, applicationName: "bench", statementTimeoutMs: 0 });
  await pool.query("insert into nodes (id, status) values ('bench', 'accepted')");
  await pool.query(
    "insert into streams (node_id, key, unit, status, rate_hz) select 'bench', 'power-' || i, 'kW', 'accepted', 1.0 / 60 from generate_series(1, $1) i",
    [KPIS],
  );
  await pool.query(
    "insert into kpis (org_id, team_id, name, created_by, created_by_name) select first_org(), first_team(), key, 'bench', 'bench' from streams",
  );
  await pool.query(
    `insert into kpi_versions (kpi_id, version, unit, direction, source, stream_id, stat, time_zone, from_minute, to_minute, min_coverage, max_stale_s,
       is_additive, value_low, value_mode, value_high, currency, made_by, made_by_name, made_at)
     select k.id, 1, 'kW.h', 'down', 'stream', s.id, 'integral', 'Europe/Paris', case when s.id <= $2 then 390 else 0 end, case when s.id <= $2 then 870 else 1440 end, 0.8, 900, true, 10, 14, 20, 'EUR', 'bench', 'bench', $1
     from kpis k join streams s on s.key = k.name`,
    [new Date(TODAY_MS - DAYS * 86_400_000), AT_HALF_PAST],
  );
  // In the order of time, as readings come. The keys are built at the end: they would take most of the time.
  await pool.query("alter table rollup_1m drop constraint rollup_1m_pkey");
  await pool.query("alter table rollup_1m set unlogged");
  for (const [table, step, perBucket] of [
    ["rollup_1m", "1 minute", 1],
    ["rollup_1h", "1 hour", 60],
  ] as const)
    await pool.query(
      `insert into ${table} (stream_id, bucket, n, bad, vmin, vmax, vsum, vsumsq, vfirst, vlast, first_ts, last_ts${perBucket === 1 ? "" : ", minutes"})
       select s.id, t, $3::int8, 0, v, v, $3::int8 * v, $3::int8 * v * v, v, v, t, t${perBucket === 1 ? "" : ", $3::int8"}
       from generate_series($1::timestamptz, $2::timestamptz - interval '${step}', interval '${step}') t
       cross join streams s cross join lateral (select (5 + s.id % 7)::float8 as v) x`,
      [new Date(TODAY_MS - (DAYS + 1) * 86_400_000), new Date(NOON_MS), perBucket],
    );
  await pool.query("alter table rollup_1m add primary key (stream_id, bucket)");
  await pool.query("analyze rollup_1m");
  await pool.query("vacuum (analyze) rollup_1h");
  process.stderr.write(`the rollups are there after ${Math.round((performance.now() - startedMs) / 1_000)} s\n`);
  tell("value.kpi_job_first_ms", await took(() => computeKpis(pool, NOON_MS)), "<= 10000", 1);
  const nights: number[] = [];
  for (let run = 0; run < RUNS; run += 1) nights.push(await took(() => computeKpis(pool, NOON_MS, FIRST_DAYS)));
  tell("value.kpi_job_again_ms", Math.max(...nights), "<= 10000", RUNS);
  const quiet: number[] = [];
  for (let run = 0; run < RUNS; run += 1) quiet.push(await took(() => computeKpis(pool, NOON_MS)));
  tell("value.kpi_job_nothing_new_ms", Math.max(...quiet), "report", RUNS);
  await pool.end();
} finally {
  await server.stop();
  removePostgresData(dataDir);
  rmSync(folder, { recursive: true, force: true });
}
