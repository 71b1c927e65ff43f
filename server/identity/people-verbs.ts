import type { Tx } from "@/db/access";
import { audit } from "@/server/core/audit";
import type { Ctx } from "@/server/core/context";
import { COUNCIL_ROLES, type Role, TEAM_ROLES } from "@/server/core/domain/permissions";
import { DomainError, errorCode } from "@/server/core/errors";
import type { AddPerson, GrantRole } from "./schema";

type VerbCtx = Pick<Ctx, "transaction" | "actor">;
const UNIQUE_VIOLATION = "23505";

/** Adds somebody who may then sign in with the identity provider, or with a password by the link of `issueReset`. */
export async function addPerson(ctx: VerbCtx, { name, email, role, teamId }: AddPerson): Promise<{ userId: string }> {
  demandGrantable(ctx, role);
  return ctx
    .transaction(async (tx) => {
      const { rows } = await tx.query<{ id: string }>(
        "insert into users (org_id, email, name) values ($1, $2, $3) returning id",
        [ctx.actor.orgId, email, name],
      );
      const userId = rows[0]?.id ?? "";
      await insertGrant(tx, ctx, { userId, role, teamId });
      await audit(tx, ctx, { action: "user.add", subject: `user:${userId}`, teamId, after: { name, email, role } });
      return { userId };
    })
    .catch((cause: unknown) => {
      if (errorCode(cause) !== UNIQUE_VIOLATION) throw cause;
      throw new DomainError("conflict", "Somebody with this e-mail address is here already.", { field: "email" });
    });
}

/** Lets somebody in no more: their sessions end with the next request, their tokens with the next call. What they did stays. */
export async function disablePerson(ctx: VerbCtx, { userId }: { userId: string }): Promise<void> {
  await ctx.transaction(async (tx) => {
    const { rowCount } = await tx.query("update users set disabled_at = now() where id = $1 and disabled_at is null", [
      userId,
    ]);
    if (!rowCount) throw new DomainError("not_found", "There is nobody like that here, or they are disabled already.");
    await demandAdmin(tx);
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

/** Gives a role. Nobody gives one to themselves. @throws {DomainError} not_found, forbidden, conflict, invalid_input */
export async function grantRole(ctx: VerbCtx, grant: GrantRole): Promise<void> {
  demandGrantable(ctx, grant.role);
  if (grant.userId === ctx.actor.id)
    throw new DomainError("forbidden", "Nobody gives a role to themselves. Ask another administrator, or the chair.");
  await ctx.transaction(async (tx) => {
    await demandPerson(tx, grant.userId);
    await insertGrant(tx, ctx, grant);
    await audit(tx, ctx, {
      action: "role.grant",
      subject: `user:${grant.userId}`,
      teamId: grant.teamId,
      after: { role: grant.role },
    });
  });
}

/** Takes a role away; it holds for the next request. The last administrator keeps theirs. */
export async function revokeRole(ctx: VerbCtx, { userId, role, teamId }: GrantRole): Promise<void> {
  demandGrantable(ctx, role);
  await ctx.transaction(async (tx) => {
    const { rowCount } = await tx.query(
      "delete from memberships where user_id = $1 and role = $2 and team_id is not distinct from $3",
      [userId, role, teamId],
    );
    if (!rowCount) throw new DomainError("not_found", "They do not have this role. Load the page again.");
    await demandAdmin(tx);
    // A cookie made while they had the role is worth nothing any more: they sign in anew with what they have now.
    await tx.query(
      "update sessions set revoked_at = now(), revoked_why = 'a role was taken away' where user_id = $1 and revoked_at is null",
      [userId],
    );
    await audit(tx, ctx, { action: "role.revoke", subject: `user:${userId}`, teamId, before: { role } });
  });
}

/** Seats of the council are the chair's to give, all other roles an administrator's. Our own processes give any. */
function demandGrantable({ actor }: VerbCtx, role: Role): void {
  if (actor.kind === "system") return;
  const needed: Role = COUNCIL_ROLES.has(role) ? "chair" : "admin";
  if (!actor.memberships.some((held) => held.role === needed))
    throw new DomainError(
      "forbidden",
      needed === "chair"
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
