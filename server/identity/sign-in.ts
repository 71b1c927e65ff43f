import type { Access, Tx } from "@/db/access";
import type { Actor } from "@/server/core/actor";
import { audit } from "@/server/core/audit";
import { endSession, startSession } from "@/server/core/session";
import { tell } from "@/server/inbox/verbs";
import { passwordMatches } from "./passwords";
import { SignIn } from "./schema";

/** Within a quarter of an hour. An account's count starts anew with a sign-in that works. */
const MAX_PER_ACCOUNT = 10;
const MAX_PER_ADDRESS = 50;
const WINDOW = "15 minutes";

export interface Visitor {
  ip: string;
  userAgent: string;
}

/** `credentials` covers an unknown person, a wrong password and somebody disabled: which of them it was is not told. */
export type SignInOutcome = { userId: string } | { refused: "credentials" | "rate" };

/**
 * Checks a name and a password. The attempt is written down before the password is looked at, so a hundred at once are counted like a
 * hundred in a row; above the limit the answer is `rate` without a look, right or wrong. Attempts above it are not counted, so nobody can
 * keep somebody else locked out for ever.
 * @throws {DomainError} busy
 */
export async function checkPassword(door: Access, typed: unknown, { ip }: Visitor): Promise<SignInOutcome> {
  const given = SignIn.safeParse(typed);
  if (!given.success) return { refused: "credentials" };
  const { email, password } = given.data;
  const attempt = await door.transaction((tx) => countAttempt(tx, email, ip));
  if (attempt === null) return { refused: "rate" };
  const { rows } = await door.query<{ id: string; hash: string | null; disabled: boolean }>(
    `select id, password_hash as hash, disabled_at is not null as disabled from users where email = $1`,
    [email],
  );
  const user = rows[0];
  const matches = await passwordMatches(password, user?.hash ?? null);
  if (!user || !matches || user.disabled) return { refused: "credentials" };
  await door.query("update login_attempts set succeeded = true where id = $1", [attempt]);
  return { userId: user.id };
}

/** @returns the attempt's id, or null when there were too many */
async function countAttempt(tx: Tx, account: string, ip: string): Promise<string | null> {
  // Whoever counts holds both counts still, the address's always first: two that come at once cannot wait for each other.
  await tx.query("select pg_advisory_xact_lock(hashtextextended($1, 8))", [ip]);
  await tx.query("select pg_advisory_xact_lock(hashtextextended($1, 7))", [account]);
  const { rows } = await tx.query<{ ofAccount: number; ofAddress: number }>(
    `select count(*) filter (where account = $1 and id > coalesce((select max(id) from login_attempts where account = $1 and succeeded), 0))::int as "ofAccount",
       count(*) filter (where ip = $2)::int as "ofAddress"
     from login_attempts where (account = $1 or ip = $2) and not succeeded and at > now() - interval '${WINDOW}'`,
    [account, ip],
  );
  const seen = rows[0];
  if (seen && (seen.ofAccount >= MAX_PER_ACCOUNT || seen.ofAddress >= MAX_PER_ADDRESS)) return null;
  const made = await tx.query<{ id: string }>(
    "insert into login_attempts (account, ip, succeeded) values ($1, $2, false) returning id",
    [account, ip],
  );
  return made.rows[0]?.id ?? null;
}

/** Starts the session and writes down that it was started, or does neither. @returns what the cookie holds */
export async function openSession(door: Access, userId: string, visitor: Visitor, how: string): Promise<string> {
  return door.transaction(async (tx) => {
    const { rows } = await tx.query<{ orgId: string; name: string }>(
      `select org_id as "orgId", name from users where id = $1 and disabled_at is null`,
      [userId],
    );
    const user = rows[0];
    if (!user) throw new Error("a session was asked for somebody who is not there");
    await tellNewPlace(tx, { userId, orgId: user.orgId }, visitor);
    const sid = await startSession(tx, { userId, ...visitor });
    await audit(
      tx,
      { actor: personActor({ id: userId, ...user }) },
      { action: "session.start", subject: `user:${userId}`, after: { how, ip: visitor.ip } },
    );
    return sid;
  });
}

/** A first sign-in is from nowhere new; a later one from an address that none of their sessions came from is told to them. */
async function tellNewPlace(
  tx: Tx,
  { userId, orgId }: { userId: string; orgId: string },
  visitor: Visitor,
): Promise<void> {
  const { rows } = await tx.query<{ isNew: boolean }>(
    `select count(*) > 0 and count(*) filter (where ip = $2) = 0 as "isNew" from sessions where user_id = $1`,
    [userId, visitor.ip],
  );
  if (!rows[0]?.isNew) return;
  await tell(tx, {
    orgId,
    to: [userId],
    key: `sign-in:${visitor.ip}`,
    kind: "sign-in",
    status: "watch",
    title: `You signed in from a new place, ${visitor.ip}`,
    detail: `${visitor.userAgent.slice(0, 200) || "An unknown browser"}. If it was not you, end that session and change your password.`,
    href: "/account/sessions",
  });
}

/**
 * The person whom an identity provider names: by its own id for them, or, the first time, by an address that it has verified. Nobody is
 * let in whom an administrator has not added.
 */
export async function findProvidedUser(
  door: Access,
  { subject, email, emailVerified }: { subject: string; email: string; emailVerified: boolean },
): Promise<string | null> {
  const known = await door.query<{ id: string }>(
    "select id from users where oidc_subject = $1 and disabled_at is null",
    [subject],
  );
  if (known.rows[0]) return known.rows[0].id;
  if (!emailVerified) return null;
  return door.transaction(async (tx) => {
    const { rows } = await tx.query<{ id: string; name: string; orgId: string }>(
      `update users set oidc_subject = $1 where email = lower($2) and oidc_subject is null and disabled_at is null
       returning id, name, org_id as "orgId"`,
      [subject, email],
    );
    const user = rows[0];
    if (!user) return null;
    await audit(
      tx,
      { actor: personActor(user) },
      { action: "identity.link", subject: `user:${user.id}`, after: { subject } },
    );
    return user.id;
  });
}

/** Signing out: ends the session of a cookie and writes that down; nothing happens when it is over already. */
export async function closeSession(door: Access, sid: string): Promise<void> {
  await door.transaction(async (tx) => {
    const ended = await endSession(tx, sid, "signed out");
    if (ended === null) return;
    const { rows } = await tx.query<{ id: string; name: string; orgId: string }>(
      `select id, name, org_id as "orgId" from users where id = $1`,
      [ended.userId],
    );
    const user = rows[0];
    if (user) await audit(tx, { actor: personActor(user) }, { action: "session.end", subject: `session:${ended.id}` });
  });
}

function personActor(user: { id: string; name: string; orgId: string }): Actor {
  return { kind: "user", email: "", sessionId: "", memberships: [], ...user };
}
