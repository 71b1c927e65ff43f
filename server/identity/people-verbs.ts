import type { Tx } from "@/db/access";
import { ownerIdOf } from "@/server/core/actor";
import { audit } from "@/server/core/audit";
import type { Ctx } from "@/server/core/context";
import { granterOf, mayGrant, type Role, TEAM_ROLES } from "@/server/core/domain/permissions";
import { DomainError, errorCode } from "@/server/core/errors";
import { tightenSessions } from "@/server/core/session";
import { tell } from "@/server/inbox/verbs";
import { insertReset } from "./password-verbs";
import type { AddPerson, DisablePerson, GrantRole, RevokeRole } from "./schema";

type VerbCtx = Pick<Ctx, "transaction" | "actor">;
const UNIQUE_VIOLATION = "23505";

/**
 * Adds somebody who may then sign in with the identity provider, or with a password that they set by a one-time link: `token` is the
 * link's, where one was asked for.
 */
export async function addPerson(
  ctx: VerbCtx,
  { name, email, role, teamId, withLink = false }: AddPerson,
): Promise<{ userId: string; token: string | null }> {
  demandGrantable(ctx, role);
  return ctx
    .transaction(async (tx) => {
      const { rows } = await tx.query<{ id: string }>(
        "insert into users (org_id, email, name) values ($1, $2, $3) returning id",
        [ctx.actor.orgId, email, name],
      );
      const userId = rows[0]?.id ?? "";
      await insertGrant(tx, ctx, { userId, role, teamId });
      const token = withLink ? await insertReset(tx, ctx, userId) : null;
      const after = { name, email, role, withLink };
      await audit(tx, ctx, { action: "user.add", subject: `user:${userId}`, teamId, after });
      return { userId, token };
    })
    .catch((cause: unknown) => {
      if (errorCode(cause) !== UNIQUE_VIOLATION) throw cause;
      throw new DomainError("conflict", "Somebody with this e-mail address is here already.", { field: "email" });
    });
}

/**
 * Lets somebody in no more: their sessions end with the next request, their tokens with the next call. What they did stays.
 * @throws {DomainError} invalid_state for the last administrator, and for the only chair unless `emptyChair`
 */
export async function disablePerson(ctx: VerbCtx, { userId, emptyChair }: DisablePerson): Promise<void> {
  await ctx.transaction(async (tx) => {
    const { rowCount } = await tx.query("update users set disabled_at = now() where id = $1 and disabled_at is null", [
      userId,
    ]);
    if (!rowCount) throw new DomainError("not_found", "There is nobody like that here, or they are disabled already.");
    await demandAdmin(tx);
    if (!emptyChair && (await holds(tx, userId, "chair"))) await demandChair(tx);
    await tx.query(
      "update sessions set revoked_at = now(), revoked_why = 'the account was disabled' where user_id = $1 and revoked_at is null",
      [userId],
    );
    await audit(tx, ctx, { action: "user.disable", subject: `user:${userId}` });
  });
}

export async function enablePerson(ctx: VerbCtx, { userId }: { userId: string }): Promise<void> {
  await ctx.transaction(async (tx) => {
    const { rowCount } = await tx.query(
      "update users set disabled_at = null where id = $1 and disabled_at is not null",
      [userId],
    );
    if (!rowCount) throw new DomainError("not_found", "There is nobody like that here, or they are not disabled.");
    await audit(tx, ctx, { action: "user.enable", subject: `user:${userId}` });
  });
}

/**
 * Gives a role. Nobody gives one to themselves. Sessions that are longer than the role allows are cut to what it allows.
 * @throws {DomainError} not_found, forbidden, conflict, invalid_input
 */
export async function grantRole(ctx: VerbCtx, grant: GrantRole): Promise<void> {
  demandGrantable(ctx, grant.role);
  if (grant.userId === ownerIdOf(ctx.actor))
    throw new DomainError("forbidden", "Nobody gives a role to themselves. Ask another administrator, or the chair.");
  await ctx.transaction(async (tx) => {
    await demandPerson(tx, grant.userId);
    await insertGrant(tx, ctx, grant);
    const sessionsCut = await tightenSessions(tx, grant.userId);
    await tellRole(tx, ctx, grant, "granted");
    await audit(tx, ctx, {
      action: "role.grant",
      subject: `user:${grant.userId}`,
      teamId: grant.teamId,
      after: { role: grant.role, ...(sessionsCut > 0 ? { sessionsCut } : {}) },
    });
  });
}

/**
 * Takes a role away; it holds for the next request. The last administrator keeps theirs.
 * @throws {DomainError} not_found, forbidden; invalid_state for the last administrator, and for the only chair unless `emptyChair`
 */
