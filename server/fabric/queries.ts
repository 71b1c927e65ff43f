import type { Sql } from "@/db/access";
import { qualityWord } from "@/sdk/wire/quality";
import type { Ctx } from "@/server/core/context";
import type { FleetInput, Scope, StreamListInput } from "./domain/read-inputs";
import { PAGE_SIZE } from "./domain/read-inputs";
import { fleetVerdict, type FleetFacts, type Verdict } from "./domain/fleet-verdict";
import { nodeHealth, statusRank, streamHealth, type Health, type NodeFacts, type Status } from "./domain/health";
import type { LaneProgress } from "./domain/stream-summary";

export type Lifecycle = "proposed" | "accepted" | "retired";

interface NodeFactsRow extends NodeFacts {
  id: string;
  name: string | null;
  siteId: string | null;
}

/** A node with what is decided about it from its facts. */
interface FleetNode extends NodeFactsRow {
  health: Health;
  /** Streams that wait to be accepted. */
  proposed: number;
}

export interface FleetRow extends FleetNode {
  devices: string[];
  deviceCount: number;
  accepted: number;
}

export interface FleetPage {
  verdict: Verdict;
  facts: FleetFacts;
  rows: FleetRow[];
  /** Nodes that match the filter, on all pages. */
  matching: number;
  next: string | null;
  asOfMs: number;
}

/** SQL for a timestamp as epoch ms, which is what pages compute with. */
function ms(column: string): string {
  return `(extract(epoch from ${column}) * 1000)::float8`;
}

const NODE_FACTS = `
  select n.id, n.name, n.site_id as "siteId", n.status, n.born_at is null as plain, n.online, n.online_why as "onlineWhy",
    ${ms("n.last_seen_at")} as "lastSeenMs", ${ms("l.last_batch_at")} as "lastBatchMs",
    n.buffer_bytes::float8 as "bufferBytes", n.buffer_limit_bytes::float8 as "bufferLimitBytes", ${ms("n.buffer_oldest_at")} as "bufferOldestMs",
    n.clock_source as "clockSource", n.clock_offset_ms as "clockOffsetMs", n.clock_error_ms as "clockErrorMs",
    coalesce(g.lost, 0)::float8 as "lostRows24h",
    case when n.born_at is null then (select ${ms("max(v.received_at)")} from streams s join latest_values v on v.stream_id = s.id where s.node_id = n.id) end as "plainStoredMs",
    case when n.born_at is null then (select jsonb_build_object('atMs', ${ms("q.received_at")}, 'reason', q.reason) from quarantine q where q.node_id = n.id order by q.id desc limit 1) end as "plainHeld"
  from nodes n
  left join (select node_id, max(last_batch_at) as last_batch_at from ingest_lanes group by node_id) l on l.node_id = n.id
  left join (select node_id, sum(row_count) as lost from gaps where to_ts > to_timestamp($1 / 1000.0) - interval '24 hours' group by node_id) g on g.node_id = n.id`;

/** The nodes in service, the worst first, and what is to say of them together; and those that are retired. */
interface Fleet {
  nodes: FleetNode[];
  retired: FleetNode[];
  facts: FleetFacts;
  asOfMs: number;
}

/** The facts of all nodes of a site and team in one lean read, with their health. */
async function readFleet(sql: Sql, { site, team }: Scope, nowMs: number): Promise<Fleet> {
  const [nodes, waiting] = await Promise.all([
    sql.query<NodeFactsRow>(
      `${NODE_FACTS} where ($2::text is null or n.site_id = $2) and ($3::uuid is null or n.team_id = $3)`,
      [nowMs, site, team],
    ),
    // The row without a node counts the quarantine.
    sql.query<{ nodeId: string | null; n: number }>(
      `select node_id as "nodeId", count(*)::int as n from streams where status = 'proposed' group by node_id
       union all select null, count(*)::int from quarantine where status = 'held'`,
    ),
  ]);
  const waits = new Map(waiting.rows.map((row) => [row.nodeId, row.n]));
  const all = nodes.rows
    .map(
      (row): FleetNode => ({
        ...row,
        health: nodeHealth(row, nowMs),
        proposed: row.status === "retired" ? 0 : (waits.get(row.id) ?? 0),
      }),
    )
    .sort(byUrgency);
  const inService = all.filter((row) => row.status !== "retired");
  const retired = all.filter((row) => row.status === "retired");
  return {
    nodes: inService,
    retired,
    facts: fleetFacts(inService, retired.length, waits.get(null) ?? 0),
    asOfMs: nowMs,
  };
}

