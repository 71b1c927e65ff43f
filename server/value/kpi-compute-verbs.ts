import type { Pool } from "pg";
import type { Stat } from "./domain/kpi";
import { type DueSums, dayValue, duePerHour, healthOfDay, type WindowSums } from "./domain/kpi-day";
import { kpiEndMinute } from "./kpi-queries";

/** Windows that are computed for a definition that has none yet, and that are looked at again at night: a quarter and a day. */
export const FIRST_DAYS = 91;
/** KPIs in one statement, and statements at once: two connections read what one would read in twice the time. */
const KPIS_AT_ONCE = 25;
const STATEMENTS_AT_ONCE = 2;

interface DueStream {
  streamId: number;
  unit: string | null;
  rateHz: number | null;
  /** since when readings of it are due: its first one, or its acceptance */
  sinceMs: number | null;
}

interface DueKpi {
  id: string;
  version: number;
  unit: string;
  /** null: the health of the device or node whose streams these are */
  stat: Stat | null;
  minCoverage: number;
  dueEveryS: number | null;
  timeZone: string;
  fromMinute: number;
  /** more than 1,440 where the window ends on the next day */
  endMinute: number;
  streams: DueStream[];
  /** first and last window to look at, YYYY-MM-DD in the zone of the KPI; none when the last is before the first */
  fromDay: string;
  toDay: string;
  /** the first window that has a value, if any has */
  firstDay: string | null;
}

interface SumsRow extends WindowSums {
  id: string;
  version: number;
  streamId: number;
  day: string;
  /** hours of the window in which readings of the stream were due */
  dueHours: number;
  /** what was computed for this window last; null revision: nothing */
  revision: number | null;
  wasValue: number | null;
  wasCoverage: number | null;
}

export interface ComputedKpis {
  kpis: number;
  written: number;
  /** KPIs that could not be computed, with the reason */
  failed: string[];
}

/**
 * Computes the windows that are over of every KPI that stands on a stream or on the health of a device, from rollups: those that have no value yet, and the
 * last `againDays` again, because readings may have come late; of a definition that is new, all of them, because its stream may be sending a backlog. A window that came out differently gets another revision; nothing is
 * overwritten. Windows before the first reading have no value. Two at once write the same; the second leaves it to the first.
 */
export async function computeKpis(pool: Pool, nowMs: number, againDays = 0): Promise<ComputedKpis> {
  const due = (await listDue(pool, nowMs, againDays)).filter(({ fromDay, toDay }) => fromDay <= toDay);
  const groups: DueKpi[][] = [];
  for (let at = 0; at < due.length; at += KPIS_AT_ONCE) groups.push(due.slice(at, at + KPIS_AT_ONCE));
  const done: ComputedKpis = { kpis: due.length, written: 0, failed: [] };
  const work = async () => {
    for (let group = groups.shift(); group; group = groups.shift()) {
      const { written, failed } = await computeGroup(pool, group);
      done.written += written;
      done.failed.push(...failed);
    }
  };
  await Promise.all(Array.from({ length: STATEMENTS_AT_ONCE }, work));
  return done;
}

