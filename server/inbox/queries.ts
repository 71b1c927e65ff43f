import type { Sql } from "@/db/access";
import type { ListInbox } from "./schema";

export interface InboxRow {
  id: number;
  kind: string;
  status: "ok" | "watch" | "bad" | "unknown";
  title: string;
  detail: string | null;
  href: string | null;
  times: number;
  atMs: number;
  unread: boolean;
}

const PAGE = 50;

/** What somebody was told, the newest first. Row-level security leaves only what is theirs; the condition says it again. */
export async function listInbox(
  sql: Sql,
  ownerId: string,
  { show, cursor }: ListInbox,
): Promise<{ rows: InboxRow[]; next: number | null; unread: number }> {
  const [page, unread] = await Promise.all([
    sql.query<InboxRow>(
      `select id::float8, kind, status, title, detail, href, times, (extract(epoch from told_at) * 1000)::float8 as "atMs", read_at is null as unread
       from notifications n where owner_id = $1 and ($2 = 'all' or read_at is null)
         and ($3::int8 is null or (told_at, id) < (select told_at, id from notifications where id = $3))
       order by n.told_at desc, n.id desc limit ${PAGE + 1}`,
      [ownerId, show, cursor],
    ),
    countUnread(sql, ownerId),
  ]);
  const rows = page.rows.slice(0, PAGE);
  return { rows, next: page.rows.length > PAGE ? (rows.at(-1)?.id ?? null) : null, unread };
}

export async function countUnread(sql: Sql, ownerId: string): Promise<number> {
  const { rows } = await sql.query<{ n: number }>(
    "select count(*)::int as n from notifications where owner_id = $1 and read_at is null",
    [ownerId],
  );
  return rows[0]?.n ?? 0;
}
