import type { Sql } from "@/db/access";
import { listMeasured, type MeasuredRow } from "@/server/measured/queries";
import type { Stage } from "@/server/value/domain/stages";
import { known, unknown } from "@/server/value/domain/three-valued";
import { listNeeds } from "@/server/value/need-queries";
import { getPolicy } from "@/server/value/queries";
import { BECOMES, type BlastRadius, type Dependent, type Fate, fateOf, lostBy } from "./domain/blast";
import type { PlantThing } from "./schema";

interface LossRow {
  label: string | null;
  streamIds: number[];
  deviceIds: number[];
  nodeIds: string[];
  /** `node/slot` */
  models: string[];
  weakerModels: string[];
}

/**
 * What goes with a thing: with a node its streams, devices and models; with a device its streams; with a stream the device that has no other;
 * and every model whose windows of the last day all stood on a stream that goes. A model of which only some did sees less.
 */
const LOSS = `
  with gone_streams as (
    select s.id, s.device_id, s.node_id from streams s
    where s.status <> 'retired' and case $1 when 'stream' then s.id = $2 when 'device' then s.device_id = $2 when 'node' then s.node_id = $3 else false end),
  gone_devices as (
    select d.id from devices d where case $1
      when 'device' then d.id = $2
      when 'node' then d.node_id = $3
      when 'stream' then d.id in (select device_id from gone_streams)
        and not exists (select from streams o where o.device_id = d.id and o.status = 'accepted' and o.id <> $2)
      else false end),
  slots as (
    select n.id as node_id, p->>'slot' as slot from nodes n cross join jsonb_array_elements(n.slots) p
    where p->>'slot' is not null and (n.id = $3 or n.id in (select node_id from gone_streams))),
  stands as (
    select m.node_id, m.slot, bool_and(r.hit) as whole
    from slots m
    cross join lateral (
      select i.stream_ids && array(select id from gone_streams) as hit from inference i
      where i.node_id = m.node_id and i.slot = m.slot and i.role = 'active' and i.stream_ids is not null
        and i.ts > to_timestamp($5 / 1000.0) - interval '1 day' order by i.ts desc limit 200) r
    group by m.node_id, m.slot having bool_or(r.hit))
  select
    case $1
      when 'stream' then (select s.node_id || ' / ' || s.key from streams s where s.id = $2)
      when 'device' then (select d.node_id || ' / ' || coalesce(d.name, d.key) from devices d where d.id = $2)
      when 'node' then (select coalesce(n.name, n.id) from nodes n where n.id = $3)
      else (select n.id || ' / model in ' || $4::text from nodes n, jsonb_array_elements(n.slots) p where n.id = $3 and p->>'slot' = $4) end as label,
    array(select id from gone_streams) as "streamIds",
    array(select id from gone_devices) as "deviceIds",
    array(select $3::text where $1 = 'node') as "nodeIds",
    array(select node_id || '/' || slot from slots where $1 = 'node' or ($1 = 'model' and slot = $4)
      union select node_id || '/' || slot from stands where whole) as models,
    array(select node_id || '/' || slot from stands where not whole and $1 <> 'node') as "weakerModels"`;

interface UseCaseRow {
  id: string;
  title: string;
  stage: Stage;
  isLive: boolean;
  /** benefit × adoption × chance that it works, of the newest estimate, likeliest case */
  estimatedCents: number | null;
  isUnmeasured: boolean;
}

/** Drivers of what measures a use case that are read from the loss: its streams themselves, and KPIs that are computed from them or from the health of its devices. */
const LOST_DRIVERS = `
  select w.use_case_id from go_live_drivers w
  left join kpi_versions x on x.kpi_id = w.kpi_id and x.version = w.kpi_version
  where w.stream_id = any ($1::int[]) or x.stream_id = any ($1) or x.device_id = any ($2::int[]) or x.node_id = any ($3::text[])`;

/** Use cases that need something of the loss, or whose measured value stands on it. Rejected ones and duplicates need nothing. */
const USE_CASES = `
  select u.id, u.title, u.stage, g.use_case_id is not null and g.live_on <= (to_timestamp($5 / 1000.0) at time zone coalesce(d.time_zone, 'UTC'))::date as "isLive",
    round(e.benefit_mode * e.adoption_mode * e.works_mode)::float8 as "estimatedCents",
    g.use_case_id is not null and (d.stream_id = any ($1::int[]) or d.device_id = any ($2::int[]) or d.node_id = any ($3::text[]) or g.use_case_id in (${LOST_DRIVERS})) as "isUnmeasured"
  from use_cases u
  left join lateral (select * from use_case_estimates e where e.use_case_id = u.id and e.option = u.option order by e.version desc limit 1) e on true
  left join go_lives g on g.use_case_id = u.id
  left join kpi_versions d on d.kpi_id = g.kpi_id and d.version = g.kpi_version
  where u.intake not in ('rejected', 'duplicate') and (
    u.id in (
      select w.use_case_id from chosen_needs w
      where w.stream_id = any ($1) or w.device_id = any ($2::int[]) or (w.slot is null and w.node_id = any ($3::text[]))
        or (w.slot is not null and w.node_id || '/' || w.slot = any ($4::text[])))
    or d.stream_id = any ($1) or d.device_id = any ($2) or d.node_id = any ($3)
    or u.id in (${LOST_DRIVERS}))
  order by lower(u.title), u.id`;

