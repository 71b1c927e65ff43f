import type { Sql } from "@/db/access";
import { reasonWords } from "@/server/fabric/domain/reason-words";
import { FleetInput, type Scope } from "@/server/fabric/domain/read-inputs";
import { listFleet } from "@/server/fabric/queries";
import { getValueToday } from "@/server/value/today-queries";
import { changeOf, type ChangeRow } from "./domain/changes";
import type { HomeFacts, OpenAlarm, RunningModel, StreamOverLimit } from "./domain/home";

const MOST = 20;
/** Rows of nodes in service inside the site and team that the page is narrowed to. */
const inside = (node: string) =>
  `${node} in (select id from nodes where status <> 'retired' and ($2::text is null or site_id = $2) and ($3::uuid is null or team_id = $3))`;

/**
 * What the first pages are made of, for the rows that this person may see. Alarms are looked for over seven days: one that was raised
 * before and never cleared is still in the lists of its stream.
 */
export async function getHome(
  sql: Sql,
  scope: Scope,
  nowMs: number,
  { mayDecide, asksForValue }: { mayDecide: boolean; asksForValue: boolean },
): Promise<HomeFacts> {
  const values = [nowMs, scope.site, scope.team];
  const [fleet, streams, overLimit, alarms, models, lost, held, changes, value] = await Promise.all([
    listFleet(sql, FleetInput.parse(scope), nowMs),
    sql.query<HomeFacts["streams"]>(
      `select count(*)::int as accepted, count(*) filter (where v.ts > to_timestamp($1 / 1000.0) - greatest(interval '15 seconds', interval '3 seconds' / nullif(s.rate_hz, 0)))::int as current
       from streams s left join latest_values v on v.stream_id = s.id where s.status = 'accepted' and ${inside("s.node_id")}`,
      values,
    ),
    sql.query<StreamOverLimit>(
      `select s.id, s.node_id as "nodeId", s.key, v.value, s.unit, s.limit_low as "limitLow", s.limit_high as "limitHigh"
       from streams s join latest_values v on v.stream_id = s.id
       where s.status = 'accepted' and (v.value > s.limit_high or v.value < s.limit_low) and v.ts > to_timestamp($1 / 1000.0) - interval '5 minutes' and ${inside("s.node_id")}
       order by v.ts desc limit ${MOST}`,
      values,
    ),
    sql.query<OpenAlarm>(
      `select "nodeId", "streamId", "streamKey", device, kind, severity, "sinceMs", value, "limit", model from (
         select distinct on (e.node_id, e.data->>'pipeline', e.data->>'device', e.data->>'on', e.stream_id) e.node_id as "nodeId", e.stream_id as "streamId",
           s.key as "streamKey", e.data->>'device' as device, e.kind, e.severity, (extract(epoch from e.ts) * 1000)::float8 as "sinceMs",
           (e.data->>'value')::float8 as value, (e.data->>'limit')::float8 as "limit", e.data->>'model' as model, e.data->>'state' as state
         from events e left join streams s on s.id = e.stream_id
         where e.data ? 'state' and e.ts > to_timestamp($1 / 1000.0) - interval '7 days' and ${inside("e.node_id")}
         order by e.node_id, e.data->>'pipeline', e.data->>'device', e.data->>'on', e.stream_id, e.ts desc) newest
       where state = 'raised' order by "sinceMs" desc limit ${MOST}`,
      values,
    ),
    sql.query<RunningModel>(
      `select n.id as "nodeId", e.v->>'slot' as slot, coalesce(r.model, e.v->>'committed') as model, coalesce(r.n, 0)::int as "scored24h", r.last as "lastMs", r.label as "lastLabel", r.p50 as "p50LatencyMs"
       from nodes n cross join jsonb_array_elements(n.slots) e (v)
       left join lateral (
         select count(*) as n, (extract(epoch from max(i.ts)) * 1000)::float8 as last, (array_agg(i.model order by i.ts desc))[1] as model, (array_agg(i.label order by i.ts desc))[1] as label,
           percentile_cont(0.5) within group (order by i.latency_ms) as p50
         from inference i where i.node_id = n.id and i.slot = e.v->>'slot' and i.role = 'active' and i.ts > to_timestamp($1 / 1000.0) - interval '24 hours' having count(*) > 0) r on true
       where n.status = 'accepted' and ${inside("n.id")} order by 1, 2 limit 50`,
      values,
    ),
    sql.query<HomeFacts["lost24h"]>(
      `select coalesce(sum(row_count), 0)::float8 as rows, count(distinct node_id)::int as nodes from gaps where to_ts > to_timestamp($1 / 1000.0) - interval '24 hours' and ${inside("node_id")}`,
      values,
    ),
    sql.query<{ reason: string; n: number }>(
      `select reason, count(*)::int as n from quarantine where status = 'held' and ($1::text is null or node_id in (select id from nodes where site_id = $1)) and ($2::uuid is null or team_id = $2) group by reason order by n desc`,
      [scope.site, scope.team],
    ),
    sql.query<ChangeRow>(CHANGES, values),
    asksForValue ? getValueToday(sql, nowMs, scope.team) : null,
  ]);
  const topReason = held.rows[0]?.reason;
  return {
    nowMs,
    fleet: fleet.facts,
    troubled: fleet.rows
      .filter(({ health }) => health.status === "bad" || health.status === "watch")
      .slice(0, MOST)
      .map(({ id, name, health }) => ({ id, name, ...health })),
    streams: streams.rows[0] ?? { accepted: 0, current: 0 },
    overLimit: overLimit.rows,
    alarms: alarms.rows,
    models: models.rows,
    lost24h: lost.rows[0] ?? { rows: 0, nodes: 0 },
    quarantine: mayDecide
      ? {
          held: held.rows.reduce((sum, { n }) => sum + n, 0),
          topReason: topReason === undefined ? null : reasonWords(topReason),
        }
      : null,
    changes: changes.rows.map(changeOf),
    value,
  };
}

