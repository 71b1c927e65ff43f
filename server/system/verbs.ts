import { audit } from "@/server/core/audit";
import type { Ctx } from "@/server/core/context";
import { DomainError } from "@/server/core/errors";
import type { SetRetention } from "./schema";

/**
 * Changes how long something is kept. Jobs obey from their next turn on; what they then delete does not come back.
 * @throws {DomainError} invalid_state before a jobs process has noted what it was started with
 */
export async function setRetention(
  ctx: Pick<Ctx, "transaction" | "actor">,
  { what, days }: SetRetention,
): Promise<void> {
  await ctx.transaction(async (tx) => {
    const { rows } = await tx.query<{ days: number }>(
      "select days from retention_settings where what = $1 for update",
      [what],
    );
    const before = rows[0];
    if (!before)
      throw new DomainError(
        "invalid_state",
        "No jobs process has started yet, so there is nothing to change. Start one first.",
      );
    await tx.query("update retention_settings set days = $2, changed_by = $3, changed_at = now() where what = $1", [
      what,
      days,
      ctx.actor.name,
    ]);
    await audit(tx, ctx, { action: "retention.change", subject: `retention:${what}`, before, after: { days } });
  });
}
