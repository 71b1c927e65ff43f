import { ownerIdOf } from "@/server/core/actor";
import type { Ctx } from "@/server/core/context";
import { VISIT_ENDS_AFTER_MS } from "./domain/changes";
import { rankedRows } from "./domain/portfolio-list";
import { readPortfolio } from "./portfolio-queries";

type VerbCtx = Pick<Ctx, "sql" | "shared" | "actor" | "now">;

/**
 * Notes that somebody looks at the portfolio, and how it is ranked now. It changes nothing but what they are told at their next visit and
 * leaves no row in the audit log. Half an hour without a look ends a visit.
 */
export async function visitPortfolio(ctx: VerbCtx): Promise<void> {
  const { sql, actor, now } = ctx;
  const { rows, policy } = await readPortfolio(ctx);
  const ranked = rankedRows(rows, policy).flatMap(({ ranked: one }) => (one.rank === null ? [] : [one]));
  await sql.query(
    `insert into portfolio_visits as v (org_id, owner_id, seen_at, ranks) values ($1, $2, to_timestamp($3 / 1000.0), $4)
     on conflict (org_id, owner_id) do update set
       before_at = case when excluded.seen_at - v.seen_at > make_interval(secs => $5) then v.seen_at else v.before_at end,
       before_ranks = case when excluded.seen_at - v.seen_at > make_interval(secs => $5) then v.ranks else v.before_ranks end,
       seen_at = greatest(v.seen_at, excluded.seen_at), ranks = excluded.ranks`,
    [
      ...[actor.orgId, ownerIdOf(actor), now()],
      ...[JSON.stringify(Object.fromEntries(ranked.map((one) => [one.id, one.rank]))), VISIT_ENDS_AFTER_MS / 1_000],
    ],
  );
}
