import type { Sql } from "@/db/access";
import { csvLine } from "@/server/core/domain/csv";
import { ofTeam } from "@/server/value/domain/of-team";
import { listMeasured } from "./queries";

/** What went live with what it is measured to have paid; a figure that is not known is empty, with the reason beside it. */
export async function* exportMeasured(sql: Sql, team: { team: string | null }, nowMs: number): AsyncGenerator<string> {
  yield csvLine([
    ...["use_case", "title", "kpi", "unit", "live_on", "baseline_from", "effect_per_day", "effect_low", "effect_high"],
    ...["net_cash_cents", "roi_cash", "net_amortised_cents", "roi_amortised", "currency", "days", "missing_days"],
    "unknown_because",
  ]);
  for (const { measured, ...row } of ofTeam(await listMeasured(sql, nowMs), team)) {
    const effect = measured.known ? measured.value.effect : measured;
    const returns = measured.known ? measured.value.returns : measured;
    const cash = returns.known ? returns.value.cash : null;
    const amortised = returns.known ? returns.value.amortised : null;
    yield csvLine([
      ...[row.useCaseId, row.title, row.kpi, row.unit, row.liveOn, row.baselineFrom],
      ...(effect.known ? [effect.value.perDay, effect.value.low, effect.value.high] : [null, null, null]),
      ...[cash?.netCents, cash?.roi, amortised?.netCents, amortised?.roi, row.currency, cash?.days, cash?.missingDays],
      effect.known ? (returns.known ? null : returns.why) : effect.why,
    ]);
  }
}
