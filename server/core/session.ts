import { randomBytes } from "node:crypto";
import { decode, encode } from "next-auth/jwt";
import type { Sql } from "@/db/access";
import type { UserActor } from "./actor";
import type { Membership } from "./domain/permissions";
import { hashSecret } from "./secrets-hash";

/** Technicians carry a phone through a plant where signing in again is not possible; everybody else sits at a desk. */
const LIMITS = {
  desk: { idle: "30 minutes", absolute: "12 hours" },
  field: { idle: "7 days", absolute: "7 days" },
} as const;
/** Longer than any session: the row decides, not the cookie. */
const COOKIE_MAX_AGE_S = 7 * 24 * 3600;
/** "Last seen" is written at most this often: a page that polls must not write a row with every poll. */
const SEEN_EVERY_S = 30;

export interface SessionStart {
  userId: string;
  ip: string;
  userAgent: string;
}

/**
 * Starts a session and returns its id, which only the cookie of that browser holds; the table has its hash. Every sign-in gets a new id,
 * so a cookie from before it is worth nothing.
 */
export async function startSession(sql: Sql, { userId, ip, userAgent }: SessionStart): Promise<string> {
  const sid = randomBytes(32).toString("base64url");
  const { idle, absolute } = await limitsOf(sql, userId);
  await sql.query(
    `insert into sessions (sid_hash, user_id, idle_limit, expires_at, ip, user_agent) values ($1, $2, $3::interval, now() + $4::interval, $5, $6)`,
    [hashSecret(sid), userId, idle, absolute, ip, userAgent.slice(0, 300)],
  );
  return sid;
}

async function limitsOf(sql: Sql, userId: string): Promise<(typeof LIMITS)[keyof typeof LIMITS]> {
  const { rows } = await sql.query<{ fieldOnly: boolean }>(
    `select coalesce(bool_and(role = 'technician'), false) as "fieldOnly" from memberships where user_id = $1`,
    [userId],
  );
  return rows[0]?.fieldOnly ? LIMITS.field : LIMITS.desk;
}

/**
 * Cuts the open sessions of somebody to what their roles allow now: a phone that was signed in for a week must not become an
 * administrator's for a week. Never makes one longer.
 * @returns how many were cut; one that has been idle or open for longer than that is over with it
 */
export async function tightenSessions(sql: Sql, userId: string): Promise<number> {
  const { idle, absolute } = await limitsOf(sql, userId);
  const { rowCount } = await sql.query(
    `update sessions set idle_limit = least(idle_limit, $2::interval), expires_at = least(expires_at, created_at + $3::interval)
     where user_id = $1 and revoked_at is null and expires_at > now() and (idle_limit > $2::interval or expires_at > created_at + $3::interval)`,
    [userId, idle, absolute],
  );
  return rowCount ?? 0;
}

/**
 * The person behind a session that is still good, or null: unknown, ended, idle too long, too old, or of somebody disabled.
 * @param attended whether a person caused this; a tab that refreshes itself must not keep its session alive for ever
 */
export async function findSessionActor(
  sql: Sql,
  sid: string,
  { attended }: { attended: boolean },
): Promise<UserActor | null> {
  const { rows } = await sql.query<{
    sessionId: string;
    id: string;
    name: string;
    email: string;
    orgId: string;
    stale: boolean;
    memberships: Membership[];
  }>(
    `select s.id as "sessionId", u.id, u.name, u.email, u.org_id as "orgId", s.last_seen_at < now() - interval '${SEEN_EVERY_S} seconds' as stale,
       (select coalesce(json_agg(json_build_object('role', m.role, 'teamId', m.team_id)), '[]') from memberships m where m.user_id = u.id) as memberships
     from sessions s join users u on u.id = s.user_id
     where s.sid_hash = $1 and s.revoked_at is null and s.expires_at > now() and s.last_seen_at + s.idle_limit > now() and u.disabled_at is null`,
    [hashSecret(sid)],
  );
  const row = rows[0];
  if (!row) return null;
  const { stale, ...person } = row;
  if (stale && attended) await sql.query("update sessions set last_seen_at = now() where id = $1", [row.sessionId]);
  return { kind: "user", ...person };
}

/** Ends the session of a cookie. @returns which it was, or null when there is none that is still open */
export async function endSession(sql: Sql, sid: string, why: string): Promise<{ id: string; userId: string } | null> {
  const { rows } = await sql.query<{ id: string; userId: string }>(
    `update sessions set revoked_at = now(), revoked_why = $2 where sid_hash = $1 and revoked_at is null returning id, user_id as "userId"`,
    [hashSecret(sid), why],
  );
  return rows[0] ?? null;
}

/** The cookie's value: the session id, encrypted and authenticated. It says nothing about the person. */
export function sealSession(sid: string, secret: string): Promise<string> {
  return encode({ token: { sid }, secret, maxAge: COOKIE_MAX_AGE_S });
}

/** The session id of a cookie that this installation made and that is not over; null for any other text. */
export async function openSeal(cookie: string, secret: string): Promise<string | null> {
  try {
    const token = await decode({ token: cookie, secret });
    return typeof token?.sid === "string" ? token.sid : null;
  } catch {
    return null; // forged, of another installation, or over
  }
}

export const SESSION_COOKIE_MAX_AGE_S = COOKIE_MAX_AGE_S;

/** The value of one cookie in a Cookie header. */
export function readCookie(header: string | null, name: string): string | null {
  for (const part of (header ?? "").split(";")) {
    const at = part.indexOf("=");
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim();
  }
  return null;
}
