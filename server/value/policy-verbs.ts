import type { Tx } from "@/db/access";
import { ownerIdOf } from "@/server/core/actor";
import { audit } from "@/server/core/audit";
import type { Ctx } from "@/server/core/context";
import { DomainError } from "@/server/core/errors";
import { formatMoney } from "./domain/money-words";
import { getPolicy } from "./queries";
import type { SavePolicy } from "./schema";

type VerbCtx = Pick<Ctx, "transaction" | "actor">;

/**
 * Writes down another policy of the portfolio: its budget and how it is ranked. Those before stay.
 *
 * @throws {DomainError} conflict when somebody saved one meanwhile, invalid_input for a budget below what is committed, and for another
 *   currency than that of the estimates that are there
 */
export async function savePolicy(ctx: VerbCtx, policy: SavePolicy): Promise<{ version: number }> {
  return ctx.transaction(async (tx) => {
    await tx.query("select pg_advisory_xact_lock(hashtext('throughline budget'))");
    const before = await getPolicy(tx);
    if (before.version !== policy.version)
      throw new DomainError("conflict", "Somebody saved another policy meanwhile. Look at it again, then decide.");
    await demandMoneyFits(tx, policy);
    const version = before.version + 1;
    await tx.query(
      `insert into value_policies (org_id, version, currency, budget_cents, discount_rate, weights, ranked_by, why, made_by, made_by_name)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
      [
        ...[ctx.actor.orgId, version, policy.currency, policy.budgetCents, policy.discountRate],
        ...[JSON.stringify(policy.weights), policy.rankedBy, policy.why, ownerIdOf(ctx.actor), ctx.actor.name],
      ],
    );
    await audit(tx, ctx, { action: "policy.save", subject: `policy:${version}`, before, after: policy });
    return { version };
  });
}

async function demandMoneyFits(tx: Tx, { budgetCents, currency }: SavePolicy): Promise<void> {
  const { rows } = await tx.query<{ committed: number; other: string | null }>(
    `select coalesce((select sum(committed_cents) from use_cases), 0)::float8 as committed,
       (select currency from use_case_estimates where currency <> $1 limit 1) as other`,
    [currency],
  );
  const { committed = 0, other = null } = rows[0] ?? {};
  if (other !== null)
    throw new DomainError("invalid_input", `There are estimates in ${other}, and nobody here knows an exchange rate.`, {
      field: "currency",
    });
  if (budgetCents < committed)
    throw new DomainError("invalid_input", `${formatMoney(committed, currency)} are committed. Enter at least that.`, {
      field: "budgetCents",
    });
}
