import type { Sql } from "@/db/access";

const ms = (column: string) => `(extract(epoch from ${column}) * 1000)::float8`;

/** A row of the audit log about one thing. */
export interface HistoryRow {
  n: number;
  atMs: number;
  action: string;
  who: string;
  before: unknown;
  after: unknown;
}

/** What the audit log has about one thing, the newest first. */
export async function listHistory(sql: Sql, subject: string): Promise<HistoryRow[]> {
  const { rows } = await sql.query<HistoryRow>(
    `select n::float8 as n, ${ms("at")} as "atMs", action, actor_name as who, before, after from audit_log where subject = $1
     order by n desc limit 50`,
    [subject],
  );
  return rows;
}
