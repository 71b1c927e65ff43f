import { audit } from "@/server/core/audit";
import type { Ctx } from "@/server/core/context";
import { DomainError } from "@/server/core/errors";
import type { OfPerson } from "./schema";

type VerbCtx = Pick<Ctx, "transaction" | "actor">;

/** Ends one session of somebody; the next request that carries its cookie is refused. */
export async function endSessionOf(ctx: VerbCtx, { userId, id }: OfPerson): Promise<void> {
  await ctx.transaction(async (tx) => {
    const { rowCount } = await tx.query(
      "update sessions set revoked_at = now(), revoked_why = 'ended by an administrator' where id = $1 and user_id = $2 and revoked_at is null",
      [id, userId],
    );
    if (!rowCount) throw new DomainError("not_found", "There is no such session, or it is over already.");
    await audit(tx, ctx, { action: "session.end", subject: `user:${userId}`, after: { session: id } });
  });
}

/** Signs somebody out everywhere. Their tokens stay. */
export async function endSessionsOf(ctx: VerbCtx, { userId }: { userId: string }): Promise<{ ended: number }> {
  return ctx.transaction(async (tx) => {
    const { rowCount } = await tx.query(
      "update sessions set revoked_at = now(), revoked_why = 'ended by an administrator' where user_id = $1 and revoked_at is null and expires_at > now()",
      [userId],
    );
    if (!rowCount) throw new DomainError("not_found", "There is nobody like that here, or they are signed in nowhere.");
    await audit(tx, ctx, { action: "session.end-all", subject: `user:${userId}`, after: { ended: rowCount } });
    return { ended: rowCount };
  });
}

/** Takes a token of somebody's away; the program that holds it is refused from its next call on. */
export async function revokeTokenOf(ctx: VerbCtx, { userId, id }: OfPerson): Promise<void> {
  await ctx.transaction(async (tx) => {
    const { rowCount } = await tx.query(
      "update api_tokens set revoked_at = now() where id = $1 and user_id = $2 and revoked_at is null",
      [id, userId],
    );
    if (!rowCount) throw new DomainError("not_found", "There is no such token, or it was revoked already.");
    await audit(tx, ctx, { action: "token.revoke", subject: `user:${userId}`, after: { token: id } });
  });
}
