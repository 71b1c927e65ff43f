import type { Sql } from "@/db/access";
import { csvLine } from "@/server/core/domain/csv";
import { ofTeam } from "./domain/of-team";
import { listKpis } from "./kpi-queries";
import { listOutcomes } from "./outcome-queries";

interface Team {
  team: string | null;
}

/** KPIs with what they say now; a value that is not known is empty, with the reason beside it. */
export async function* exportKpis(sql: Sql, team: Team, nowMs: number): AsyncGenerator<string> {
  yield csvLine([
    ...[
      "id",
      "name",
      "team",
      "owner",
      "unit",
      "direction",
      "source",
      "stream",
      "device",
      "value",
      "day",
      "unknown_because",
    ],
    ...["days_with_a_value", "days", "value_per_unit_low_cents", "value_per_unit_likeliest_cents"],
    ...["value_per_unit_high_cents", "currency", "approved_by", "moved_by"],
  ]);
  for (const kpi of ofTeam(await listKpis(sql, nowMs), team)) {
    const { now, days, valueCents } = kpi;
    yield csvLine([
      ...[
        kpi.id,
        kpi.name,
        kpi.team,
        kpi.ownerName,
        kpi.unit,
        kpi.direction,
        kpi.source,
        kpi.streamLabel,
        kpi.deviceLabel,
      ],
      ...(now.known ? [now.value.value, now.value.day, null] : [null, null, now.why]),
      ...[days.filter(({ value }) => value !== null).length, days.length],
      ...[valueCents.low, valueCents.mode, valueCents.high, kpi.currency, kpi.approvedByName],
      kpi.movedBy.map(({ title }) => title).join("; "),
    ]);
  }
}

/** Outcomes, one line for each KPI by which one is seen, and one for an outcome without any. */
export async function* exportOutcomes(sql: Sql, team: Team, nowMs: number): AsyncGenerator<string> {
  yield csvLine([
    ...["id", "statement", "team", "owner", "wanted_by", "state", "kpi", "unit", "baseline", "target", "now", "day"],
    ...["unknown_because", "moved_by"],
  ]);
  for (const { id, statement, team: name, ownerName, horizon, state, kpis } of ofTeam(
    await listOutcomes(sql, nowMs),
    team,
  )) {
    const outcome = [id, statement, name, ownerName, horizon, state];
    if (kpis.length === 0) yield csvLine([...outcome, ...Array<null>(8).fill(null)]);
    for (const { name: kpi, unit, baseline, target, now, movedBy } of kpis)
      yield csvLine([
        ...outcome,
        ...[kpi, unit, baseline, target],
        ...(now.known ? [now.value.value, now.value.day, null] : [null, null, now.why]),
        movedBy.map(({ title }) => title).join("; "),
      ]);
  }
}
