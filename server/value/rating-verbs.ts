import { ownerIdOf } from "@/server/core/actor";
import { audit } from "@/server/core/audit";
import type { Ctx } from "@/server/core/context";
import { lockUseCase } from "./lock-verbs";
import type { RateUseCase } from "./rating-schema";

/**
 * Writes down what somebody thinks of a use case on the scales of RICE, ICE and WSJF; the ratings before stay.
 *
 * @throws {DomainError} not_found, conflict when somebody changed it meanwhile
 */
export async function rateUseCase(
  ctx: Pick<Ctx, "transaction" | "actor">,
  { rating, why, ...seen }: RateUseCase,
): Promise<{ rating: number }> {
  return ctx.transaction(async (tx) => {
    const { teamId } = await lockUseCase(tx, seen);
    const { rows } = await tx.query<{ version: number }>(
      `insert into use_case_ratings (use_case_id, version, rating, why, made_by, made_by_name)
       select $1, coalesce(max(version), 0) + 1, $2::jsonb, $3, $4, $5 from use_case_ratings where use_case_id = $1 returning version`,
      [seen.id, JSON.stringify(rating), why, ownerIdOf(ctx.actor), ctx.actor.name],
    );
    const version = rows[0]?.version ?? 1;
    const subject = `use-case:${seen.id}`;
    await audit(tx, ctx, { action: "use-case.rate", subject, teamId, after: { version, rating, why } });
    return { rating: version };
  });
}