/** The newest meaning of each KPI, and those by which a use case that went live is measured: they are computed for as long as it is. */
async function listDue(pool: Pool, nowMs: number, againDays: number): Promise<DueKpi[]> {
  const { rows } = await pool.query<DueKpi>(
    `select k.id, d.version, d.unit, d.stat, d.min_coverage as "minCoverage", d.due_every_s as "dueEveryS", d.time_zone as "timeZone", d.from_minute as "fromMinute",
       ${kpiEndMinute("d")} as "endMinute", s.streams, to_char(last.first, 'YYYY-MM-DD') as "firstDay",
       to_char(coalesce(last.day + 1 - again.days, t.day + 1 - ${FIRST_DAYS}), 'YYYY-MM-DD') as "fromDay", to_char(t.day, 'YYYY-MM-DD') as "toDay"
     from kpis k
     join kpi_versions d on d.kpi_id = k.id and d.source in ('stream', 'device') and (
       d.version = (select max(version) from kpi_versions x where x.kpi_id = k.id)
       or exists (select from go_lives g where g.kpi_id = d.kpi_id and g.kpi_version = d.version)
       or exists (select from go_live_drivers w where w.kpi_id = d.kpi_id and w.kpi_version = d.version))
     join lateral (
       select json_agg(json_build_object('streamId', s.id, 'unit', s.unit, 'rateHz', s.rate_hz, 'sinceMs', (extract(epoch from f.since) * 1000)::float8)) as streams
       from streams s
       left join lateral (select least(s.accepted_at, (select min(bucket) from rollup_1h r where r.stream_id = s.id)) as since where d.source = 'device') f on true
       where s.id = d.stream_id or s.id in (
         select z.id from streams z where z.node_id = d.node_id and z.status = 'accepted'
         union all select z.id from streams z where z.device_id = d.device_id and z.status = 'accepted')) s on s.streams is not null
     cross join lateral (select (($1::timestamptz at time zone d.time_zone) - make_interval(mins => ${kpiEndMinute("d")}))::date as day) t
     cross join lateral (select case when d.made_at > $1::timestamptz - case when $2::int > 0 then interval '1 day' else interval '1 hour' end
       then greatest($2::int, ${FIRST_DAYS}) else $2::int end as days) again
     left join lateral (select max(day) as day, min(day) as first from kpi_values w where w.kpi_id = k.id and w.version = d.version) last on true
     order by d.stream_id nulls last, k.id, d.version`,
    [new Date(nowMs), againDays],
  );
  return rows;
}

/**
 * Sums come from the whole hours of a window, which also know how many of their minutes hold a usable reading, and from minutes where it
 * begins or ends within one. So hardly a minute is read: ninety days of two hundred streams are 26 million of them, each on another page.
 */
async function computeGroup(pool: Pool, group: readonly DueKpi[]): Promise<{ written: number; failed: string[] }> {
  const sums = await pool.query<SumsRow>(
    `with windows as (
       select x.id, x.version, x."streamId" as stream_id, d::date as day, to_timestamp(x."sinceMs" / 1000.0) as since,
         (d + make_interval(mins => x."fromMinute")) at time zone x."timeZone" as from_ts,
         (d + make_interval(mins => x."endMinute")) at time zone x."timeZone" as to_ts, x.due
       from jsonb_to_recordset($1) as x (id uuid, version int, "streamId" int, "sinceMs" float8, "timeZone" text, "fromMinute" int, "endMinute" int, due float8, "fromDay" date, "toDay" date)
       cross join lateral generate_series(x."fromDay"::timestamp, x."toDay"::timestamp, interval '1 day') d),
     aligned as (
       select *, date_trunc('hour', to_ts, 'UTC') as last_hour,
         date_trunc('hour', from_ts, 'UTC') + case when from_ts = date_trunc('hour', from_ts, 'UTC') then interval '0' else interval '1 hour' end as first_hour
       from windows)
     select w.id, w.version, w.stream_id as "streamId", to_char(w.day, 'YYYY-MM-DD') as day, r.n, r.sum, r.min, r.max, r.minutes,
       (extract(epoch from w.to_ts - w.from_ts) / 3600)::float8 as hours,
       (greatest(0, extract(epoch from w.to_ts - greatest(w.from_ts, w.since))) / 3600)::float8 as "dueHours",
       v.revision, v.value as "wasValue", v.coverage as "wasCoverage"
     from aligned w
     cross join lateral (
       select coalesce(sum(n), 0)::float8 as n, sum(vsum) as sum, min(vmin) as min, max(vmax) as max,
         coalesce(sum(case when w.due < 1 then minutes else least(minutes, w.due) end), 0)::float8 as minutes
       from (
         select n, vsum, vmin, vmax, minutes from rollup_1h where stream_id = w.stream_id and bucket >= w.first_hour and bucket < w.last_hour
         union all
         select sum(n), sum(vsum), min(vmin), max(vmax), count(*) filter (where n > 0) from rollup_1m
         where stream_id = w.stream_id and bucket >= w.from_ts and bucket < least(w.first_hour, w.to_ts)
         union all
         select sum(n), sum(vsum), min(vmin), max(vmax), count(*) filter (where n > 0) from rollup_1m
         where stream_id = w.stream_id and bucket >= greatest(w.last_hour, least(w.first_hour, w.to_ts)) and bucket < w.to_ts
       ) parts) r
     left join lateral (
       select revision, value, coverage from kpi_values k where k.kpi_id = w.id and k.version = w.version and k.day = w.day
       order by revision desc limit 1) v on true
     order by w.id, w.version, w.day`,
    [
      JSON.stringify(
        group.flatMap(({ streams, ...kpi }) =>
          streams.map((stream) => ({ ...kpi, ...stream, due: duePerHour(kpi, stream.rateHz) })),
        ),
      ),
    ],
  );
  const rowsOf = new Map<string, SumsRow[]>();
  for (const row of sums.rows) {
    const before = rowsOf.get(keyOf(row));
    if (before) before.push(row);
    else rowsOf.set(keyOf(row), [row]);
  }
  const failed: string[] = [];
  const fresh = group.flatMap((kpi) => {
    try {
      return changedOf(kpi, rowsOf.get(keyOf(kpi)) ?? []);
    } catch (cause) {
      // A stream whose unit changed must not keep the other KPIs from being computed; the result of the job names it.
      if (!(cause instanceof RangeError)) throw cause;
      failed.push(`${kpi.id}: ${cause.message}`);
      return [];
    }
  });
  if (fresh.length === 0) return { written: 0, failed };
  const written = await pool.query(
    `insert into kpi_values (kpi_id, version, day, revision, value, n, coverage, quality, made_by_name)
     select id, version, day, revision, value, n, coverage, quality, 'computed'
     from jsonb_to_recordset($1) as x (id uuid, version int, day date, revision int, value float8, n int8, coverage float8, quality text)
     on conflict do nothing`,
    [JSON.stringify(fresh)],
  );
  return { written: written.rowCount ?? 0, failed };
}

