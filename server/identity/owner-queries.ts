import type { Sql } from "@/db/access";
import type { Actor } from "@/server/core/actor";
import type { Membership, Role } from "@/server/core/domain/permissions";

/**
 * Whoever started something earlier, with the roles they have now: work that is done for somebody later reaches what they may reach then.
 * Null once they were disabled or removed, or their token has ended.
 *
 * @param ownerId the user, or the token where no user stands behind it
 */
export async function findOwner(sql: Sql, ownerId: string): Promise<Actor | null> {
  const user = await sql.query<{
    id: string;
    name: string;
    email: string;
    orgId: string;
    memberships: Membership[];
  }>(
    `select u.id::text, u.name, u.email, u.org_id as "orgId",
       (select coalesce(json_agg(json_build_object('role', m.role, 'teamId', m.team_id)), '[]') from memberships m where m.user_id = u.id) as memberships
     from users u where u.id::text = $1 and u.disabled_at is null`,
    [ownerId],
  );
  if (user.rows[0]) return { kind: "user", sessionId: "", ...user.rows[0] };
  const token = await sql.query<{
    id: string;
    name: string;
    orgId: string;
    role: Role;
    teamId: string | null;
    access: string;
  }>(
    `select id::text, name, org_id as "orgId", role, team_id as "teamId", access from api_tokens
     where id::text = $1 and user_id is null and revoked_at is null and expires_at > now()`,
    [ownerId],
  );
  const row = token.rows[0];
  if (!row) return null;
  const { id, name, orgId, role, teamId, access } = row;
  return { kind: "token", id, name, orgId, userId: null, memberships: [{ role, teamId }], readOnly: access === "read" };
}
