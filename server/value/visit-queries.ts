import { z } from "zod";
import type { Sql } from "@/db/access";
import { changeWords, type SinceLastVisit } from "./domain/changes";

const ms = (column: string) => `(extract(epoch from ${column}) * 1000)::float8`;
const Ranks = z.record(z.string(), z.number());

interface ChangedRow {
  useCaseId: string;
  atMs: number;
  action: string;
  after: unknown;
  who: string;
  times: number;
}

/** What others did to the use cases that may be seen since whoever asks looked last. One's own acts, by hand or by token, are no news. */
export async function getSinceLastVisit(sql: Sql, ownerId: string): Promise<SinceLastVisit> {
  const { rows } = await sql.query<{ sinceMs: number | null; ranks: unknown }>(
    `select ${ms("before_at")} as "sinceMs", before_ranks as ranks from portfolio_visits where owner_id = $1`,
    [ownerId],
  );
  const [visit] = rows;
  if (!visit || visit.sinceMs === null) return { sinceMs: null, ranks: {}, changes: [] };
  const { rows: changed } = await sql.query<ChangedRow>(
    `select u.id as "useCaseId", a.times, a.action, a.after, a.who, a."atMs"
     from (select distinct on (subject) subject, action, after, actor_name as who, ${ms("at")} as "atMs", (count(*) over (partition by subject))::int as times
           from audit_log where at > to_timestamp($2 / 1000.0) and subject like 'use-case:%' and actor_id <> $1
             and actor_id not in (select t.id::text from api_tokens t where t.user_id::text = $1)
           order by subject, n desc) a
     join use_cases u on 'use-case:' || u.id = a.subject
     order by a."atMs" desc limit 1000`,
    [ownerId, visit.sinceMs],
  );
  const changes = changed.map(({ useCaseId, atMs, ...row }) => ({ useCaseId, atMs, says: changeWords(row) }));
  return { sinceMs: visit.sinceMs, ranks: Ranks.parse(visit.ranks), changes };
}
