import type { Sql } from "@/db/access";
import type { KpiDefinition } from "./domain/kpi";
import type { KpiDayValue } from "./domain/kpi-day";
import { kpiNow, unitWhyOf } from "./domain/kpi-now";
import type { Fact } from "./domain/three-valued";
import { type HistoryRow, listHistory } from "./history-queries";

const ms = (column: string) => `(extract(epoch from ${column}) * 1000)::float8`;
/** Minutes from the start of a window's day to its end, of a row of `kpi_versions`: a window that ends before it starts ends on the next day. */
export const kpiEndMinute = (d: string) =>
  `(${d}.to_minute + case when ${d}.to_minute > ${d}.from_minute then 0 else 1440 end)`;
/** Whether what a row of `kpi_versions` stands on may be seen: row security leaves out the streams, nodes and devices of other teams. */
export const isKpiSeen = (d: string) =>
  `case ${d}.source when 'stream' then exists (select from streams z where z.id = ${d}.stream_id)
     when 'device' then coalesce(${d}.node_id, ${d}.device_id::text) is null
       or exists (select from nodes z where z.id = coalesce(${d}.node_id, (select y.node_id from devices y where y.id = ${d}.device_id)))
     else true end`;
/** Days of history that a page shows and a baseline is made of. */
const HISTORY_DAYS = 90;

/** A KPI with its newest definition and what it says now. */
export interface KpiRow extends KpiDefinition {
  id: string;
  /** of the row, for whoever changes it */
  version: number;
  definition: number;
  teamId: string;
  team: string;
  name: string;
  ownerId: string | null;
  ownerName: string | null;
  /** null for a KPI without a stream, and for a stream that is not theirs to see */
  streamLabel: string | null;
  /** the node or device whose health it is; null for other KPIs, and for one that is not theirs to see */
  deviceLabel: string | null;
  /** node of that device */
  deviceNodeId: string | null;
  /** null also for a stream that says none: its readings are taken to be in the KPI's unit */
  streamUnit: string | null;
  madeById: string;
  madeByName: string;
  madeMs: number;
  /** who approved what one unit is worth */
  approvedByName: string | null;
  now: Fact<{ value: number; day: string }>;
  /** 90 days at most, the oldest first; none of a stream that is not theirs to see */
  days: KpiDayValue[];
  outcomes: { id: string; statement: string; baseline: number; target: number; horizon: string; state: string }[];
  movedBy: { id: string; title: string; low: number; mode: number; high: number }[];
}

type KpiColumns = Omit<KpiRow, "now"> & { isSeen: boolean; newestMs: number | null; endOfLastMs: number | null };