/** `listFleet` for one of many who look: all pages and filters of a site and team come from one read of its nodes. */
export async function pageOfFleet({ sql, shared, now }: Ctx, input: FleetInput): Promise<FleetPage> {
  const { site, team } = input;
  const fleet = await shared(JSON.stringify(["fleet", site, team]), () => readFleet(sql, { site, team }, now()));
  return cutPage(sql, fleet, input, PAGE_SIZE);
}

/**
 * One page of the fleet, the worst first, with the sentence over it. Health is decided by the same pure function for the counts and
 * for the rows, so they cannot disagree: the facts of all nodes come in one lean read, the details of the page's nodes in a second.
 */
export async function listFleet(
  sql: Sql,
  input: FleetInput,
  nowMs: number,
  pageSize: number = PAGE_SIZE,
): Promise<FleetPage> {
  return cutPage(sql, await readFleet(sql, input, nowMs), input, pageSize);
}

async function cutPage(
  sql: Sql,
  { nodes, retired, facts, asOfMs }: Fleet,
  input: FleetInput,
  pageSize: number,
): Promise<FleetPage> {
  const wanted = input.q.toLowerCase();
  const matching = (input.show === "retired" ? retired : nodes).filter(
    (row) =>
      shows(row, input.show) &&
      (wanted === "" || `${row.id} ${row.name ?? ""} ${row.siteId ?? ""}`.toLowerCase().includes(wanted)),
  );
  const after = input.cursor;
  const rest = after === null ? matching : matching.filter((row) => sortKey(row) > after);
  const page = rest.slice(0, pageSize);
  const last = page.at(-1);
  return {
    verdict: fleetVerdict(facts),
    facts,
    rows: await withCounts(sql, page),
    matching: matching.length,
    next: last && rest.length > page.length ? sortKey(last) : null,
    asOfMs,
  };
}

/** The keyset: severity, then id. A node that changes severity between two pages may be seen twice, never hidden for good. */
function sortKey(row: { id: string; health: Health }): string {
  return `${statusRank(row.health.status)}/${row.id}`;
}

function byUrgency(a: { id: string; health: Health }, b: { id: string; health: Health }): number {
  return statusRank(a.health.status) - statusRank(b.health.status) || (a.id < b.id ? -1 : 1);
}

function shows(row: FleetNode, show: FleetInput["show"]): boolean {
  if (show === "all" || show === "retired") return true;
  if (show === "offline") return !row.plain && !row.online && row.status === "accepted";
  if (show === "proposed") return row.status === "proposed" || row.proposed > 0;
  return row.health.status === show;
}

function fleetFacts(all: readonly FleetNode[], retired: number, quarantined: number): FleetFacts {
  const byStatus: Record<Status, number> = { ok: 0, watch: 0, bad: 0, unknown: 0 };
  for (const row of all) byStatus[row.health.status] += 1;
  const worst = all[0];
  return {
    nodes: all.length,
    byStatus,
    offline: all.filter((row) => shows(row, "offline")).length,
    proposedNodes: all.filter((row) => row.status === "proposed").length,
    waitingNodes: all.filter((row) => shows(row, "proposed")).length,
    proposedStreams: all.reduce((sum, row) => sum + row.proposed, 0),
    quarantined,
    retired,
    worst:
      worst && (worst.health.status === "bad" || worst.health.status === "watch")
        ? { id: worst.name ?? worst.id, ...worst.health }
        : null,
  };
}