export async function revokeRole(ctx: VerbCtx, { userId, role, teamId, emptyChair }: RevokeRole): Promise<void> {
  demandGrantable(ctx, role);
  await ctx.transaction(async (tx) => {
    const { rowCount } = await tx.query(
      "delete from memberships where user_id = $1 and role = $2 and team_id is not distinct from $3",
      [userId, role, teamId],
    );
    if (!rowCount) throw new DomainError("not_found", "They do not have this role. Load the page again.");
    if (role === "admin") await demandAdmin(tx);
    if (role === "chair" && !emptyChair) await demandChair(tx);
    // A cookie made while they had the role is worth nothing any more: they sign in anew with what they have now.
    await tx.query(
      "update sessions set revoked_at = now(), revoked_why = 'a role was taken away' where user_id = $1 and revoked_at is null",
      [userId],
    );
    await tellRole(tx, ctx, { userId, role, teamId }, "taken");
    await audit(tx, ctx, { action: "role.revoke", subject: `user:${userId}`, teamId, before: { role } });
  });
}

function demandGrantable({ actor }: VerbCtx, role: Role): void {
  if (mayGrant(actor, role)) return;
  throw new DomainError(
    "forbidden",
    granterOf(role) === "chair"
      ? "Only the chair of the council gives and takes its seats."
      : "Only an administrator gives and takes this role.",
    { field: "role" },
  );
}

async function insertGrant(tx: Tx, ctx: VerbCtx, { userId, role, teamId }: GrantRole): Promise<void> {
  if (TEAM_ROLES.has(role) !== (teamId !== null))
    throw new DomainError(
      "invalid_input",
      TEAM_ROLES.has(role)
        ? "This role is held in a team: choose one."
        : "This role holds everywhere: leave the team out.",
      { field: "teamId" },
    );
  if (teamId !== null) {
    const { rows } = await tx.query("select 1 from teams where id = $1", [teamId]);
    if (rows.length === 0) throw new DomainError("not_found", "There is no such team here.", { field: "teamId" });
  }
  const { rowCount } = await tx.query(
    "insert into memberships (user_id, team_id, role, granted_by) values ($1, $2, $3, $4) on conflict do nothing",
    [userId, teamId, role, ctx.actor.name],
  );
  if (!rowCount) throw new DomainError("conflict", "They have this role already.");
}

async function tellRole(tx: Tx, ctx: VerbCtx, { userId, role }: GrantRole, what: "granted" | "taken"): Promise<void> {
  const words = role.replace("-", " ");
  await tell(tx, {
    orgId: ctx.actor.orgId,
    to: [userId],
    key: `role-${what}:${role}`,
    kind: what === "granted" ? "role-granted" : "role-taken",
    status: what === "granted" ? "ok" : "watch",
    title: what === "granted" ? `You are ${words} now` : `You are no longer ${words}`,
    detail: `${ctx.actor.name} ${what === "granted" ? "gave you this role" : "took this role away"}.`,
  });
}

async function demandPerson(tx: Tx, userId: string): Promise<void> {
  const { rows } = await tx.query("select 1 from users where id = $1", [userId]);
  if (rows.length === 0) throw new DomainError("not_found", "There is nobody like that here.");
}

/** One at a time, so that two administrators cannot take each other away at once. */
async function demandAdmin(tx: Tx): Promise<void> {
  await tx.query("select pg_advisory_xact_lock(hashtextextended('throughline last admin', 0))");
  const { rows } = await tx.query(
    "select 1 from memberships m join users u on u.id = m.user_id where m.role = 'admin' and u.disabled_at is null limit 1",
  );
  if (rows.length === 0)
    throw new DomainError("invalid_state", "This is the last administrator. Make somebody else one first.");
}

async function holds(tx: Tx, userId: string, role: Role): Promise<boolean> {
  const { rows } = await tx.query("select 1 from memberships where user_id = $1 and role = $2", [userId, role]);
  return rows.length > 0;
}

/** Without a chair nobody gives a seat, the chair's among them: that may be meant, but not by mistake. */
async function demandChair(tx: Tx): Promise<void> {
  const { rows } = await tx.query(
    "select 1 from memberships m join users u on u.id = m.user_id where m.role = 'chair' and u.disabled_at is null limit 1",
  );
  if (rows.length === 0)
    throw new DomainError(
      "invalid_state",
      "This leaves the chair's seat empty, and nobody could give a seat on the council. Give the seat to somebody first, or confirm that it may be empty.",
      { field: "emptyChair" },
    );
}
