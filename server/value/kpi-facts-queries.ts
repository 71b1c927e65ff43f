import type { Sql } from "@/db/access";
import type { Estimate } from "./domain/estimate";
import type { KpiDefinition } from "./domain/kpi";
import type { KpiDayValue } from "./domain/kpi-day";
import { type Baseline, baselineOf, kpiNow, unitWhyOf } from "./domain/kpi-now";
import type { Fact } from "./domain/three-valued";
import { isKpiSeen, kpiEndMinute } from "./kpi-queries";

const ms = (column: string) => `(extract(epoch from ${column}) * 1000)::float8`;
const HISTORY_DAYS = 90;
/** Twice what one portfolio can hold of them. */
const MOST_KEPT = 2_000;

/** What the checks of a use case look at of a KPI that it promises to move. */
export interface KpiFactsRow {
  id: string;
  name: string;
  unit: string;
  source: KpiDefinition["source"];
  hasOwner: boolean;
  /** cents that one unit of change for the better is worth */
  valueCents: Estimate;
  hasDatedTarget: boolean;
  now: Fact<{ value: number; day: string }>;
  baseline: Baseline;
}

interface FactColumns
  extends Omit<KpiFactsRow, "now" | "baseline">,
    Pick<KpiDefinition, "maxStaleS" | "minCoverage" | "stat"> {
  streamUnit: string | null;
  isSeen: boolean;
  newestMs: number | null;
  last: KpiDayValue | null;
  endOfLastMs: number | null;
  /** names the values that the baseline is made of: they are only ever added to, so another number of them is other values */
  values: string;
}

/**
 * Baselines by the values that they are made of. Values of a day come once a day, a page asks every three seconds: reading 90 days of every
 * KPI again each time took longer than all the rest of the portfolio. Whoever may not see the values does not come as far as here.
 */
const kept = new Map<string, Baseline>();

const IS_SEEN = isKpiSeen("d");
const SINCE = `((to_timestamp($1 / 1000.0) at time zone d.time_zone)::date - ${HISTORY_DAYS + 1})`;
const NEWEST = "(select distinct on (v.kpi_id) v.* from kpi_versions v order by v.kpi_id, v.version desc)";

/** The KPIs that use cases promise to move. @param useCaseId by this one alone */
export async function listKpiFacts(sql: Sql, nowMs: number, useCaseId: string | null): Promise<KpiFactsRow[]> {
  const { rows } = await sql.query<FactColumns>(
    `select k.id, k.name, d.unit, d.stat, s.unit as "streamUnit", d.source, jsonb_build_object('low', d.value_low, 'mode', d.value_mode, 'high', d.value_high) as "valueCents", k.owner_id is not null as "hasOwner", d.max_stale_s as "maxStaleS", d.min_coverage as "minCoverage",
       k.id in (select l.kpi_id from outcome_kpis l join outcomes y on y.id = l.outcome_id
         where y.state = 'active' and y.horizon >= (to_timestamp($1 / 1000.0) at time zone 'UTC')::date) as "hasDatedTarget",
       ${IS_SEEN} as "isSeen", ${ms("v.ts")} as "newestMs", ${ms(`(x.day + make_interval(mins => ${kpiEndMinute("d")})) at time zone d.time_zone`)} as "endOfLastMs",
       case when x.day is not null then json_build_object('day', x.day, 'value', x.value, 'coverage', x.coverage, 'quality', x.quality) end as last,
       d.version || ' ' || ${SINCE} || ' ' || c.n as values
     from kpis k
     join ${NEWEST} d on d.kpi_id = k.id
     left join streams s on s.id = d.stream_id
     left join latest_values v on v.stream_id = d.stream_id
     left join lateral (select w.day, w.value, w.coverage, w.quality from kpi_values w
       where w.kpi_id = k.id and w.version = d.version and w.day > ${SINCE} order by w.day desc, w.revision desc limit 1) x on ${IS_SEEN}
     left join lateral (select count(*) as n from kpi_values w where w.kpi_id = k.id and w.version = d.version and w.day > ${SINCE}) c on true
     where k.id in (select e.kpi_id from chosen_effects e where $2::uuid is null or e.use_case_id = $2)
     order by lower(k.name), k.id`,
    [nowMs, useCaseId],
  );
  const missing = rows.filter((row) => row.isSeen && !kept.has(keyOf(row)));
  if (missing.length > 0) await readBaselines(sql, nowMs, missing);
  return rows.map((row) => {
    const { id, name, unit, source, hasOwner, valueCents, hasDatedTarget, isSeen } = row;
    const baseline = (isSeen ? kept.get(keyOf(row)) : undefined) ?? baselineOf([]);
    return {
      id,
      name,
      unit,
      source,
      hasOwner,
      valueCents,
      hasDatedTarget,
      now: kpiNow(row, { ...row, unitWhy: unitWhyOf(row, row.streamUnit), nowMs }),
      baseline,
    };
  });
}

const keyOf = ({ id, values }: Pick<FactColumns, "id" | "values">): string => `${id} ${values}`;

async function readBaselines(sql: Sql, nowMs: number, missing: readonly FactColumns[]): Promise<void> {
  const { rows } = await sql.query<{ id: string; days: KpiDayValue[] }>(
    `select w.kpi_id as id, json_agg(json_build_object('day', w.day, 'value', w.value, 'coverage', w.coverage, 'quality', w.quality) order by w.day) as days
     from (select distinct on (w.kpi_id, w.day) w.kpi_id, w.day, w.value, w.coverage, w.quality
       from kpi_values w join ${NEWEST} d on d.kpi_id = w.kpi_id and d.version = w.version
       where w.kpi_id = any ($2) and w.day > ${SINCE} order by w.kpi_id, w.day, w.revision desc) w
     group by w.kpi_id`,
    [nowMs, missing.map(({ id }) => id)],
  );
  const days = new Map(rows.map((row) => [row.id, row.days]));
  if (kept.size + missing.length > MOST_KEPT) kept.clear();
  for (const row of missing) kept.set(keyOf(row), baselineOf(days.get(row.id) ?? []));
}
