import type { Sql, Tx } from "@/db/access";
import type { TimeSeriesStore } from "@/db/timeseries/port";
import { readingPoints, rollupPoints, type ChartPoints } from "./domain/chart-points";
import type { StreamRangeInput } from "./domain/read-inputs";

/** Up to this many readings are read one by one, which gives exact figures; beyond it the rollups answer. */
const MAX_READINGS = 400_000;
/** Assumed where a stream declares no rate; only decides which of the two ways is tried first. */
const ASSUMED_RATE_HZ = 2;

/** At most `maxPoints` points of one stream, as columns: what the chart draws, and nothing per reading. */
export async function getSeries(tx: Tx, store: TimeSeriesStore, input: StreamRangeInput): Promise<ChartPoints> {
  const { rows } = await tx.query<{ rateHz: number | null }>(`select rate_hz as "rateHz" from streams where id = $1`, [
    input.id,
  ]);
  const estimate = ((input.toMs - input.fromMs) / 1_000) * (rows[0]?.rateHz ?? ASSUMED_RATE_HZ);
  // Where raw readings were dropped none would be found, although the rollups still know.
  if (estimate <= MAX_READINGS && input.fromMs >= (await store.rawKeptFromMs(tx))) {
    const readings = await store.readRange(tx, {
      streamId: input.id,
      fromMs: input.fromMs,
      toMs: input.toMs,
      limit: MAX_READINGS + 1,
    });
    if (readings.tsMs.length <= MAX_READINGS) return readingPoints(readings, input, input.maxPoints);
  }
  const [points] = await store.readSeries(tx, {
    streamIds: [input.id],
    fromMs: input.fromMs,
    toMs: input.toMs,
    maxPoints: input.maxPoints,
  });
  return rollupPoints(points ?? null);
}

export interface RangeMarks {
  /** What the node says is lost in the range, of all its gap records; null where there is none. */
  lost: { rows: number; ms: number; records: number; firstMs: number; lastMs: number; why: string[] } | null;
  /** How many of each are in the range beyond the newest that are listed. */
  more: { gaps: number; events: number; verdicts: number };
  gaps: { id: string; fromMs: number; toMs: number; rows: number; why: string; kept: string | null; lane: string }[];
  events: { id: string; tsMs: number; kind: string; severity: string | null; ofNode: boolean; lateMs: number }[];
  /** Scored windows in a row with one label, joined to bars. */
  verdicts: {
    fromMs: number;
    toMs: number;
    slot: string;
    model: string;
    label: string;
    maxScore: number | null;
    n: number;
  }[];
}

/** Of each kind the newest are drawn, as many as can be told apart; the rest are counted. */
const MAX_MARKS = 200;
type Counted<T> = T & { all: number };
/** A row that took longer than this to arrive is marked late; of a demo's written past none is. */
const LATE_AFTER_MS = 60_000;

const LOST_HERE = `g.node_id = (select node_id from streams where id = $1) and g.lane = 'telemetry'
  and g.from_ts < to_timestamp($3 / 1000.0) and g.to_ts >= to_timestamp($2 / 1000.0)`;

/** All records of the range added up; where they overlap, their time counts once. */
const LOST = `
  select rows, records, "firstMs", "lastMs", why,
    coalesce((select sum(extract(epoch from upper(span) - lower(span))) * 1000 from unnest(spans) span), 0)::float8 as ms
  from (
    select coalesce(sum(g.row_count), 0)::float8 as rows, count(*)::int as records, array_agg(distinct g.why) as why,
      (extract(epoch from min(g.from_ts)) * 1000)::float8 as "firstMs", (extract(epoch from max(g.to_ts)) * 1000)::float8 as "lastMs",
      range_agg(tstzrange(greatest(g.from_ts, to_timestamp($2 / 1000.0)), least(g.to_ts, to_timestamp($3 / 1000.0)), '[]')) as spans
    from gaps g where ${LOST_HERE}) l`;

function beyond(rows: readonly { all: number }[]): number {
  return (rows[0]?.all ?? 0) - rows.length;
}

/**
 * What belongs on the time axis under a stream's chart: rows lost at the edge, events of the stream, of its node and of a score that
 * the stream went into, and stretches in which a model said something else than normal.
 */
export async function getMarks(sql: Sql, input: { id: number; fromMs: number; toMs: number }): Promise<RangeMarks> {
  const range = [input.id, input.fromMs, input.toMs];
  const [lost, gaps, events, verdicts] = await Promise.all([
    sql.query<NonNullable<RangeMarks["lost"]>>(LOST, range),
    sql.query<Counted<RangeMarks["gaps"][number]>>(
      `select count(*) over ()::int as all, g.id::text, (extract(epoch from g.from_ts) * 1000)::float8 as "fromMs", (extract(epoch from g.to_ts) * 1000)::float8 as "toMs", g.row_count::float8 as rows, g.why, g.kept, g.lane
       from gaps g where ${LOST_HERE}
       order by g.from_ts desc limit ${MAX_MARKS}`,
      range,
    ),
    sql.query<Counted<RangeMarks["events"][number]>>(
      `select * from (
         select count(*) over ()::int as all, e.id::text, (extract(epoch from e.ts) * 1000)::float8 as "tsMs", e.kind, e.severity, e.stream_id is null as "ofNode",
           case when e.received_at - e.ts > interval '${LATE_AFTER_MS} ms' and not exists (select from demo_histories h where h.node_id = e.node_id and e.ts < h.to_ts) then (extract(epoch from e.received_at - e.ts) * 1000)::float8 else 0 end as "lateMs"
         from streams s join events e on e.node_id = s.node_id
         where s.id = $1 and (e.stream_id = s.id or e.stream_id is null or e.data->'streams' ? s.key)
           and e.ts >= to_timestamp($2 / 1000.0) and e.ts < to_timestamp($3 / 1000.0)
         order by e.ts desc limit ${MAX_MARKS}) newest order by "tsMs"`,
      range,
    ),
    sql.query<Counted<RangeMarks["verdicts"][number]>>(
      `with scored as (
         select i.slot, i.model, i.label, i.score, coalesce(i.window_from, i.ts) as f, coalesce(i.window_to, i.ts) as t,
           i.device,
           row_number() over (partition by i.slot, i.device order by i.ts) - row_number() over (partition by i.slot, i.device, i.model, i.label order by i.ts) as run
         from (
           select i.*, i.output->>'device' as device
           from streams s
           join nodes n on n.id = s.node_id
           cross join jsonb_array_elements(n.slots) e (v)
           join inference i on i.node_id = s.node_id and i.slot = e.v->>'slot' and i.ts >= to_timestamp($2 / 1000.0) and i.ts < to_timestamp($3 / 1000.0)
           where s.id = $1 and i.role = 'active' and (i.stream_ids @> array[s.id] or i.output->'streams' ? s.key)
         ) i
       )
       select count(*) over ()::int as all, (extract(epoch from min(f)) * 1000)::float8 as "fromMs", (extract(epoch from max(t)) * 1000)::float8 as "toMs", slot, model, label, max(score) as "maxScore", count(*)::int as n
       from scored where label is not null and label not in ('normal', 'ok') group by slot, device, model, label, run order by 1 desc limit ${MAX_MARKS}`,
      range,
    ),
  ]);
  const [all] = lost.rows;
  return {
    lost: all && all.records > 0 ? all : null,
    more: { gaps: beyond(gaps.rows), events: beyond(events.rows), verdicts: beyond(verdicts.rows) },
    gaps: gaps.rows.reverse(),
    events: events.rows,
    verdicts: verdicts.rows.reverse(),
  };
}
