import { randomBytes } from "node:crypto";
import type { Tx } from "@/db/access";
import type { UserActor } from "@/server/core/actor";
import { audit } from "@/server/core/audit";
import type { Ctx } from "@/server/core/context";
import { TOKEN_PREFIX } from "@/server/core/door";
import { mayGrant, TEAM_ROLES } from "@/server/core/domain/permissions";
import { DomainError } from "@/server/core/errors";
import { hashSecret } from "@/server/core/secrets-hash";
import type { CreateServiceToken, CreateToken } from "./schema";

type VerbCtx = Pick<Ctx, "transaction" | "actor">;

/** Ends one of one's own sessions; the next request that carries its cookie is refused. @throws {DomainError} forbidden for a token */
export async function endOwnSession(ctx: VerbCtx, { id }: { id: string }): Promise<void> {
  const { id: userId } = signedIn(ctx);
  await ctx.transaction(async (tx) => {
    const { rowCount } = await tx.query(
      "update sessions set revoked_at = now(), revoked_why = 'ended by its owner' where id = $1 and user_id = $2 and revoked_at is null",
      [id, userId],
    );
    if (!rowCount) throw new DomainError("not_found", "This session is over already. Load the page again.");
    await audit(tx, ctx, { action: "session.end", subject: `session:${id}` });
  });
}

/** Signs out everywhere but here. @throws {DomainError} forbidden for a token */
export async function endOtherSessions(ctx: VerbCtx): Promise<{ ended: number }> {
  const { id: userId, sessionId: here } = signedIn(ctx);
  return ctx.transaction(async (tx) => {
    const { rowCount } = await tx.query(
      "update sessions set revoked_at = now(), revoked_why = 'ended by its owner' where user_id = $1 and id is distinct from $2 and revoked_at is null",
      [userId, here],
    );
    await audit(tx, ctx, { action: "session.end-others", subject: `user:${userId}`, after: { ended: rowCount } });
    return { ended: rowCount ?? 0 };
  });
}

/**
 * A token that acts with one's own roles. The token itself is in the answer and nowhere else.
 * @throws {DomainError} forbidden for a token
 */
export async function createOwnToken(ctx: VerbCtx, input: CreateToken): Promise<{ id: string; token: string }> {
  const { id: userId } = signedIn(ctx);
  return ctx.transaction((tx) => insertToken(tx, ctx, { ...input, userId, role: null, teamId: null }));
}

export async function revokeOwnToken(ctx: VerbCtx, { id }: { id: string }): Promise<void> {
  const userId = personOf(ctx);
  await ctx.transaction((tx) => revoke(tx, ctx, id, userId));
}

/** A token with a role of its own, for a program of the organisation. A role of a team needs the team; the first one where none is named. */
export async function createServiceToken(
  ctx: VerbCtx,
  input: CreateServiceToken,
): Promise<{ id: string; token: string }> {
  // A program that acts as the chair could give seats: whoever may not give the seat may not hand one to a program.
  if (input.access === "write" && !mayGrant(ctx.actor, input.role))
    throw new DomainError(
      "forbidden",
      "A token that acts for the council would sit on it, and its seats are the chair’s to give. Make one that only reads.",
      { field: "role" },
    );
  return ctx.transaction(async (tx) => {
    const teamId = TEAM_ROLES.has(input.role) ? (input.teamId ?? (await firstTeam(tx))) : null;
    return insertToken(tx, ctx, { ...input, userId: null, teamId });
  });
}

export async function revokeServiceToken(ctx: VerbCtx, { id }: { id: string }): Promise<void> {
  await ctx.transaction((tx) => revoke(tx, ctx, id, null));
}

async function insertToken(
  tx: Tx,
  ctx: VerbCtx,
  {
    name,
    access,
    days,
    userId,
    role,
    teamId,
  }: CreateToken & { userId: string | null; role: string | null; teamId: string | null },
): Promise<{ id: string; token: string }> {
  const token = `${TOKEN_PREFIX}${randomBytes(32).toString("base64url")}`;
  const { rows } = await tx.query<{ id: string }>(
    `insert into api_tokens (org_id, user_id, name, token_hash, hint, role, team_id, access, created_by, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, now() + make_interval(days => $10)) returning id`,
    [ctx.actor.orgId, userId, name, hashSecret(token), token.slice(0, 8), role, teamId, access, ctx.actor.name, days],
  );
  const id = rows[0]?.id ?? "";
  await audit(tx, ctx, { action: "token.create", subject: `token:${id}`, teamId, after: { name, access, days, role } });
  return { id, token };
}

async function revoke(tx: Tx, ctx: VerbCtx, id: string, userId: string | null): Promise<void> {
  const { rowCount } = await tx.query(
    "update api_tokens set revoked_at = now() where id = $1 and user_id is not distinct from $2 and revoked_at is null",
    [id, userId],
  );
  if (!rowCount) throw new DomainError("not_found", "There is no such token, or it was revoked already.");
  await audit(tx, ctx, { action: "token.revoke", subject: `token:${id}` });
}

async function firstTeam(tx: Tx): Promise<string | null> {
  const { rows } = await tx.query<{ id: string }>("select first_team() as id");
  return rows[0]?.id ?? null;
}

/**
 * Somebody who has signed in, and no program of theirs: a token that leaked must neither outlive itself by making more of its kind nor sign
 * its owner out.
 */
function signedIn({ actor }: Pick<Ctx, "actor">): UserActor {
  if (actor.kind === "user") return actor;
  throw new DomainError("forbidden", "A token cannot do this. Sign in, and do it on the page of your account.");
}

/** What is somebody's own needs somebody: a token of the organisation has no account. */
function personOf({ actor }: Pick<Ctx, "actor">): string {
  const userId = actor.kind === "user" ? actor.id : actor.kind === "token" ? actor.userId : null;
  if (userId === null) throw new DomainError("not_found", "This token belongs to nobody, so it has no account.");
  return userId;
}
