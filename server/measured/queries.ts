import { z } from "zod";
import type { Sql } from "@/db/access";
import { calibrate, type Calibration, type PastEstimate } from "@/server/value/domain/calibration";
import { type Fact, known, unknown } from "@/server/value/domain/three-valued";
import { kpiEndMinute } from "@/server/value/kpi-queries";
import { type ByDay, type GoLiveFacts, measureValue, type MeasuredValue } from "./domain/measured-value";

const Forecast = z.object({ p10: z.number(), p50: z.number(), p90: z.number() });
const ms = (column: string) => `(extract(epoch from ${column}) * 1000)::float8`;
/** Longest that is measured: a baseline of a year and three years since. */
const MOST_DAYS = 1_461;

interface Columns extends Omit<GoLiveFacts, "forecast" | "drivers" | "values" | "sharedWith" | "direction"> {
  useCaseId: string;
  teamId: string;
  title: string;
  kpiId: string;
  /** null: the KPI, or its stream, belongs to a team that they are not in */
  kpi: string | null;
  isSeen: boolean;
  direction: "up" | "down" | null;
  currency: string;
  why: string;
  madeByName: string;
  madeMs: number;
  estimatorId: string | null;
  estimator: string | null;
  forecast: unknown;
  values: ByDay | null;
  drivers: { name: string | null; values: ByDay | null; kpiId: string | null; streamId: number | null }[];
  sharedWith: { id: string; title: string }[];
}

/** A use case that went live, with what it is measured to have done, or why nobody can say. */
export interface MeasuredRow {
  useCaseId: string;
  teamId: string;
  title: string;
  kpiId: string;
  kpi: string | null;
  unit: string;
  liveOn: string;
  baselineFrom: string;
  centsPerUnit: number;
  oneOffCents: number;
  runCentsPerDay: number;
  usefulLifeDays: number;
  currency: string;
  why: string;
  madeByName: string;
  madeMs: number;
  estimatorId: string | null;
  estimator: string | null;
  p50: number | null;
  drivers: { name: string; kpiId: string | null; streamId: number | null }[];
  sharedWith: { id: string; title: string }[];
  adjustments: readonly { day: string; cents: number; reason: string; madeByName: string }[];
  measured: Fact<MeasuredValue>;
}

const DAY_MEAN = `
  select jsonb_object_agg(to_char(day, 'YYYY-MM-DD'), mean) from (
    select (r.bucket at time zone d.time_zone)::date as day, sum(r.vsum) / sum(r.n) as mean from rollup_1h r
    where r.stream_id = w.stream_id and r.n > 0 and r.bucket >= g.baseline_from::timestamp at time zone d.time_zone
      and r.bucket < to_timestamp($1 / 1000.0) group by 1) days`;

const KPI_DAYS = (kpi: string, version: string) => `
  select jsonb_object_agg(to_char(day, 'YYYY-MM-DD'), value) filter (where value is not null and quality in ('good', 'manual')) from (
    select distinct on (day) day, value, quality from kpi_values v where v.kpi_id = ${kpi} and v.version = ${version}
      and v.day >= g.baseline_from and v.day < g.baseline_from + ${MOST_DAYS} order by day, revision desc) newest`;

/** Every use case that went live, of the teams that may be seen, the newest first. @param useCaseIds of these alone @param team of this one alone */
export async function listMeasured(
  sql: Sql,
  nowMs: number,
  useCaseIds: readonly string[] | null = null,
  team: string | null = null,
): Promise<MeasuredRow[]> {
  const { rows } = await sql.query<Columns & Pick<MeasuredRow, "adjustments">>(
    `select g.use_case_id as "useCaseId", u.team_id as "teamId", u.title, g.kpi_id as "kpiId", k.name as kpi, coalesce(d.source <> 'stream' or s.id is not null, false) as "isSeen",
       coalesce(d.unit, '') as unit, d.direction, to_char(g.live_on, 'YYYY-MM-DD') as "liveOn", to_char(g.baseline_from, 'YYYY-MM-DD') as "baselineFrom",
       ${ms("g.live_on::timestamp at time zone coalesce(d.time_zone, 'UTC')")} as "liveMs",
       to_char(((to_timestamp($1 / 1000.0) at time zone d.time_zone) - make_interval(mins => ${kpiEndMinute("d")}))::date, 'YYYY-MM-DD') as "lastDay",
       g.cents_per_unit as "centsPerUnit", g.one_off_cents::float8 as "oneOffCents", g.run_cents_per_day::float8 as "runCentsPerDay",
       g.useful_life_days as "usefulLifeDays", g.currency, g.why, g.made_by_name as "madeByName", ${ms("g.made_at")} as "madeMs",
       e.made_by as "estimatorId", e.made_by_name as estimator, e.forecast,
       case when d.source <> 'stream' or s.id is not null then (${KPI_DAYS("g.kpi_id", "g.kpi_version")}) end as values,
       coalesce((
         select jsonb_agg(jsonb_build_object('name', coalesce(o.name, x.node_id || ' / ' || x.key), 'kpiId', w.kpi_id, 'streamId', w.stream_id, 'values',
             case when w.stream_id is not null then (${DAY_MEAN}) when o.id is not null then (${KPI_DAYS("w.kpi_id", "w.kpi_version")}) end) order by w.position)
         from go_live_drivers w left join kpis o on o.id = w.kpi_id left join streams x on x.id = w.stream_id
         where w.use_case_id = g.use_case_id), '[]') as drivers,
       coalesce((
         select jsonb_agg(jsonb_build_object('day', to_char(a.day, 'YYYY-MM-DD'), 'cents', a.cents, 'reason', a.reason, 'madeByName', a.made_by_name) order by a.day, a.made_at)
         from go_live_adjustments a where a.use_case_id = g.use_case_id), '[]') as adjustments,
       coalesce((
         select jsonb_agg(jsonb_build_object('id', z.id, 'title', z.title) order by z.title)
         from go_lives h join use_cases z on z.id = h.use_case_id
         where h.kpi_id = g.kpi_id and h.use_case_id <> g.use_case_id and h.live_on > g.baseline_from
           and h.live_on <= (to_timestamp($1 / 1000.0) at time zone d.time_zone)::date), '[]') as "sharedWith"
     from go_lives g
     join use_cases u on u.id = g.use_case_id
     left join kpis k on k.id = g.kpi_id
     left join kpi_versions d on d.kpi_id = g.kpi_id and d.version = g.kpi_version
     left join streams s on s.id = d.stream_id
     left join use_case_estimates e on e.use_case_id = g.use_case_id and e.version = g.estimate
     where ($2::uuid[] is null or g.use_case_id = any ($2)) and ($3::uuid is null or u.team_id = $3)
     order by g.live_on desc, u.title limit 500`,
    [nowMs, useCaseIds, team],
  );
  return rows.map((row) => rowOf(row, nowMs));
}

