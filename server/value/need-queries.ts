import type { Sql } from "@/db/access";
import { qualityWord } from "@/sdk/wire/quality";
import type { NeedRow, ProviderFacts } from "./domain/needs";

const ms = (column: string) => `(extract(epoch from ${column}) * 1000)::float8`;

/** A need as it was written down, with what provides it. */
export interface KnownNeed extends NeedRow {
  id: string;
  /** what people call the thing; null for what is still to be found, and for what is not theirs */
  label: string | null;
  streamId: number | null;
  deviceId: number | null;
  nodeId: string | null;
  slot: string | null;
  /** the way that needs it; null: needed however it is done */
  option: number | null;
  skill: string | null;
  hours: number | null;
}

type WrittenNeed = Omit<KnownNeed, "label" | "thing" | "provider">;

interface ThingColumns {
  thing: string;
  kind: "stream" | "device" | "node" | "model";
  label: string;
  status: "proposed" | "accepted" | "retired";
  online: boolean;
  lastMs: number | null;
  rateHz: number | null;
  quality: number | null;
  isPlaced: boolean | null;
}

/** Things of every way are read, as those of the chosen ones are among them. */
const NEEDED = "use_case_needs w where $1::uuid[] is null or w.use_case_id = any ($1)";

/** A thing is read once, however many use cases need it; of what is not theirs no row comes. */
const THINGS = `
  select 'stream:' || s.id as thing, 'stream' as kind, s.node_id || ' / ' || s.key as label,
    case when n.status = 'retired' then n.status else s.status end as status, n.online, ${ms("v.ts")} as "lastMs", s.rate_hz as "rateHz", v.quality, null::boolean as "isPlaced"
  from streams s join nodes n on n.id = s.node_id left join latest_values v on v.stream_id = s.id
  where s.id in (select w.stream_id from ${NEEDED})
  union all
  select 'device:' || k.id, 'device', k.node_id || ' / ' || coalesce(k.name, k.key), n.status, n.online, ${ms("h.ts")}, h.rate_hz, null, null
  from devices k join nodes n on n.id = k.node_id
  left join (select x.device_id, max(l.ts) as ts, max(x.rate_hz) as rate_hz from streams x join latest_values l on l.stream_id = x.id
    where x.status = 'accepted' and x.device_id in (select w.device_id from ${NEEDED}) group by x.device_id) h on h.device_id = k.id
  where k.id in (select w.device_id from ${NEEDED})
  union all
  select 'node:' || n.id, 'node', n.id, n.status, n.online, null, null, null, null
  from nodes n where n.id in (select w.node_id from ${NEEDED})
  union all
  select 'model:' || n.id || '/' || m.slot, 'model', n.id || ' / model in ' || m.slot, n.status, n.online, ${ms("i.ts")}, null, null,
    exists (select from jsonb_array_elements(n.slots) p where p->>'slot' = m.slot and p->>'committed' is not null)
  from (select distinct w.node_id, w.slot from ${NEEDED}) m join nodes n on n.id = m.node_id
  left join lateral (select i.ts from inference i where i.node_id = m.node_id and i.slot = m.slot and i.role = 'active' and i.ts > now() - interval '1 day'
    order by i.ts desc limit 1) i on true
  where m.slot is not null`;

/**
 * What each use case needs, with what the registry and the newest readings say of it now; of what is not theirs, nothing.
 * By capability and then by label; by the way that is chosen. @param useCaseIds of these alone
 */
export function listNeeds(sql: Sql, useCaseIds: readonly string[] | null): Promise<Map<string, KnownNeed[]>> {
  return readNeeds(sql, useCaseIds, "chosen_needs");
}

/** As `listNeeds`, by every way in which they can be done. */
export function listNeedsOfAll(sql: Sql, useCaseIds: readonly string[] | null): Promise<Map<string, KnownNeed[]>> {
  return readNeeds(sql, useCaseIds, "use_case_needs");
}

async function readNeeds(
  sql: Sql,
  useCaseIds: readonly string[] | null,
  from: "chosen_needs" | "use_case_needs",
): Promise<Map<string, KnownNeed[]>> {
  const [needed, things] = await Promise.all([
    // One row for each use case: thousands of small rows take longer to be read than to be found.
    sql.query<{ useCaseId: string; needs: WrittenNeed[] }>(
      `select w.use_case_id as "useCaseId", json_agg(json_build_object('id', w.id, 'capability', w.capability, 'costCents', w.cost_cents,
         'streamId', w.stream_id, 'deviceId', w.device_id, 'nodeId', w.node_id, 'slot', w.slot,
         'option', w.option, 'skill', w.skill, 'hours', w.hours)) as needs
       from ${from} w where $1::uuid[] is null or w.use_case_id = any ($1) group by w.use_case_id`,
      [useCaseIds],
    ),
    sql.query<ThingColumns>(THINGS, [useCaseIds]),
  ]);
  const facts = new Map(things.rows.map((row) => [row.thing, { label: row.label, provider: providerOf(row) }]));
  const known = (need: WrittenNeed): KnownNeed => {
    const thing = thingOf(need);
    const { label, provider } = thing === null ? NOTHING : (facts.get(thing) ?? HIDDEN);
    return { ...need, thing, label, provider };
  };
  return new Map(needed.rows.map((row) => [row.useCaseId, row.needs.map(known).sort(byName)]));
}

/** Names a thing as `THINGS` does; null for what is still to be found. */
function thingOf({ streamId, deviceId, nodeId, slot }: WrittenNeed): string | null {
  if (streamId !== null) return `stream:${streamId}`;
  if (deviceId !== null) return `device:${deviceId}`;
  if (nodeId === null) return null;
  return slot === null ? `node:${nodeId}` : `model:${nodeId}/${slot}`;
}

type Found = Pick<KnownNeed, "label" | "provider">;
const NOTHING: Found = { label: null, provider: { kind: "none" } };
const HIDDEN: Found = { label: null, provider: { kind: "hidden" } };

function providerOf({ kind, status, online, lastMs, rateHz, quality, isPlaced }: ThingColumns): ProviderFacts {
  if (kind === "stream")
    return { kind, status, nodeOnline: online, lastMs, rateHz, quality: qualityWord(quality ?? 0) };
  if (kind === "device") return { kind, nodeOnline: online, lastMs, rateHz };
  if (kind === "node") return { kind, status, online };
  return { kind, nodeOnline: online, isPlaced: isPlaced === true, lastMs };
}

function byName(a: KnownNeed, b: KnownNeed): number {
  if (a.capability !== b.capability) return a.capability < b.capability ? -1 : 1;
  const [one, other] = [a.label ?? "\uffff", b.label ?? "\uffff"]; // what has no name comes last
  return one < other ? -1 : one > other ? 1 : 0;
}
