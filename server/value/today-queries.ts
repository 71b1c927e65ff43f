import type { Sql } from "@/db/access";
import { type ValueToday, valueToday } from "./domain/value-today";
import { listOutcomes } from "./outcome-queries";
import { getPortfolio } from "./queries";

/** What the portfolio and the outcomes say now, for the first pages of those who decide. @param team of this one alone; null = of all */
export async function getValueToday(sql: Sql, nowMs: number, team: string | null): Promise<ValueToday> {
  const [portfolio, outcomes, elsewhereCents] = await Promise.all([
    getPortfolio(sql, nowMs, team),
    listOutcomes(sql, nowMs, null, team),
    team === null ? null : getCommittedElsewhere(sql, team),
  ]);
  return valueToday(portfolio, outcomes, elsewhereCents);
}

/** What the other teams have committed of the budget that all of them share, cents. */
async function getCommittedElsewhere(sql: Sql, team: string): Promise<number> {
  const { rows } = await sql.query<{ cents: number }>(
    `select coalesce(sum(committed_cents), 0)::float8 as cents from use_cases where team_id <> $1 and intake = 'accepted'`,
    [team],
  );
  return rows[0]?.cents ?? 0;
}