function rowOf(columns: Columns & Pick<MeasuredRow, "adjustments">, nowMs: number): MeasuredRow {
  const { forecast: stored, values, drivers, direction, isSeen, liveMs, lastDay, ...row } = columns;
  const forecast = Forecast.nullable().parse(stored ?? null);
  const hidden = drivers.find(({ name }) => name === null);
  const facts = {
    ...{ ...row, liveMs, lastDay, values: values ?? {}, forecast },
    drivers: drivers.map(({ name, values: days }) => ({ name: name ?? "", values: days ?? {} })),
    sharedWith: row.sharedWith.map(({ title }) => title),
  };
  return {
    ...row,
    p50: forecast?.p50 ?? null,
    drivers: drivers.map(({ name, kpiId, streamId }) => ({ name: name ?? "not yours to see", kpiId, streamId })),
    measured:
      direction === null || !isSeen
        ? unknown("its KPI, or the stream of it, belongs to a team that you are not in")
        : hidden
          ? unknown("a driver of its baseline belongs to a team that you are not in")
          : known(measureValue({ ...facts, direction }, nowMs)),
  };
}

/** What is measured of one use case; null where it did not go live, and for one that is not theirs. */
export async function findMeasured(sql: Sql, nowMs: number, useCaseId: string): Promise<MeasuredRow | null> {
  return (await listMeasured(sql, nowMs, [useCaseId]))[0] ?? null;
}

export interface MeasuredOverview {
  rows: (Omit<MeasuredRow, "measured"> & { measured: Fact<Omit<MeasuredValue, "days">> })[];
  calibration: Calibration[];
  /** use cases that cannot tell of their estimator yet, with the reason */
  open: { title: string; why: string }[];
  asOfMs: number;
}

/**
 * All that went live, and how well the ranges held that were estimated before. Only a whole ninety days is a record.
 *
 * @param team of this one alone; null = of all that may be seen
 */
export async function getMeasuredOverview(sql: Sql, nowMs: number, team: string | null): Promise<MeasuredOverview> {
  const rows = await listMeasured(sql, nowMs, null, team);
  const past: PastEstimate[] = [];
  const names = new Map<string, string>();
  const open: MeasuredOverview["open"] = [];
  for (const { title, measured, estimatorId, estimator, p50 } of rows) {
    const forecast = measured.known ? measured.value.forecast : measured;
    if (!forecast.known || estimatorId === null || estimator === null || p50 === null)
      open.push({ title, why: forecast.known ? "nobody had estimated it when it went live" : forecast.why });
    else if (forecast.value.isPace) open.push({ title, why: "its ninety days are not over" });
    else {
      names.set(estimatorId, estimator);
      const { p10, p90, roi } = forecast.value;
      past.push({ estimator: estimatorId, p10, p50, p90, measured: roi });
    }
  }
  return {
    rows: rows.map(({ measured, ...row }) => ({
      ...row,
      measured: measured.known ? known(withoutDays(measured.value)) : measured,
    })),
    calibration: calibrate(past).map((one) => ({ ...one, estimator: names.get(one.estimator) ?? one.estimator })),
    open,
    asOfMs: nowMs,
  };
}

function withoutDays(measured: MeasuredValue): Omit<MeasuredValue, "days"> {
  const { days: _, ...rest } = measured;
  return rest;
}