const keyOf = ({ id, version }: { id: string; version: number }) => `${id} ${version}`;

/** The windows of one KPI that have no value yet or came out differently. @throws {RangeError} when the stream's unit cannot become its unit */
function changedOf(kpi: DueKpi, rows: readonly SumsRow[]) {
  const began = kpi.firstDay ?? rows.find(({ n }) => n > 0)?.day;
  if (began === undefined) return [];
  return windowsOf(rows).flatMap((streams) => {
    const [first] = streams;
    const { day, revision, wasValue, wasCoverage } = first;
    const n = streams.reduce((sum, row) => sum + row.n, 0);
    if (day < began && n === 0) return [];
    const computed = valueOf(kpi, streams);
    if (computed === null) return [];
    if (revision !== null && wasValue === computed.value && wasCoverage === computed.coverage) return [];
    return [{ id: kpi.id, version: kpi.version, day, revision: (revision ?? 0) + 1, n, ...computed }];
  });
}

/** Rows of one KPI by window: one of a KPI on a stream, one for each stream of a device. */
function windowsOf(rows: readonly SumsRow[]): [SumsRow, ...SumsRow[]][] {
  const windows = new Map<string, [SumsRow, ...SumsRow[]]>();
  for (const row of rows) {
    const before = windows.get(row.day);
    if (before) before.push(row);
    else windows.set(row.day, [row]);
  }
  return [...windows.values()];
}

function valueOf(kpi: DueKpi, rows: [SumsRow, ...SumsRow[]]) {
  const { stat, streams } = kpi;
  if (stat !== null) return dayValue(rows[0], { ...kpi, stat }, streams[0] ?? { unit: null, rateHz: null });
  const rates = new Map(streams.map(({ streamId, rateHz }) => [streamId, rateHz]));
  return healthOfDay(
    rows.map((row): DueSums => ({ ...row, rateHz: rates.get(row.streamId) ?? null })),
    kpi,
  );
}