async function withCounts(sql: Sql, page: readonly FleetNode[]): Promise<FleetRow[]> {
  const ids = page.map((row) => row.id);
  const [streams, devices] = await Promise.all([
    sql.query<{ nodeId: string; accepted: number }>(
      `select node_id as "nodeId", count(*) filter (where status = 'accepted')::int as accepted
       from streams where node_id = any($1) group by node_id`,
      [ids],
    ),
    sql.query<{ nodeId: string; names: string[]; n: number }>(
      `select node_id as "nodeId", (array_agg(coalesce(name, key) order by key))[1:4] as names, count(*)::int as n from devices where node_id = any($1) group by node_id`,
      [ids],
    ),
  ]);
  const streamsOf = new Map(streams.rows.map((row) => [row.nodeId, row]));
  const devicesOf = new Map(devices.rows.map((row) => [row.nodeId, row]));
  return page.map((row) => ({
    ...row,
    devices: devicesOf.get(row.id)?.names ?? [],
    deviceCount: devicesOf.get(row.id)?.n ?? 0,
    accepted: streamsOf.get(row.id)?.accepted ?? 0,
  }));
}

export interface StreamRow {
  id: number;
  nodeId: string;
  nodeOnline: boolean;
  device: string | null;
  key: string;
  quantity: string | null;
  unit: string | null;
  type: string;
  rateHz: number | null;
  status: Lifecycle;
  plain: boolean;
  limitLow: number | null;
  limitHigh: number | null;
  lastMs: number | null;
  value: number | null;
  quality: string;
  createdMs: number;
  health: Health;
}

interface RawStreamRow extends Omit<StreamRow, "quality" | "health"> {
  qualityCode: number | null;
}

/** A stream of a retired node is retired with it, and is again what it was when the node is taken back. Needs \`nodes n\` beside \`streams s\`. */
export const STREAM_STATUS = "case when n.status = 'retired' then 'retired' else s.status end";

const STREAM_ROW = `
  select s.id, s.node_id as "nodeId", n.online or n.born_at is null as "nodeOnline", coalesce(d.name, d.key) as device, s.key, s.quantity, s.unit, s.type, s.rate_hz as "rateHz",
    ${STREAM_STATUS} as status, s.plain, s.limit_low as "limitLow", s.limit_high as "limitHigh", ${ms("v.ts")} as "lastMs", v.value, v.quality as "qualityCode", ${ms("s.created_at")} as "createdMs"
  from streams s
  join nodes n on n.id = s.node_id
  left join devices d on d.id = s.device_id
  left join latest_values v on v.stream_id = s.id`;

function toStreamRow({ qualityCode, ...row }: RawStreamRow, nowMs: number): StreamRow {
  const quality = qualityWord(qualityCode ?? 0);
  return { ...row, quality, health: streamHealth({ ...row, quality }, nowMs) };
}

