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
