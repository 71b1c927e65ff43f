import type { Sql } from "@/db/access";
import { qualityWord } from "@/sdk/wire/quality";
import { type ProviderFacts, providerState } from "./domain/needs";
import type { ThingFact } from "./domain/requirements";

const ms = (column: string) => `(extract(epoch from ${column}) * 1000)::float8`;

/** A stream, device or node on the line of a use case, with its state of now. */
export interface LineThing extends ThingFact {
  /** as `thing` of a need: `stream:7`, `device:3`, `node:lyon-1` */
  id: string;
  kind: "stream" | "device" | "node";
  label: string;
  /** the page of it, or of its node */
  href: string;
}

/** What of the line of a use case is not written down with it: what its parts stand on, and the outcomes that want its KPIs. */
export interface LineFacts {
  outcomes: { id: string; statement: string; horizon: string; kpiId: string }[];
  things: LineThing[];
  /** a stream or model with what it stands on; a KPI (`kpi:` and its id) with what it is computed from */
  links: { from: string; to: string }[];
}

interface ThingColumns {
  id: string;
  kind: LineThing["kind"];
  label: string;
  node: string;
  status: "proposed" | "accepted" | "retired";
  online: boolean;
  lastMs: number | null;
  rateHz: number | null;
  quality: number | null;
}

/**
 * Links of one use case, from above to below. A model stands on the streams that its windows of the last day came from. Things of another
 * team are left out by row security.
 */
const LINKS = `
  with needed as (select * from chosen_needs where use_case_id = $1),
  models as (select distinct node_id, slot from needed where slot is not null),
  inputs as (
    select distinct 'model:' || m.node_id || '/' || m.slot as thing, x.stream_id
    from models m
    cross join lateral (select i.stream_ids from inference i
      where i.node_id = m.node_id and i.slot = m.slot and i.role = 'active' and i.stream_ids is not null
        and i.ts > to_timestamp($2 / 1000.0) - interval '1 day' order by i.ts desc limit 50) r
    cross join lateral unnest(r.stream_ids) as x (stream_id)),
  kpi_sources as (
    select e.kpi_id, d.stream_id, d.device_id, d.node_id from chosen_effects e
    join lateral (select * from kpi_versions d where d.kpi_id = e.kpi_id order by d.version desc limit 1) d on true
    where e.use_case_id = $1),
  line_streams as (
    select s.id, s.device_id, s.node_id from streams s where s.id in (
      select stream_id from needed union select stream_id from inputs union select stream_id from kpi_sources)),
  line_devices as (
    select d.id, d.node_id from devices d where d.id in (
      select device_id from needed union select device_id from line_streams union select device_id from kpi_sources))
  select thing as "from", 'stream:' || stream_id as "to" from inputs
  union select 'model:' || node_id || '/' || slot, 'node:' || node_id from models
  union select 'kpi:' || kpi_id, coalesce('stream:' || stream_id, 'device:' || device_id, 'node:' || node_id)
    from kpi_sources where coalesce(stream_id::text, device_id::text, node_id) is not null
  union select 'stream:' || id, coalesce('device:' || device_id, 'node:' || node_id) from line_streams
  union select 'device:' || id, 'node:' || node_id from line_devices
  union select 'need', coalesce('stream:' || stream_id, 'device:' || device_id, 'node:' || node_id) from needed
    where slot is null and coalesce(stream_id::text, device_id::text, node_id) is not null`;

const THINGS = `
  select 'stream:' || s.id as id, 'stream' as kind, s.node_id || ' / ' || s.key as label, n.id as node,
    case when n.status = 'retired' then n.status else s.status end as status, n.online, ${ms("v.ts")} as "lastMs", s.rate_hz as "rateHz", v.quality
  from streams s join nodes n on n.id = s.node_id left join latest_values v on v.stream_id = s.id where s.id = any ($1::int[])
  union all
  select 'device:' || d.id, 'device', n.id || ' / ' || coalesce(d.name, d.key), n.id, n.status, n.online, ${ms("h.ts")}, h.rate_hz, null
  from devices d join nodes n on n.id = d.node_id
  left join lateral (select max(v.ts) as ts, max(x.rate_hz) as rate_hz from streams x join latest_values v on v.stream_id = x.id
    where x.device_id = d.id and x.status = 'accepted') h on true
  where d.id = any ($2::int[])
  union all
  select 'node:' || n.id, 'node', coalesce(n.name, n.id), n.id, n.status, n.online, null, null, null from nodes n where n.id = any ($3::text[])`;

/** What the line of a use case stands on now, for whoever asks; null where there is none, or none of theirs. */
export async function findLineFacts(sql: Sql, useCaseId: string, nowMs: number): Promise<LineFacts | null> {
  const [found, outcomes, links] = await Promise.all([
    sql.query("select from use_cases where id = $1", [useCaseId]),
    sql.query<LineFacts["outcomes"][number]>(
      `select o.id, o.statement, o.horizon::text as horizon, l.kpi_id as "kpiId"
       from outcomes o join outcome_kpis l on l.outcome_id = o.id
       where o.state in ('draft', 'active') and l.kpi_id in (select e.kpi_id from chosen_effects e where e.use_case_id = $1)
       order by o.statement, l.kpi_id`,
      [useCaseId],
    ),
    sql.query<{ from: string; to: string }>(LINKS, [useCaseId, nowMs]),
  ]);
  if (found.rows.length === 0) return null;
  const named = links.rows.flatMap(({ from, to }) => [from, to]);
  const idsOf = (kind: string) => [
    ...new Set(named.filter((id) => id.startsWith(`${kind}:`)).map((id) => id.slice(kind.length + 1))),
  ];
  const { rows } = await sql.query<ThingColumns>(THINGS, [idsOf("stream"), idsOf("device"), idsOf("node")]);
  const things = rows.map((row): LineThing => {
    const { id, kind, label, node } = row;
    const href = kind === "stream" ? `/streams/${id.slice("stream:".length)}` : `/fleet/${node}`;
    return { id, kind, label, href, ...providerState(providerOf(row), nowMs) };
  });
  const seen = new Set(things.map(({ id }) => id));
  return {
    outcomes: outcomes.rows,
    things,
    links: links.rows.filter(({ from, to }) => from !== "need" && seen.has(to)),
  };
}

function providerOf({ kind, status, online, lastMs, rateHz, quality }: ThingColumns): ProviderFacts {
  if (kind === "node") return { kind, status, online };
  if (kind === "device") return { kind, nodeOnline: online, lastMs, rateHz };
  return { kind, status, nodeOnline: online, lastMs, rateHz, quality: qualityWord(quality ?? 0) };
}
