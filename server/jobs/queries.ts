import type { Sql } from "@/db/access";
import { type Kind, type RunState } from "./domain/kinds";
import { ExportResult } from "./domain/run";
import type { ListRuns } from "./schema";

export interface RunRow {
  id: string;
  kind: Kind;
  title: string;
  state: RunState;
  ownerName: string;
  /** What `total` is a number of; null while nobody can tell how much there is to do. */
  done: number;
  total: number | null;
  counted: string | null;
  attempts: number;
  createdMs: number;
  startedMs: number | null;
  heardMs: number | null;
  endedMs: number | null;
  cancelAskedMs: number | null;
  cancelAskedBy: string | null;
  error: string | null;
  result: unknown;
}

const ms = (column: string) => `(extract(epoch from ${column}) * 1000)::float8`;
const COLUMNS = `r.id, r.kind, r.title, r.state, r.owner_name as "ownerName", r.done, r.total, r.counted, r.attempts, ${ms("r.created_at")} as "createdMs",
  ${ms("r.started_at")} as "startedMs", ${ms("r.heard_at")} as "heardMs", ${ms("r.ended_at")} as "endedMs", ${ms("r.cancel_asked_at")} as "cancelAskedMs",
  r.cancel_asked_by as "cancelAskedBy", r.error, r.result`;

/** The newest runs of one person. */
export async function listOwnRuns(sql: Sql, ownerId: string): Promise<RunRow[]> {
  const { rows } = await sql.query<RunRow>(
    `select ${COLUMNS} from job_runs r where r.owner_id = $1 order by r.created_at desc limit 30`,
    [ownerId],
  );
  return rows;
}

export interface RunDetail extends RunRow {
  input: unknown;
  worker: string | null;
  repeats: string | null;
  lines: { n: number; atMs: number; text: string }[];
}

/** One run with its log, or null. @param ownerId only when it is theirs; null = anybody's that may be seen */
export async function findRun(sql: Sql, id: string, ownerId: string | null): Promise<RunDetail | null> {
  const [run, lines] = await Promise.all([
    sql.query<Omit<RunDetail, "lines">>(
      `select ${COLUMNS}, r.input, r.worker, r.repeats from job_runs r where r.id = $1 and ($2::text is null or r.owner_id = $2)`,
      [id, ownerId],
    ),
    sql.query<RunDetail["lines"][number]>(
      `select n::float8, ${ms("at")} as "atMs", text from job_lines where run_id = $1 order by n`,
      [id],
    ),
  ]);
  const row = run.rows[0];
  return row ? { ...row, lines: lines.rows } : null;
}

const PAGE = 50;

/** Runs of everybody, the newest first. */
export async function listRuns(
  sql: Sql,
  { state, kind, q, cursor }: ListRuns,
): Promise<{ rows: RunRow[]; next: string | null; counts: Record<RunState, number> }> {
  const [page, counted] = await Promise.all([
    sql.query<RunRow>(
      `select ${COLUMNS} from job_runs r
       where ($1::text is null or r.state = $1) and ($2::text is null or r.kind = $2)
         and ($3 = '' or concat_ws(' ', r.title, r.owner_name) ilike $3)
         and ($4::uuid is null or (r.created_at, r.id) < (select c.created_at, c.id from job_runs c where c.id = $4))
       order by r.created_at desc, r.id desc limit ${PAGE + 1}`,
      [state, kind, q === "" ? "" : `%${q.replace(/[\\%_]/g, "\\$&")}%`, cursor],
    ),
    sql.query<{ state: RunState; n: number }>("select state, count(*)::int as n from job_runs group by state"),
  ]);
  const rows = page.rows.slice(0, PAGE);
  const counts = { queued: 0, running: 0, done: 0, failed: 0, cancelled: 0 };
  for (const row of counted.rows) counts[row.state] = row.n;
  return { rows, next: page.rows.length > PAGE ? (rows.at(-1)?.id ?? null) : null, counts };
}

export interface ScheduleRow {
  name: string;
  cron: string;
  startedMs: number | null;
  endedMs: number | null;
  ok: boolean | null;
  result: unknown;
  error: string | null;
}

/** Schedules with their last turn; the queue itself forgets a turn once it is done. */
export async function listSchedules(sql: Sql): Promise<ScheduleRow[]> {
  const { rows } = await sql.query<ScheduleRow>(
    `select name, cron, ${ms("started_at")} as "startedMs", ${ms("ended_at")} as "endedMs", ok, result, error from job_schedules order by name`,
  );
  return rows;
}

/** What a finished export of somebody holds, when they may still see every stream in it. */
export async function findExport(sql: Sql, id: string, ownerId: string): Promise<ExportResult | null> {
  const { rows } = await sql.query<{ result: unknown }>(
    `select r.result from job_runs r where r.id = $1 and r.owner_id = $2 and r.kind = 'export-readings' and r.state = 'done'
       and not exists (select from jsonb_array_elements_text(r.input -> 'streamIds') i where not exists (select from streams s where s.id = i::int))`,
    [id, ownerId],
  );
  const result = ExportResult.safeParse(rows[0]?.result);
  return result.success ? result.data : null;
}