/** What happened in the last 24 hours, newest first; rows that belong together are one. */
const CHANGES = `
  select * from (
    (select (extract(epoch from e.ts) * 1000)::float8 as "atMs", e.node_id as "nodeId", 'event' as what, coalesce(e.data->>'device', s.key) as subject, e.stream_id as "streamId",
       e.kind as word, e.severity, e.data->>'state' as state, 1 as n
     from events e left join streams s on s.id = e.stream_id
     where e.ts > to_timestamp($1 / 1000.0) - interval '24 hours' and e.ts <= to_timestamp($1 / 1000.0) and (e.severity <> 'info' or e.data->>'state' in ('raised', 'cleared')) and ${inside("e.node_id")} order by e.ts desc limit ${MOST})
    union all
    (select (extract(epoch from online_changed_at) * 1000)::float8, id, case when online then 'online' else 'offline' end, name, null, online_why, null, null, 1
     from nodes where status = 'accepted' and online_changed_at > to_timestamp($1 / 1000.0) - interval '24 hours' and ${inside("nodes.id")} order by 1 desc limit ${MOST})
    union all
    (select (extract(epoch from max(to_ts)) * 1000)::float8, node_id, 'lost', null, null, why, null, null, sum(row_count)::float8
     from gaps where to_ts > to_timestamp($1 / 1000.0) - interval '24 hours' and ${inside("node_id")} group by node_id, why limit ${MOST})
    union all
    (select (extract(epoch from max(accepted_at)) * 1000)::float8, node_id, 'accepted', null, null, null, null, null, count(*)::float8
     from streams where accepted_at > to_timestamp($1 / 1000.0) - interval '24 hours' and ${inside("node_id")} group by node_id, date_trunc('minute', accepted_at) order by 1 desc limit ${MOST})
  ) all_of_them order by "atMs" desc limit 12`;
