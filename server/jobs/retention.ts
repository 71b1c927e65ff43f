import type { Pool } from "pg";
import { KEPT, KEPT_RULES, type Kept } from "@/server/system/domain/retention";
import { ExportResult } from "./domain/run";
import type { RunParts } from "./runs";

const DAY_MS = 86_400_000;

/** Notes the times that this process was started with where nobody has set others, so that the page can show and change them. */
export async function noteRetention(pool: Pool, keepRawDays: number): Promise<void> {
  await pool.query(
    `insert into retention_settings (what, days) select * from unnest($1::text[], $2::int[])
     on conflict (what) do update set days = excluded.days where retention_settings.changed_by is null`,
    [KEPT, KEPT.map((what) => (what === "readings" ? keepRawDays : KEPT_RULES[what].defaultDays))],
  );
}

/** Drops readings that are older than they are kept; what was computed from them stays. */
export async function retainReadings({ pool, store }: RunParts, nowMs: number): Promise<{ dropped: string[] }> {
  const days = await daysOf(pool, "readings");
  return days === null ? { dropped: [] } : store.retain(pool, { keepRawMs: days * DAY_MS, nowMs });
}

/** Deletes what is older than it is kept. Files of runs go before the runs: what fails in between is found again. */
export async function cleanUp(parts: Pick<RunParts, "pool" | "objects">): Promise<Record<string, number>> {
  const gone: Record<string, number> = { files: await removeFiles(parts) };
  for (const what of KEPT) {
    if (what === "readings" || what === "ledger") continue; // schedules of their own
    gone[what] = await deleteDue(parts.pool, what);
  }
  return gone;
}

/** Deletes what is due of one thing. @returns how many */
export async function deleteDue(pool: Pool, what: Exclude<Kept, "readings">): Promise<number> {
  const days = await daysOf(pool, what);
  if (days === null) return 0;
  const { rows } = await pool.query<{ n: number }>("select n from retention_due($1, $2, true)", [what, days]);
  return rows[0]?.n ?? 0;
}

/** Null before anything was noted: then nothing is deleted. */
async function daysOf(pool: Pool, what: Kept): Promise<number | null> {
  const { rows } = await pool.query<{ days: number }>("select days from retention_settings where what = $1", [what]);
  return rows[0]?.days ?? null;
}

/** Parts of exports whose runs are due, unless a run that stays has the same bytes. */
async function removeFiles({ pool, objects }: Pick<RunParts, "pool" | "objects">): Promise<number> {
  const days = await daysOf(pool, "jobs");
  if (days === null) return 0;
  const { rows } = await pool.query<{ result: unknown }>(
    "select result from job_runs where kind = 'export-readings' and state = 'done' and ended_at < now() - make_interval(days => $1)",
    [days],
  );
  const digests = new Set(
    rows.flatMap(({ result }) => ExportResult.safeParse(result).data?.parts.map(({ digest }) => digest) ?? []),
  );
  for (const digest of digests) {
    const kept = await pool.query(
      `select 1 from job_runs where ended_at >= now() - make_interval(days => $1) and result -> 'parts' @> jsonb_build_array(jsonb_build_object('digest', $2::text)) limit 1`,
      [days, digest],
    );
    if (kept.rowCount === 0) await objects().remove(digest);
    else digests.delete(digest);
  }
  return digests.size;
}
