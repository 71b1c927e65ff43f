import type { Sql } from "@/db/access";
import type { Membership, Role } from "@/server/core/domain/permissions";

export interface Viewer {
  user: { id: string; name: string; email: string | null };
  org: { id: string; name: string };
  sites: { id: string; name: string }[];
  /** Teams whose work they see; `role` is theirs in that team, null where a role of the whole organisation lets them see it. */
  teams: { id: string; name: string; siteId: string | null; role: Role | null }[];
  roles: Role[];
}

interface Who {
  id: string;
  name: string;
  email?: string;
  orgId: string;
  memberships: readonly Membership[];
}

/** Who acts, with the organisation around them. */
export async function getViewer(sql: Sql, { id, name, email, orgId, memberships }: Who): Promise<Viewer> {
  const [org, sites, teams] = await Promise.all([
    sql.query<{ name: string }>("select name from orgs where id = $1", [orgId]),
    sql.query<{ id: string; name: string }>("select id, name from sites where org_id = $1 order by name", [orgId]),
    sql.query<{ id: string; name: string; siteId: string | null }>(
      `select id, name, site_id as "siteId" from teams where org_id = $1 order by name`,
      [orgId],
    ),
  ]);
  const everywhere = memberships.some(({ teamId }) => teamId === null);
  const roleIn = new Map(memberships.map(({ teamId, role }) => [teamId, role]));
  return {
    user: { id, name, email: email ?? null },
    org: { id: orgId, name: org.rows[0]?.name ?? "" },
    sites: sites.rows,
    teams: teams.rows
      .filter((team) => everywhere || roleIn.has(team.id))
      .map((team) => ({ ...team, role: roleIn.get(team.id) ?? null })),
    roles: [...new Set(memberships.map(({ role }) => role))],
  };
}

export interface OwnSession {
  id: string;
  startedMs: number;
  lastSeenMs: number;
  ip: string | null;
  userAgent: string | null;
  isThis: boolean;
}

/** Sessions of one person that are good now, the newest first. */
export async function listSessions(sql: Sql, userId: string, thisSession: string | null): Promise<OwnSession[]> {
  const { rows } = await sql.query<Omit<OwnSession, "isThis">>(
    `select id, (extract(epoch from created_at) * 1000)::float8 as "startedMs", (extract(epoch from last_seen_at) * 1000)::float8 as "lastSeenMs", ip, user_agent as "userAgent"
     from sessions where user_id = $1 and revoked_at is null and expires_at > now() and last_seen_at + idle_limit > now() order by created_at desc limit 100`,
    [userId],
  );
  return rows.map((row) => ({ ...row, isThis: row.id === thisSession }));
}

export interface TokenRow {
  id: string;
  name: string;
  hint: string;
  access: "read" | "write";
  role: Role | null;
  teamId: string | null;
  teamName: string | null;
  createdBy: string;
  createdMs: number;
  expiresMs: number;
  lastUsedMs: number | null;
}

/** Tokens that are good now: somebody's own, or (`userId` null) those of the organisation. */
export async function listTokens(sql: Sql, userId: string | null): Promise<TokenRow[]> {
  const ms = (column: string) => `(extract(epoch from ${column}) * 1000)::float8`;
  const { rows } = await sql.query<TokenRow>(
    `select k.id, k.name, hint, access, role, team_id as "teamId", t.name as "teamName", created_by as "createdBy",
       ${ms("k.created_at")} as "createdMs", ${ms("expires_at")} as "expiresMs", ${ms("last_used_at")} as "lastUsedMs"
     from api_tokens k left join teams t on t.id = k.team_id
     where user_id is not distinct from $1 and revoked_at is null and expires_at > now() order by k.created_at desc limit 500`,
    [userId],
  );
  return rows;
}