/** Streams whose key, device, quantity or node contains the words, by id. */
export async function listStreams(
  sql: Sql,
  input: StreamListInput,
  nowMs: number,
  pageSize: number = PAGE_SIZE,
): Promise<{ rows: StreamRow[]; next: number | null; matching: number; total: number }> {
  const words = input.q.split(/\s+/).filter((word) => word !== "");
  const where = [
    "($1::text is null or s.node_id = $1)",
    // Streams of retired nodes are shown to who asks for them or for the node.
    `(case when $2::text is null then $1::text is not null or n.status <> 'retired' else ${STREAM_STATUS} = $2 end)`,
    "(select bool_and(concat_ws(' ', s.node_id, n.name, s.key, s.quantity, s.unit, d.name) ilike w) from unnest($3::text[]) w) is not false",
    "($4::text is null or s.node_id in (select id from nodes where site_id = $4))",
    "($5::uuid is null or s.team_id = $5)",
  ].join(" and ");
  const patterns = words.map((word) => `%${word.replace(/[\\%_]/g, "\\$&")}%`);
  const filter = [input.node, input.status, patterns, input.site, input.team];
  const [page, counts] = await Promise.all([
    sql.query<RawStreamRow>(
      `${STREAM_ROW} where ${where} and ($6::int is null or s.id > $6) order by s.id limit ${pageSize + 1}`,
      [...filter, input.cursor],
    ),
    sql.query<{ matching: number; total: number }>(
      `select count(*) filter (where ${where})::int as matching, count(*) filter (where n.status <> 'retired' or $1::text is not null or $2::text is not distinct from 'retired')::int as total from streams s join nodes n on n.id = s.node_id left join devices d on d.id = s.device_id`,
      filter,
    ),
  ]);
  const rows = page.rows.slice(0, pageSize).map((row) => toStreamRow(row, nowMs));
  return {
    rows,
    next: page.rows.length > pageSize ? (rows.at(-1)?.id ?? null) : null,
    matching: counts.rows[0]?.matching ?? 0,
    total: counts.rows[0]?.total ?? 0,
  };
}

/** All streams of a node, accepted first, in the order of their keys. */
export async function listStreamsOfNode(sql: Sql, nodeId: string, nowMs: number): Promise<StreamRow[]> {
  const { rows } = await sql.query<RawStreamRow>(
    `${STREAM_ROW} where s.node_id = $1 order by ${STREAM_STATUS} = 'proposed' desc, s.key limit 2000`,
    [nodeId],
  );
  return rows.map((row) => toStreamRow(row, nowMs));
}

export interface StreamDetail extends StreamRow {
  timeZone: string;
  clockSource: string | null;
  clockOffsetMs: number | null;
  clockErrorMs: number | null;
  lastReceivedMs: number | null;
  /** The rate is promised from here on: before it lies a past of another pace, epoch ms. Null where there is none. */
  pastEndsMs: number | null;
  lane: LaneProgress;
  node: { id: string; name: string | null; health: Health };
  /** Slots of the node that score this stream; empty when none is known to. */
  models: { slot: string; model: string; lastMs: number; lastLabel: string | null }[];
}

/** One stream with its node, clock and the models that score it, or null. */
export async function findStream(sql: Sql, id: number, nowMs: number): Promise<StreamDetail | null> {
  const [stream, extra, models] = await Promise.all([
    sql.query<RawStreamRow>(`${STREAM_ROW} where s.id = $1`, [id]),
    sql.query<
      NodeFactsRow & { timeZone: string; lastReceivedMs: number | null; pastEndsMs: number | null } & LaneProgress
    >(
      `select f.*, coalesce(si.time_zone, 'UTC') as "timeZone", (select ${ms("v.received_at")} from latest_values v where v.stream_id = $2) as "lastReceivedMs",
         (select ${ms("h.to_ts")} from demo_histories h where h.node_id = f.id) as "pastEndsMs",
         ${ms("l.watermark")} as "watermarkMs", coalesce(isempty(l.ranges), true) as "isContiguous"
       from (${NODE_FACTS} where n.id = (select node_id from streams where id = $2)) f left join sites si on si.id = f."siteId"
         left join lateral (select watermark, ranges from ingest_lanes where node_id = f.id and lane = 'telemetry' and last_batch_at is not null order by last_batch_at desc limit 1) l on true`,
      [nowMs, id],
    ),
    sql.query<StreamDetail["models"][number]>(
      // The newest rows of each slot of the node, of which one per slot may be about this stream: an index read per slot, however long the history.
      `select e.v->>'slot' as slot, recent.model, ${ms("recent.ts")} as "lastMs", recent.label as "lastLabel"
       from streams s
       join nodes n on n.id = s.node_id
       cross join jsonb_array_elements(n.slots) e (v)
       cross join lateral (
         select r.model, r.ts, r.label from (
           select i.model, i.stream_ids, i.output, i.ts, i.label from inference i where i.node_id = s.node_id and i.slot = e.v->>'slot' and i.role = 'active' order by i.ts desc limit 100
         ) r where r.stream_ids @> array[s.id] or r.output->'streams' ? s.key limit 1
       ) recent
       where s.id = $1 order by 1`,
      [id],
    ),
  ]);
  const row = stream.rows[0];
  const node = extra.rows[0];
  if (!row || !node) return null;
  return {
    ...toStreamRow(row, nowMs),
    timeZone: node.timeZone,
    clockSource: node.clockSource,
    clockOffsetMs: node.clockOffsetMs,
    clockErrorMs: node.clockErrorMs,
    lastReceivedMs: node.lastReceivedMs,
    pastEndsMs: node.pastEndsMs,
    lane: { watermarkMs: node.watermarkMs, isContiguous: node.isContiguous },
    node: { id: node.id, name: node.name, health: nodeHealth(node, nowMs) },
    models: models.rows,
  };
}