/** KPIs of the teams that may be seen, by name, with 90 days of values. @param ids of these alone */
export async function listKpis(sql: Sql, nowMs: number, ids: readonly string[] | null = null): Promise<KpiRow[]> {
  const { rows } = await sql.query<KpiColumns>(
    `select k.id, k.version, k.team_id as "teamId", t.name as team, k.name, k.owner_id as "ownerId", o.name as "ownerName",
       d.version as definition, d.unit, d.direction, d.band_low as "bandLow", d.band_high as "bandHigh", d.source, d.stream_id as "streamId", d.node_id as "nodeId", d.device_id as "deviceId",
       d.stat, d.time_zone as "timeZone", d.from_minute as "fromMinute", d.to_minute as "toMinute", d.due_every_s as "dueEveryS", d.min_coverage as "minCoverage",
       d.max_stale_s as "maxStaleS", d.is_additive as "isAdditive",
       jsonb_build_object('low', d.value_low, 'mode', d.value_mode, 'high', d.value_high) as "valueCents", d.currency,
       d.made_by as "madeById", d.made_by_name as "madeByName", ${ms("d.made_at")} as "madeMs", a.approved_by_name as "approvedByName",
       s.node_id || ' / ' || s.key as "streamLabel", s.unit as "streamUnit", h.label as "deviceLabel", h.node_id as "deviceNodeId", ${isKpiSeen("d")} as "isSeen", ${ms("v.ts")} as "newestMs",
       ${ms(`(x.last + make_interval(mins => ${kpiEndMinute("d")})) at time zone d.time_zone`)} as "endOfLastMs",
       coalesce(x.days, '[]') as days, coalesce(c.outcomes, '[]') as outcomes, coalesce(u.use_cases, '[]') as "movedBy"
     from kpis k
     join teams t on t.id = k.team_id
     join lateral (select * from kpi_versions d where d.kpi_id = k.id order by d.version desc limit 1) d on true
     left join kpi_approvals a on a.kpi_id = k.id and a.version = d.version
     left join users o on o.id = k.owner_id
     left join streams s on s.id = d.stream_id
     left join latest_values v on v.stream_id = d.stream_id
     left join lateral (
       select n.id as node_id, n.id || coalesce(' / ' || coalesce(k.name, k.key), '') as label
       from nodes n left join devices k on k.id = d.device_id and k.node_id = n.id
       where d.source = 'device' and (n.id = d.node_id or k.id is not null)) h on true
     left join lateral (
       select max(day) as last, jsonb_agg(jsonb_build_object('day', day, 'value', value, 'coverage', coverage, 'quality', quality) order by day) as days
       from (select distinct on (day) day, value, coverage, quality from kpi_values w
             where w.kpi_id = k.id and w.version = d.version and w.day > (to_timestamp($1 / 1000.0) at time zone d.time_zone)::date - ${HISTORY_DAYS + 1}
             order by day, revision desc) newest) x on ${isKpiSeen("d")}
     left join lateral (
       select jsonb_agg(jsonb_build_object('id', y.id, 'statement', y.statement, 'baseline', l.baseline, 'target', l.target, 'horizon', y.horizon, 'state', y.state)
         order by y.statement) as outcomes
       from outcome_kpis l join outcomes y on y.id = l.outcome_id where l.kpi_id = k.id) c on true
     left join lateral (
       select jsonb_agg(jsonb_build_object('id', z.id, 'title', z.title, 'low', e.low, 'mode', e.mode, 'high', e.high) order by z.title) as use_cases
       from chosen_effects e join use_cases z on z.id = e.use_case_id where e.kpi_id = k.id) u on true
     where $2::uuid[] is null or k.id = any ($2)
     order by lower(k.name), k.id limit 1000`,
    [nowMs, ids],
  );
  return rows.map(({ newestMs, endOfLastMs, isSeen, ...row }) => ({
    ...row,
    now: kpiNow(row, {
      ...{ last: row.days.at(-1) ?? null, endOfLastMs, isSeen, newestMs, nowMs },
      unitWhy: unitWhyOf(row, row.streamUnit),
    }),
  }));
}

/** What a KPI meant once. */
export interface KpiVersion {
  version: number;
  unit: string;
  source: KpiDefinition["source"];
  why: string;
  madeByName: string;
  madeMs: number;
  approvedByName: string | null;
}

export interface KpiDetail {
  kpi: KpiRow;
  versions: KpiVersion[];
  history: HistoryRow[];
}

/** One KPI with all that it ever meant; null where there is none, or none of theirs. */
export async function findKpi(sql: Sql, id: string, nowMs: number): Promise<KpiDetail | null> {
  const [[kpi], versions, history] = await Promise.all([
    listKpis(sql, nowMs, [id]),
    sql.query<KpiVersion>(
      `select d.version, d.unit, d.source, d.why, d.made_by_name as "madeByName", ${ms("d.made_at")} as "madeMs", a.approved_by_name as "approvedByName"
       from kpi_versions d left join kpi_approvals a on a.kpi_id = d.kpi_id and a.version = d.version
       where d.kpi_id = $1 order by d.version desc limit 50`,
      [id],
    ),
    listHistory(sql, `kpi:${id}`),
  ]);
  return kpi ? { kpi, versions: versions.rows, history } : null;
}
