import type { Sql } from "@/db/access";
import { csvLine } from "@/server/core/domain/csv";
import { AUDIT_PAGE, type AuditFilter } from "./domain/filter";

export interface AuditRow {
  n: number;
  atMs: number;
  actorKind: "user" | "token" | "system";
  actorName: string;
  action: string;
  subject: string;
  before: unknown;
  after: unknown;
}

/** What was done, the newest first. Words are looked for in who, what and to what. */
export async function listAudit(
  sql: Sql,
  filter: AuditFilter,
  limit = AUDIT_PAGE,
): Promise<{ rows: AuditRow[]; next: number | null; actions: string[] }> {
  const [page, actions] = await Promise.all([
    sql.query<AuditRow>(
      `select n::float8, (extract(epoch from at) * 1000)::float8 as "atMs", actor_kind as "actorKind", actor_name as "actorName", action, subject, before, after
       from audit_log
       where ($1::text is null or action = $1) and ($2::text = '' or concat_ws(' ', actor_name, action, subject) ilike $2)
         and ($3::float8 is null or at >= to_timestamp($3 / 1000.0)) and ($4::float8 is null or at < to_timestamp($4 / 1000.0))
         and ($5::int8 is null or n < $5)
         and ($8::uuid is null or team_id = $8)
         and ($7::uuid is null or actor_id = $7::text or subject = 'user:' || $7 or (actor_kind = 'token' and actor_id in (select id::text from api_tokens where user_id = $7)))
       order by n desc limit $6`,
      [
        filter.action,
        pattern(filter.q),
        filter.fromMs,
        filter.toMs,
        filter.cursor,
        limit + 1,
        filter.person,
        filter.team,
      ],
    ),
    sql.query<{ action: string }>("select distinct action from audit_log order by 1 limit 500"),
  ]);
  const rows = page.rows.slice(0, limit);
  return {
    rows,
    next: page.rows.length > limit ? (rows.at(-1)?.n ?? null) : null,
    actions: actions.rows.map(({ action }) => action),
  };
}

function pattern(words: string): string {
  return words === "" ? "" : `%${words.replace(/[\\%_]/g, "\\$&")}%`;
}

const EXPORT_PAGE = 2_000;

/** The same rows as CSV, all pages, read as they are taken. */
export async function* exportAudit(sql: Sql, filter: AuditFilter): AsyncGenerator<string> {
  yield csvLine(["n", "at", "actor kind", "actor", "action", "subject", "before", "after"]);
  for (let cursor = filter.cursor; ; ) {
    const page = await listAudit(sql, { ...filter, cursor }, EXPORT_PAGE);
    yield page.rows
      .map((row) =>
        csvLine([
          row.n,
          new Date(row.atMs).toISOString(),
          row.actorKind,
          row.actorName,
          row.action,
          row.subject,
          row.before === null ? null : JSON.stringify(row.before),
          row.after === null ? null : JSON.stringify(row.after),
        ]),
      )
      .join("");
    if (page.next === null) return;
    cursor = page.next;
  }
}
