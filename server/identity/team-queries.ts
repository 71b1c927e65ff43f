import type { Sql } from "@/db/access";
import type { Role } from "@/server/core/domain/permissions";

export interface TeamRow {
  id: string;
  name: string;
  siteId: string | null;
  /** Nodes that announce themselves wait with it. */
  isDefault: boolean;
  nodes: number;
  streams: number;
  /** Service tokens that are good now and reach it alone. */
  tokens: number;
  members: { userId: string; name: string; role: Role; disabled: boolean }[];
}

export interface SiteRow {
  id: string;
  name: string;
  timeZone: string;
  nodes: number;
}

/** Sites and teams of the organisation, by name, with who is in them and what belongs to them. */
export async function listTeams(sql: Sql): Promise<{ sites: SiteRow[]; teams: TeamRow[] }> {
  const [sites, teams] = await Promise.all([
    sql.query<SiteRow>(
      `select id, name, time_zone as "timeZone", (select count(*)::int from nodes n where n.site_id = s.id) as nodes
       from sites s order by lower(name), id`,
    ),
    sql.query<TeamRow>(
      `select id, name, site_id as "siteId", is_default as "isDefault",
         (select count(*)::int from nodes n where n.team_id = t.id) as nodes,
         (select count(*)::int from streams s where s.team_id = t.id) as streams,
         (select count(*)::int from api_tokens k where k.team_id = t.id and k.revoked_at is null and k.expires_at > now()) as tokens,
         (select coalesce(json_agg(json_build_object('userId', u.id, 'name', u.name, 'role', m.role, 'disabled', u.disabled_at is not null) order by lower(u.name), m.role), '[]')
          from memberships m join users u on u.id = m.user_id where m.team_id = t.id) as members
       from teams t order by lower(name), id`,
    ),
  ]);
  return { sites: sites.rows, teams: teams.rows };
}
