import type { Ctx } from "@/server/core/context";
import { getPortfolio, type Portfolio } from "./queries";

/**
 * The portfolio as it was at most a second ago. An older answer, which shared reads would give meanwhile, does not do: a sensor counts as
 * silent after 6 s, an open page asks every 2.5 s, and within 10 s it says so.
 */
export function readPortfolio({ shared, sql, now }: Pick<Ctx, "shared" | "sql" | "now">): Promise<Portfolio> {
  return shared(`value.portfolio ${Math.floor(now() / 1_000)}`, () => getPortfolio(sql, now()));
}
