import type { Pool } from "pg";
import type { Sql } from "@/db/access";
import type { AcceptanceStatus } from "@/db/schema/fabric";
import type { NodeLoginsInput } from "./domain/node-login-filter";

export interface NodeSummary {
  id: string;
  site: string | null;
  status: string;
  trusted: boolean;
  hasToken: boolean;
  online: boolean;
  lastSeenAt: Date | null;
  streams: number;
}

/** Who may sign in to the broker, with the hash of their token. */
export async function listNodeCredentials(pool: Pool): Promise<Map<string, string>> {
  const { rows } = await pool.query<{ id: string; token_hash: string }>(
    "select id, token_hash from nodes where token_hash is not null and status <> 'retired'",
  );
  return new Map(rows.map((row) => [row.id, row.token_hash]));
}

export async function listNodeSummaries(pool: Pool): Promise<NodeSummary[]> {
  const { rows } = await pool.query<NodeSummary>(
    `select n.id, n.site_id as site, n.status, n.trusted, n.token_hash is not null as "hasToken", n.online, n.last_seen_at as "lastSeenAt",
            (select count(*)::int from streams s where s.node_id = n.id) as streams
     from nodes n order by n.id`,
  );
  return rows;
}

export interface NodeLogin {
  id: string;
  name: string | null;
  siteId: string | null;
  teamId: string;
  teamName: string;
  status: AcceptanceStatus;
  trusted: boolean;
  /** When its login was last given; null when it has none. */
  loginSetMs: number | null;
  online: boolean;
  lastSeenMs: number | null;
}

export interface NodeLogins {
  rows: NodeLogin[];
  next: string | null;
  matching: number;
  facts: { all: number; withLogin: number; withoutLogin: number; retired: number };
}

const PAGE = 100;

/** Nodes with the state of their login, by id, a page at a time. */
export async function listNodeLogins(sql: Sql, input: NodeLoginsInput, limit = PAGE): Promise<NodeLogins> {
  const pattern = input.q === "" ? "" : `%${input.q.replace(/[\\%_]/g, "\\$&")}%`;
  const matches = `($1 = '' or n.id ilike $1 or n.name ilike $1)
    and case $2 when 'with-login' then n.login_set_at is not null and n.status <> 'retired'
      when 'without-login' then n.login_set_at is null and n.status <> 'retired' when 'retired' then n.status = 'retired' else true end
    and ($3::uuid is null or n.team_id = $3) and ($4::text is null or n.site_id = $4)`;
  const values = [pattern, input.show, input.team, input.site];
  const [page, counted, facts] = await Promise.all([
    sql.query<NodeLogin>(
      `select n.id, n.name, n.site_id as "siteId", n.team_id as "teamId", t.name as "teamName", n.status, n.trusted,
         (extract(epoch from n.login_set_at) * 1000)::float8 as "loginSetMs", n.online, (extract(epoch from n.last_seen_at) * 1000)::float8 as "lastSeenMs"
       from nodes n join teams t on t.id = n.team_id
       where ${matches} and ($5::text is null or n.id > $5) order by n.id limit $6`,
      [...values, input.cursor, limit + 1],
    ),
    sql.query<{ matching: number }>(`select count(*)::int as matching from nodes n where ${matches}`, values),
    sql.query<NodeLogins["facts"]>(
      `select count(*)::int as all, count(*) filter (where login_set_at is not null and status <> 'retired')::int as "withLogin",
         count(*) filter (where login_set_at is null and status <> 'retired')::int as "withoutLogin",
         count(*) filter (where status = 'retired')::int as retired from nodes`,
    ),
  ]);
  const rows = page.rows.slice(0, limit);
  return {
    rows,
    next: page.rows.length > limit ? (rows.at(-1)?.id ?? null) : null,
    matching: counted.rows[0]?.matching ?? 0,
    facts: facts.rows[0] ?? { all: 0, withLogin: 0, withoutLogin: 0, retired: 0 },
  };
}