export interface NodeDetail extends NodeFactsRow {
  health: Health;
  siteName: string | null;
  timeZone: string;
  trusted: boolean;
  labels: Record<string, unknown>;
  arch: string | null;
  memMb: number | null;
  sdk: string | null;
  agent: string | null;
  capabilities: string[];
  boot: string | null;
  epoch: string | null;
  bornMs: number | null;
  onlineChangedMs: number | null;
  createdMs: number;
  retiredMs: number | null;
  retiredBy: string | null;
  slots: { slot: string; committed: string | null; trial: string | null }[];
  devices: { id: number; key: string; name: string | null; streams: number }[];
  lanes: { lane: string; epoch: string; upTo: number; watermarkMs: number | null; lastBatchMs: number | null }[];
  gaps: { id: string; lane: string; fromMs: number; toMs: number; rows: number; why: string; kept: string | null }[];
  history: { atMs: number; kind: string; text: string; severity: string | null }[];
  inference: {
    slot: string;
    model: string;
    n1h: number;
    lastMs: number;
    lastScore: number | null;
    lastLabel: string | null;
    p50LatencyMs: number | null;
  }[];
  documents: {
    desired: unknown;
    desiredRevision: number;
    reported: unknown;
    appliedRevision: number | null;
    reportedMs: number | null;
  } | null;
  quarantined: number;
}