const KPIS = `
  select k.id, k.name, coalesce((
      select jsonb_agg(jsonb_build_object('id', o.id, 'statement', o.statement) order by o.statement)
      from outcome_kpis l join outcomes o on o.id = l.outcome_id where l.kpi_id = k.id and o.state = 'active'), '[]') as outcomes
  from kpis k
  join lateral (select * from kpi_versions d where d.kpi_id = k.id order by d.version desc limit 1) d on d.stream_id = any ($1::int[]) or d.device_id = any ($2::int[]) or d.node_id = any ($3::text[])
  order by lower(k.name), k.id`;

/** What depends on a thing of the plant now, and what would become of it; null for what is not there, or not theirs. */
export async function findBlastRadius(sql: Sql, thing: PlantThing, nowMs: number): Promise<BlastRadius | null> {
  const node = "node" in thing ? thing.node : null;
  const { rows } = await sql.query<LossRow>(LOSS, [
    ...[thing.kind, "id" in thing ? thing.id : null, node, thing.kind === "model" ? thing.slot : null, nowMs],
  ]);
  const [loss] = rows;
  if (!loss || loss.label === null) return null;
  const { streamIds, deviceIds, nodeIds, models, weakerModels } = loss;
  const [useCases, kpis, policy] = await Promise.all([
    sql.query<UseCaseRow>(USE_CASES, [streamIds, deviceIds, nodeIds, [...models, ...weakerModels], nowMs]),
    sql.query<{ id: string; name: string; outcomes: BlastRadius["outcomes"] }>(KPIS, [streamIds, deviceIds, nodeIds]),
    getPolicy(sql),
  ]);
  const ids = useCases.rows.map(({ id }) => id);
  const [needs, measured] = await Promise.all([
    listNeeds(sql, ids),
    listMeasured(
      sql,
      nowMs,
      useCases.rows.flatMap(({ id, isLive }) => (isLive ? [id] : [])),
    ),
  ]);
  const names = {
    gone: new Set([
      ...streamIds.map((id) => `stream:${id}`),
      ...deviceIds.map((id) => `device:${id}`),
      ...nodeIds.map((id) => `node:${id}`),
      ...models.map((id) => `model:${id}`),
    ]),
    weaker: new Set(weakerModels.map((id) => `model:${id}`)),
  };
  const dependents: Dependent[] = [];
  for (const row of useCases.rows) {
    const byNeeds = fateOf(needs.get(row.id) ?? [], names, nowMs);
    const fate: Fate | null =
      byNeeds?.becomes === "stops" || byNeeds?.becomes === "down" || !row.isUnmeasured
        ? byNeeds
        : { becomes: "unmeasured", why: "What it brings is measured by it." };
    if (fate === null) continue;
    const { id, title, stage, isLive } = row;
    const live = measured.find(({ useCaseId }) => useCaseId === id) ?? null;
    dependents.push({ ...{ id, title, stage, isLive }, ...fate, centsPerDay: centsOf(row, live) });
  }
  dependents.sort((a, b) => BECOMES.indexOf(a.becomes) - BECOMES.indexOf(b.becomes));
  const outcomes = new Map(kpis.rows.flatMap((kpi) => kpi.outcomes.map((outcome) => [outcome.id, outcome])));
  return {
    label: loss.label,
    useCases: dependents,
    kpis: kpis.rows.map(({ id, name }) => ({ id, name })),
    outcomes: [...outcomes.values()],
    currency: policy.currency,
    lost: lostBy(dependents),
  };
}

/** What it earns a day: as measured where it is, else as it was estimated. */
function centsOf({ estimatedCents }: UseCaseRow, live: MeasuredRow | null): Dependent["centsPerDay"] {
  const measured = live?.measured.known ? live.measured.value : null;
  if (live && measured?.effect.known && measured.returns.known)
    return known({ cents: Math.round(measured.effect.value.perDay * live.centsPerUnit), basis: "measured" });
  if (estimatedCents === null) return unknown("nobody has estimated it");
  return known({ cents: estimatedCents, basis: "estimated" });
}
