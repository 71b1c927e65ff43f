import type { Sql } from "@/db/access";
import { systemParts, type Heartbeat, type Part, type SystemFacts } from "./domain/processes";
import type { Kept } from "./domain/retention";

const ms = (column: string) => `(extract(epoch from ${column}) * 1000)::float8`;

/** What the schedule that looks at the stores noted last: of the object store, and of the disk it lies on. */
interface StoresSeen {
  place: string | null;
  problem: string | null;
  freeBytes: number | null;
  atMs: number;
}

/** Every part of the installation as it is now. */
export async function getParts(sql: Sql, nowMs: number): Promise<Part[]> {
  const started = performance.now();
  const database = await sql.query<{ version: string; startedMs: number }>(
    `select current_setting('server_version') as version, ${ms("pg_postmaster_start_time()")} as "startedMs"`,
  );
  const tookMs = performance.now() - started;
  const [beats, objects, nodes, versions] = await Promise.all([
    sql.query<Heartbeat>(
      `select name, kind, version, ${ms("started_at")} as "startedMs", ${ms("heard_at")} as "heardMs", ${ms("stopped_at")} as "stoppedMs", ok, health
       from process_heartbeats order by kind, name`,
    ),
    findStoresSeen(sql),
    sql.query<{ accepted: number; online: number; newestMs: number | null }>(
      `select count(*)::int as accepted, count(*) filter (where online)::int as online, ${ms("max(last_seen_at)")} as "newestMs" from nodes where status = 'accepted'`,
    ),
    sql.query<SystemFacts["nodes"]["versions"][number]>(
      `select coalesce(nullif(agent, ''), nullif(sdk, ''), 'unknown') as version, count(*)::int as n from nodes where status = 'accepted' group by 1 order by 2 desc limit 5`,
    ),
  ]);
  const { version, startedMs } = database.rows[0] ?? { version: "unknown", startedMs: nowMs };
  return systemParts({
    nowMs,
    beats: beats.rows,
    database: { version, startedMs, tookMs },
    objects,
    nodes: { ...(nodes.rows[0] ?? { accepted: 0, online: 0, newestMs: null }), versions: versions.rows },
  });
}

async function findStoresSeen(sql: Sql): Promise<StoresSeen | null> {
  const { rows } = await sql.query<StoresSeen>(
    `select result->>'place' as place, coalesce(error, result->>'problem') as problem, (result->>'freeBytes')::float8 as "freeBytes", ${ms("ended_at")} as "atMs"
     from job_schedules where name = 'measure-storage' and ended_at is not null`,
  );
  return rows[0] ?? null;
}

export interface StorageRow {
  what: string;
  bytes: number;
  /** Over the time that was measured, at most a week; null when that is less than an hour. */
  bytesPerDay: number | null;
  /** Since when it was measured. */
  sinceMs: number | null;
}

export interface Storage {
  rows: StorageRow[];
  home: string;
  freeBytes: number | null;
  objectsPlace: string | null;
  measuredMs: number | null;
}

const SHORTEST_MS = 3_600_000;

/** Bytes by what they are for, with how fast they grow. The database is asked now; the object store is what was measured last. */
export async function getStorage(sql: Sql, nowMs: number): Promise<Storage> {
  const [sizes, before, objects, home, seen] = await Promise.all([
    sql.query<{ what: string; bytes: number }>("select what, bytes::float8 from storage_sizes() order by bytes desc"),
    sql.query<{ what: string; bytes: number; atMs: number }>(
      `select distinct on (what) what, bytes::float8, ${ms("at")} as "atMs" from storage_samples where at > now() - interval '7 days' order by what, at`,
    ),
    sql.query<{ bytes: number }>(
      "select bytes::float8 from storage_samples where what = 'objects' order by at desc limit 1",
    ),
    sql.query<{ home: string }>("select home from timeseries_home"),
    findStoresSeen(sql),
  ]);
  const earlier = new Map(before.rows.map((row) => [row.what, row]));
  const grown = ({ what, bytes }: { what: string; bytes: number }): StorageRow => {
    const then = earlier.get(what);
    const passedMs = then ? nowMs - then.atMs : 0;
    return {
      what,
      bytes,
      bytesPerDay: then && passedMs >= SHORTEST_MS ? ((bytes - then.bytes) / passedMs) * 86_400_000 : null,
      sinceMs: then?.atMs ?? null,
    };
  };
  const kept = objects.rows[0];
  return {
    rows: [...sizes.rows, ...(kept ? [{ what: "objects", bytes: kept.bytes }] : [])].map(grown),
    home: home.rows[0]?.home ?? "unknown",
    freeBytes: seen?.freeBytes ?? null,
    objectsPlace: seen?.place ?? null,
    measuredMs: seen?.atMs ?? null,
  };
}

export interface RetentionRow {
  what: Kept;
  days: number;
  changedBy: string | null;
  changedMs: number;
  /** What is older than that and goes with the next turn. */
  due: number;
  dueBytes: number | null;
}

/** How long things are kept, with what is due. Empty until a jobs process has started once: it notes what it was started with. */
export async function listRetention(sql: Sql): Promise<RetentionRow[]> {
  const { rows } = await sql.query<RetentionRow>(
    `select s.what, s.days, s.changed_by as "changedBy", ${ms("s.changed_at")} as "changedMs", p.n as due, p.bytes as "dueBytes"
     from retention_settings s cross join lateral retention_preview(s.what, s.days) p order by s.what`,
  );
  return rows;
}

/** What another time would delete, now. */
export async function previewRetention(
  sql: Sql,
  { what, days }: { what: Kept; days: number },
): Promise<{ due: number; dueBytes: number | null }> {
  const { rows } = await sql.query<{ due: number; dueBytes: number | null }>(
    `select n as due, bytes as "dueBytes" from retention_preview($1, $2)`,
    [what, days],
  );
  return rows[0] ?? { due: 0, dueBytes: null };
}