/** Everything the page of one node shows except its streams, or null. Eight reads, none of them per row. */
export async function findNode(sql: Sql, id: string, nowMs: number): Promise<NodeDetail | null> {
  const [node, devices, lanes, gaps, births, events, inference, documents, held] = await Promise.all([
    sql.query<
      Omit<NodeDetail, "health" | "devices" | "lanes" | "gaps" | "history" | "inference" | "documents" | "quarantined">
    >(
      `select f.*, si.name as "siteName", coalesce(si.time_zone, 'UTC') as "timeZone", n.trusted, n.labels, n.arch, n.mem_mb as "memMb", n.sdk, n.agent, n.capabilities, n.boot, n.epoch,
         ${ms("n.born_at")} as "bornMs", ${ms("n.online_changed_at")} as "onlineChangedMs", ${ms("n.created_at")} as "createdMs", ${ms("n.retired_at")} as "retiredMs", n.retired_by as "retiredBy", n.slots
       from (${NODE_FACTS} where n.id = $2) f join nodes n on n.id = f.id left join sites si on si.id = n.site_id`,
      [nowMs, id],
    ),
    sql.query<NodeDetail["devices"][number]>(
      `select d.id, d.key, d.name, count(s.id)::int as streams from devices d left join streams s on s.device_id = d.id where d.node_id = $1 group by d.id order by d.key`,
      [id],
    ),
    sql.query<NodeDetail["lanes"][number]>(
      `select lane, epoch, up_to::float8 as "upTo", ${ms("watermark")} as "watermarkMs", ${ms("last_batch_at")} as "lastBatchMs" from ingest_lanes where node_id = $1 and last_batch_at is not null order by last_batch_at desc limit 12`,
      [id],
    ),
    sql.query<NodeDetail["gaps"][number]>(
      `select id::text, lane, ${ms("from_ts")} as "fromMs", ${ms("to_ts")} as "toMs", row_count::float8 as rows, why, kept from gaps where node_id = $1 order by from_ts desc limit 20`,
      [id],
    ),
    sql.query<{ atMs: number; boot: string; agent: string | null }>(
      `select ${ms("received_at")} as "atMs", boot, document->>'agent' as agent from births where node_id = $1 order by received_at desc limit 10`,
      [id],
    ),
    sql.query<{ atMs: number; kind: string; severity: string | null; stream: string | null; detail: string | null }>(
      `select ${ms("e.ts")} as "atMs", e.kind, e.severity, s.key as stream, case when e.kind like 'broker-%' then (e.data->>'text') || ', ' || (e.data->>'count') || '×' end as detail from events e left join streams s on s.id = e.stream_id where e.node_id = $1 order by e.ts desc limit 20`,
      [id],
    ),
    sql.query<NodeDetail["inference"][number]>(
      `select slot, (array_agg(model order by ts desc))[1] as model, count(*)::int as "n1h", ${ms("max(ts)")} as "lastMs", (array_agg(score order by ts desc))[1] as "lastScore",
         (array_agg(label order by ts desc))[1] as "lastLabel", percentile_cont(0.5) within group (order by latency_ms) as "p50LatencyMs"
       from inference where node_id = $1 and slot = any(array(select e->>'slot' from nodes n, jsonb_array_elements(n.slots) e where n.id = $1)) and ts > to_timestamp($2 / 1000.0) - interval '1 hour' and role = 'active' group by slot order by slot`,
      [id, nowMs],
    ),
    sql.query<NonNullable<NodeDetail["documents"]>>(
      `select desired, desired_revision::float8 as "desiredRevision", reported, applied_revision::float8 as "appliedRevision", ${ms("reported_at")} as "reportedMs" from node_documents where node_id = $1`,
      [id],
    ),
    sql.query<{ n: number }>(`select count(*)::int as n from quarantine where node_id = $1 and status = 'held'`, [id]),
  ]);
  const row = node.rows[0];
  if (!row) return null;
  const history = [
    ...births.rows.map((birth) => ({
      atMs: birth.atMs,
      kind: "start",
      text: `Started${birth.agent ? `, ${birth.agent}` : ""}`,
      severity: null,
    })),
    ...events.rows.map((event) => ({
      atMs: event.atMs,
      kind: event.kind,
      text: [event.kind, event.stream, event.detail].filter(Boolean).join(", "),
      severity: event.severity,
    })),
  ].sort((a, b) => b.atMs - a.atMs);
  return {
    ...row,
    health: nodeHealth(row, nowMs),
    devices: devices.rows,
    lanes: lanes.rows,
    gaps: gaps.rows,
    history: history.slice(0, 20),
    inference: inference.rows,
    documents: documents.rows[0] ?? null,
    quarantined: held.rows[0]?.n ?? 0,
  };
}

/** What the sidebar counts: messages held and streams proposed. */
export async function getWaiting(
  sql: Sql,
): Promise<{ quarantined: number; proposedStreams: number; proposedNodes: number }> {
  const { rows } = await sql.query<{ quarantined: number; proposedStreams: number; proposedNodes: number }>(
    `select (select count(*) from quarantine where status = 'held')::int as quarantined, (select count(*) from streams s join nodes n on n.id = s.node_id where s.status = 'proposed' and n.status <> 'retired')::int as "proposedStreams",
       (select count(*) from nodes where status = 'proposed')::int as "proposedNodes"`,
  );
  return rows[0] ?? { quarantined: 0, proposedStreams: 0, proposedNodes: 0 };
}
