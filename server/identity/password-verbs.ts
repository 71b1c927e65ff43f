import { randomBytes } from "node:crypto";
import type { Access, Tx } from "@/db/access";
import type { Actor } from "@/server/core/actor";
import { audit } from "@/server/core/audit";
import type { Ctx } from "@/server/core/context";
import { DomainError } from "@/server/core/errors";
import { hashSecret } from "@/server/core/secrets-hash";
import { wordsOf } from "./domain/easy-password";
import { hashPassword } from "./passwords";
import type { ChangePassword, SetUp, SpendToken } from "./schema";
import { checkPassword, type Visitor } from "./sign-in";

const RESET_VALID = "24 hours";
const SPENT = "This link was used, is over or was never given. Ask an administrator for a new one.";

/**
 * Sets another password, for who knows the present one. Every other session of theirs ends.
 * @throws {DomainError} invalid_input, conflict after too many wrong ones, not_found for who has no password here
 */
export async function changePassword(
  { actor, door }: Pick<Ctx, "actor" | "door">,
  { current, next }: ChangePassword,
  visitor: Visitor,
): Promise<void> {
  if (actor.kind !== "user")
    throw new DomainError("not_found", "Only somebody who is signed in has a password to change.");
  const outcome = await checkPassword(door, { email: actor.email, password: current }, visitor);
  if ("refused" in outcome) {
    if (outcome.refused === "rate")
      throw new DomainError("conflict", "Too many wrong passwords. Wait a quarter of an hour.", { field: "current" });
    throw new DomainError("invalid_input", "The present password is not right.", { field: "current" });
  }
  const organisation = await door.query<{ name: string }>("select name from orgs where id = $1", [actor.orgId]);
  const words = wordsOf(actor.name, actor.email, organisation.rows[0]?.name ?? "");
  const hash = await hashPassword(next, words).catch(sayField("next"));
  await door.transaction(async (tx) => {
    await setPassword(tx, actor.id, hash, actor.sessionId);
    await audit(tx, { actor }, { action: "password.change", subject: `user:${actor.id}` });
  });
}

/** A link with which somebody sets a new password, once, within a day. An administrator hands it over; no mail is sent. */
export async function issueReset(
  ctx: Pick<Ctx, "transaction" | "actor">,
  { userId }: { userId: string },
): Promise<{ token: string }> {
  return ctx.transaction(async (tx) => {
    const { rows } = await tx.query<{ disabled: boolean }>(
      "select disabled_at is not null as disabled from users where id = $1",
      [userId],
    );
    if (!rows[0]) throw new DomainError("not_found", "There is nobody like that here.");
    if (rows[0].disabled)
      throw new DomainError("invalid_state", "They are disabled, so a link would open nothing. Let them in first.");
    const token = await insertReset(tx, ctx, userId);
    await audit(tx, ctx, { action: "password.issue-reset", subject: `user:${userId}` });
    return { token };
  });
}

/** Makes the link's token; whoever calls says in the audit log that it did. */
export async function insertReset(tx: Tx, { actor }: Pick<Ctx, "actor">, userId: string): Promise<string> {
  const token = randomBytes(32).toString("base64url");
  await tx.query(
    `insert into one_time_tokens (token_hash, purpose, user_id, issued_by, expires_at) values ($1, 'reset', $2, $3, now() + interval '${RESET_VALID}')`,
    [hashSecret(token), userId, actor.name],
  );
  return token;
}

