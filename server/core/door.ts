import { createHash } from "node:crypto";
import type { Pool } from "pg";
import type { Actor } from "./actor";
import type { Role } from "./domain/permissions";

const TOKEN_PREFIX = "tlp_";

/** Who sends a request: an API token in `Authorization: Bearer tlp_…`, else the session of the cookie. Null for nobody. */
export async function findActor(pool: Pool, headers: Headers, nowMs: number): Promise<Actor | null> {
  const bearer = /^Bearer\s+(\S+)$/i.exec(headers.get("authorization") ?? "")?.[1];
  if (bearer !== undefined) return bearer.startsWith(TOKEN_PREFIX) ? findTokenActor(pool, bearer, nowMs) : null;
  return localActor(pool);
}

/** Ids of all teams of an organisation. */
export async function teamsOf(pool: Pool, orgId: string): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>("select id from teams where org_id = $1", [orgId]);
  return rows.map(({ id }) => id);
}

export function hashSecret(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}

interface TokenRow {
  id: string;
  name: string;
  orgId: string;
  userId: string | null;
  role: Role | null;
  teamId: string | null;
  access: "read" | "write";
  roles: { role: Role; teamId: string | null }[];
}

async function findTokenActor(pool: Pool, token: string, nowMs: number): Promise<Actor | null> {
  const { rows } = await pool.query<TokenRow>(
    `update api_tokens t set last_used_at = to_timestamp($2 / 1000.0)
     from api_tokens f left join users u on u.id = f.user_id
     where f.id = t.id and t.token_hash = $1 and t.revoked_at is null and t.expires_at > to_timestamp($2 / 1000.0) and u.disabled_at is null
     returning t.id, t.name, t.org_id as "orgId", t.user_id as "userId", t.role, t.team_id as "teamId", t.access,
       (select coalesce(json_agg(json_build_object('role', m.role, 'teamId', m.team_id)), '[]') from memberships m where m.user_id = t.user_id) as roles`,
    [hashSecret(token), nowMs],
  );
  const row = rows[0];
  if (!row) return null;
  const { id, name, orgId, userId, role, teamId, access, roles } = row;
  const memberships = role === null ? roles : [{ role, teamId }];
  return { kind: "token", id, name, orgId, userId, memberships, readOnly: access === "read" };
}

/** Until people sign in: whoever reaches the server on the loopback address, with every right. */
async function localActor(pool: Pool): Promise<Actor> {
  const { rows } = await pool.query<{ org: string }>("select first_org() as org");
  return {
    kind: "user",
    id: "00000000-0000-0000-0000-000000000000",
    name: "Local",
    email: "local@localhost",
    orgId: rows[0]?.org ?? "",
    sessionId: "",
    memberships: (["executive", "chair", "member", "admin", "auditor"] as const).map((role) => ({
      role,
      teamId: null,
    })),
  };
}
