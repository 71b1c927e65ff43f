import type { Pool } from "pg";
import { Access, type Sql } from "@/db/access";
import type { Actor, TokenActor } from "./actor";
import type { Membership, Role } from "./domain/permissions";
import { sessionCookieName, usesTls } from "./deployment";
import { readWebSecret } from "./secret";
import { hashSecret } from "./secrets-hash";
import { findSessionActor, openSeal, readCookie } from "./session";

export const TOKEN_PREFIX = "tlp_";

/**
 * The database as whoever stands at the door may use it: people, sessions, tokens, attempts and the sign-in of nodes, and nothing of what
 * is behind it.
 */
export function doorAccess(pool: Pool): Access {
  return new Access(pool, "door");
}

/**
 * Who sends a request: an API token in `Authorization: Bearer tlp_…`, else the session of the cookie. Null for nobody. A request that
 * brings a token is not looked at for a cookie: it must not do more than the token allows.
 */
export async function findActor(sql: Sql, headers: Headers, nowMs: number): Promise<Actor | null> {
  const authorization = headers.get("authorization");
  if (authorization !== null) {
    const bearer = /^Bearer (\S{1,200})$/i.exec(authorization)?.[1] ?? "";
    return bearer.startsWith(TOKEN_PREFIX) ? findTokenActor(sql, bearer, nowMs) : null;
  }
  const cookies = headers.get("cookie");
  const sealed = readCookie(cookies, sessionCookieName(usesTls(process.env)));
  if (sealed === null) return null;
  const sid = await openSeal(sealed, readWebSecret(process.env));
  return sid === null ? null : findSessionActor(sql, sid, { attended: isAttended(headers) });
}

/** Says of a request that nobody caused it: a page that refreshes itself, the live line, a page fetched ahead of a click. */
export const UNATTENDED = "x-tl-unattended";

/** Only what a person caused keeps a session from ending idle. A client that lies about it prolongs its own session, no more than by asking. */
function isAttended(headers: Headers): boolean {
  return !headers.has(UNATTENDED) && !headers.has("next-router-prefetch") && headers.get("purpose") !== "prefetch";
}

/** Ids of all teams of an organisation. */
export async function teamsOf(sql: Sql, orgId: string): Promise<string[]> {
  const { rows } = await sql.query<{ id: string }>("select id from teams where org_id = $1", [orgId]);
  return rows.map(({ id }) => id);
}

interface TokenRow {
  id: string;
  name: string;
  orgId: string;
  userId: string | null;
  role: Role | null;
  teamId: string | null;
  access: "read" | "write";
  roles: Membership[];
  stale: boolean;
}

/** A token acts with its own role, or, when it is somebody's, with the roles they have now; not at all once they are disabled. */
async function findTokenActor(sql: Sql, token: string, nowMs: number): Promise<TokenActor | null> {
  const { rows } = await sql.query<TokenRow>(
    `select t.id, t.name, t.org_id as "orgId", t.user_id as "userId", t.role, t.team_id as "teamId", t.access,
       coalesce(t.last_used_at < to_timestamp($2 / 1000.0) - interval '30 seconds', true) as stale,
       (select coalesce(json_agg(json_build_object('role', m.role, 'teamId', m.team_id)), '[]') from memberships m where m.user_id = t.user_id) as roles
     from api_tokens t left join users u on u.id = t.user_id
     where t.token_hash = $1 and t.revoked_at is null and t.expires_at > to_timestamp($2 / 1000.0) and u.disabled_at is null`,
    [hashSecret(token), nowMs],
  );
  const row = rows[0];
  if (!row) return null;
  const { id, name, orgId, userId, role, teamId, access, roles } = row;
  if (row.stale)
    await sql.query("update api_tokens set last_used_at = to_timestamp($2 / 1000.0) where id = $1", [id, nowMs]);
  const memberships = role === null ? roles : [{ role, teamId }];
  return { kind: "token", id, name, orgId, userId, memberships, readOnly: access === "read" };
}
