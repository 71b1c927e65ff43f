import type { Sql } from "@/db/access";
import { type ValueToday, valueToday } from "./domain/value-today";
import { listOutcomes } from "./outcome-queries";
import { getPortfolio } from "./queries";

/** What the portfolio and the outcomes say now, for the first pages of those who decide. */
export async function getValueToday(sql: Sql, nowMs: number): Promise<ValueToday> {
  const [portfolio, outcomes] = await Promise.all([getPortfolio(sql, nowMs), listOutcomes(sql, nowMs)]);
  return valueToday(portfolio, outcomes);
}
