import type { Sql } from "@/db/access";
import type { Fact } from "./domain/three-valued";
import { type HistoryRow, listHistory } from "./history-queries";
import { type KpiRow, listKpis } from "./kpi-queries";

/** An outcome with the KPIs by which it is seen. */
export interface OutcomeRow {
  id: string;
  /** of the row, for whoever changes it */
  version: number;
  teamId: string;
  team: string;
  statement: string;
  ownerId: string;
  ownerName: string;
  /** YYYY-MM-DD */
  horizon: string;
  state: "draft" | "active" | "achieved" | "missed" | "retired";
  kpis: OutcomeKpi[];
}

export interface OutcomeKpi extends Pick<KpiRow, "id" | "name" | "unit" | "days" | "movedBy"> {
  baseline: number;
  target: number;
  now: Fact<{ value: number; day: string }>;
}

/** Outcomes of the teams that may be seen, the nearest horizon first. @param id of this one alone @param team of this one alone */
export async function listOutcomes(
  sql: Sql,
  nowMs: number,
  id: string | null = null,
  team: string | null = null,
): Promise<OutcomeRow[]> {
  const [outcomes, links] = await Promise.all([
    sql.query<Omit<OutcomeRow, "kpis">>(
      `select o.id, o.version, o.team_id as "teamId", t.name as team, o.statement, o.owner_id as "ownerId", p.name as "ownerName",
         to_char(o.horizon, 'YYYY-MM-DD') as horizon, o.state
       from outcomes o join teams t on t.id = o.team_id join users p on p.id = o.owner_id
       where ($1::uuid is null or o.id = $1) and ($2::uuid is null or o.team_id = $2)
       order by o.horizon, lower(o.statement) limit 1000`,
      [id, team],
    ),
    sql.query<{ outcomeId: string; kpiId: string; baseline: number; target: number }>(
      `select outcome_id as "outcomeId", kpi_id as "kpiId", baseline, target from outcome_kpis k
       where ($1::uuid is null or outcome_id = $1) and ($2::uuid is null or outcome_id in (select id from outcomes where team_id = $2)) order by kpi_id`,
      [id, team],
    ),
  ]);
  const ids = [...new Set(links.rows.map(({ kpiId }) => kpiId))];
  const kpis = new Map((ids.length === 0 ? [] : await listKpis(sql, nowMs, ids)).map((kpi) => [kpi.id, kpi]));
  return outcomes.rows.map((row) => ({
    ...row,
    kpis: links.rows
      .filter(({ outcomeId }) => outcomeId === row.id)
      .flatMap(({ kpiId, baseline, target }) => {
        const kpi = kpis.get(kpiId);
        if (!kpi) return []; // a KPI of a team that they are not in
        const { name, unit, now, days, movedBy } = kpi;
        return [{ id: kpiId, name, unit, now, days, movedBy, baseline, target }];
      })
      .sort((a, b) => a.name.localeCompare(b.name)),
  }));
}

export interface OutcomeDetail {
  outcome: OutcomeRow;
  history: HistoryRow[];
}

/** One outcome; null where there is none, or none of theirs. */
export async function findOutcome(sql: Sql, id: string, nowMs: number): Promise<OutcomeDetail | null> {
  const [[outcome], history] = await Promise.all([listOutcomes(sql, nowMs, id), listHistory(sql, `outcome:${id}`)]);
  return outcome ? { outcome, history } : null;
}