/** Sets a new password with such a link. It works once, and ends every session of theirs. @throws {DomainError} not_found, invalid_input */
export async function spendReset(door: Access, { token, password }: SpendToken): Promise<void> {
  const holder = await door.query<{ name: string; email: string; organisation: string }>(
    `select u.name, u.email, o.name as organisation from one_time_tokens t join users u on u.id = t.user_id join orgs o on o.id = u.org_id
     where t.token_hash = $1 and t.purpose = 'reset' and t.used_at is null and t.expires_at > now() and u.disabled_at is null`,
    [hashSecret(token)],
  );
  const [known] = holder.rows;
  if (!known) throw new DomainError("not_found", SPENT);
  const hash = await hashPassword(password, wordsOf(known.name, known.email, known.organisation));
  await door.transaction(async (tx) => {
    const { rows } = await tx.query<{ id: string; name: string; orgId: string }>(
      `update one_time_tokens t set used_at = now() from users u
       where t.token_hash = $1 and t.purpose = 'reset' and t.used_at is null and t.expires_at > now() and u.id = t.user_id and u.disabled_at is null
       returning u.id, u.name, u.org_id as "orgId"`,
      [hashSecret(token)],
    );
    const user = rows[0];
    if (!user) throw new DomainError("not_found", SPENT);
    await setPassword(tx, user.id, hash, null);
    await audit(tx, { actor: person(user) }, { action: "password.reset", subject: `user:${user.id}` });
  });
}

/**
 * The first administrator of a new installation, with the token that its start printed. Impossible as soon as there is an administrator.
 * @throws {DomainError} not_found, invalid_input
 */
export async function setUp(door: Access, { token, organisation, name, email, password }: SetUp): Promise<void> {
  const hash = await hashPassword(password, wordsOf(organisation, name, email));
  await door.transaction(async (tx) => {
    const spent = await tx.query(
      `update one_time_tokens set used_at = now() where token_hash = $1 and purpose = 'setup' and used_at is null and expires_at > now()
         and not exists (select from memberships where role = 'admin') returning 1`,
      [hashSecret(token)],
    );
    if (!spent.rowCount)
      throw new DomainError("not_found", "This set-up link was used or is over. Start again to get a new one.");
    const { rows } = await tx.query<{ id: string; orgId: string }>(
      `insert into users (email, name, password_hash, password_changed_at) values ($1, $2, $3, now()) returning id, org_id as "orgId"`,
      [email, name, hash],
    );
    const made = rows[0];
    if (!made) throw new Error("the administrator was not made");
    await tx.query("update orgs set name = $2 where id = $1", [made.orgId, organisation]);
    await tx.query("insert into memberships (user_id, role, granted_by) values ($1, 'admin', 'set-up')", [made.id]);
    await audit(
      tx,
      { actor: person({ ...made, name }) },
      { action: "installation.set-up", subject: `user:${made.id}`, after: { organisation, email } },
    );
  });
}

/** A token for `setUp`, when nobody administers this installation yet; null when somebody does. Earlier ones end. */
export async function issueSetUp(ctx: Pick<Ctx, "transaction" | "actor">): Promise<string | null> {
  const token = randomBytes(32).toString("base64url");
  return ctx.transaction(async (tx) => {
    const { rows } = await tx.query("select 1 from memberships where role = 'admin' limit 1");
    if (rows.length > 0) return null;
    await tx.query("update one_time_tokens set used_at = now() where purpose = 'setup' and used_at is null");
    await tx.query(
      "insert into one_time_tokens (token_hash, purpose, issued_by, expires_at) values ($1, 'setup', 'start', now() + interval '24 hours')",
      [hashSecret(token)],
    );
    await audit(tx, ctx, { action: "installation.issue-set-up", subject: "installation:this" });
    return token;
  });
}

/** The same refusal at the field as the form calls it. */
function sayField(field: string) {
  return (cause: unknown): never => {
    throw cause instanceof DomainError && cause.detail.field === "password"
      ? new DomainError(cause.code, cause.message, { ...cause.detail, field })
      : cause;
  };
}

async function setPassword(tx: Tx, userId: string, hash: string, keepSession: string | null): Promise<void> {
  await tx.query("update users set password_hash = $2, password_changed_at = now() where id = $1", [userId, hash]);
  await tx.query(
    "update sessions set revoked_at = now(), revoked_why = 'the password was changed' where user_id = $1 and id is distinct from $2 and revoked_at is null",
    [userId, keepSession],
  );
}

function person({ id, name, orgId }: { id: string; name: string; orgId: string }): Actor {
  return { kind: "user", id, name, orgId, email: "", sessionId: "", memberships: [] };
}
