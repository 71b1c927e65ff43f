import type { Sql, Tx } from "@/db/access";
import type { TimeSeriesStore } from "@/db/timeseries/port";
import { qualityWord } from "@/sdk/wire/quality";
import { STREAM_STATUS } from "@/server/fabric/queries";

/** Reads of the public API. Each gives one row more than `limit` where there is a next page. */

/** SQL for a time as ISO 8601 in UTC with microseconds. */
function iso(column: string): string {
  return `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
}

export interface ApiNode {
  node: string;
  name: string | null;
  site: string | null;
  status: "proposed" | "accepted" | "retired";
  online: boolean;
  lastSeen: string | null;
  sdk: string | null;
  agent: string | null;
}

/** Nodes after one of them, by name. */
export async function listApiNodes(sql: Sql, { after, limit }: { after: string; limit: number }): Promise<ApiNode[]> {
  const { rows } = await sql.query<ApiNode>(
    `select id as node, name, site_id as site, status, online, ${iso("last_seen_at")} as "lastSeen", sdk, agent
     from nodes where id > $1 order by id limit $2`,
    [after, limit + 1],
  );
  return rows;
}

export interface ApiStream {
  id: number;
  stream: string;
  node: string;
  device: string | null;
  quantity: string | null;
  unit: string | null;
  type: string;
  rateHz: number | null;
  status: "proposed" | "accepted" | "retired";
}

export async function listApiStreams(
  sql: Sql,
  { node, after, limit }: { node: string | null; after: number; limit: number },
): Promise<ApiStream[]> {
  const { rows } = await sql.query<ApiStream>(
    `select s.id, s.key as stream, s.node_id as node, coalesce(d.name, d.key) as device, s.quantity, s.unit, s.type, s.rate_hz as "rateHz", ${STREAM_STATUS} as status
     from streams s join nodes n on n.id = s.node_id left join devices d on d.id = s.device_id
     where s.id > $1 and ($2::text is null or s.node_id = $2) order by s.id limit $3`,
    [after, node, limit + 1],
  );
  return rows;
}

export interface NamedStream {
  id: number;
  stream: string;
  node: string;
  unit: string | null;
}

/** The streams that are meant by keys and numbers (all when null) of a node (any when null), by number; at most `most`. */
export async function findNamedStreams(
  sql: Sql,
  { wanted, node, most }: { wanted: readonly (string | number)[] | null; node: string | null; most: number },
): Promise<NamedStream[]> {
  const ids = wanted?.filter((name) => typeof name === "number") ?? null;
  const keys = wanted?.filter((name) => typeof name === "string") ?? null;
  const { rows } = await sql.query<NamedStream>(
    `select id, key as stream, node_id as node, unit from streams
     where ($1::text is null or node_id = $1) and ($2::int[] is null or id = any($2) or key = any($3::text[])) order by id limit $4`,
    [node, ids, keys, most],
  );
  return rows;
}

export interface ApiReading {
  ts: string;
  stream: string;
  node: string;
  value: number | null;
  unit: string | null;
  quality: ReturnType<typeof qualityWord>;
}

/** Where a page of readings ended: the stream, the time in whole microseconds, and how many of that time were given. */
export interface ReadingPlace {
  streamId: number;
  us: number;
  given: number;
}

/**
 * One page of readings, stream by stream and by time. Never holds more than about `limit` of them: a stream is read only as far as the
 * page needs. Readings of one stream may share a time; the place counts them.
 */
export async function readApiReadings(
  tx: Tx,
  store: TimeSeriesStore,
  query: { streams: readonly NamedStream[]; fromMs: number; toMs: number; limit: number; after: ReadingPlace | null },
): Promise<{ rows: ApiReading[]; next: ReadingPlace | null }> {
  const rows: ApiReading[] = [];
  let place = query.after;
  for (const stream of query.streams) {
    if (query.after && stream.id < query.after.streamId) continue;
    const resumed = query.after?.streamId === stream.id ? query.after : null;
    const skip = resumed?.given ?? 0;
    const read = await store.readRange(tx, {
      streamId: stream.id,
      fromMs: resumed ? resumed.us / 1_000 : query.fromMs,
      toMs: query.toMs,
      limit: skip + query.limit - rows.length + 1,
    });
    for (let i = 0; i < read.tsMs.length; i++) {
      const us = Math.round((read.tsMs[i] ?? 0) * 1_000);
      if (resumed && i < skip && us === resumed.us) continue;
      if (rows.length === query.limit) return { rows, next: place };
      const value = read.values[i] ?? Number.NaN;
      rows.push({
        ts: isoOfUs(us),
        stream: stream.stream,
        node: stream.node,
        value: Number.isFinite(value) ? value : null,
        unit: stream.unit,
        quality: qualityWord(read.quality[i] ?? 0),
      });
      place = {
        streamId: stream.id,
        us,
        given: place?.streamId === stream.id && place.us === us ? place.given + 1 : 1,
      };
    }
  }
  return { rows, next: null };
}

function isoOfUs(us: number): string {
  const ms = Math.floor(us / 1_000);
  return `${new Date(ms).toISOString().slice(0, -1)}${String(us - ms * 1_000).padStart(3, "0")}Z`;
}

export interface ApiLatest extends ApiReading {
  streamId: number;
}

/** Newest readings of the given streams (all when null), by number of stream. */
export async function listApiLatest(
  sql: Sql,
  query: { wanted: readonly (string | number)[] | null; node: string | null; after: number; limit: number },
): Promise<ApiLatest[]> {
  const ids = query.wanted?.filter((name) => typeof name === "number") ?? null;
  const keys = query.wanted?.filter((name) => typeof name === "string") ?? null;
  const { rows } = await sql.query<Omit<ApiLatest, "quality"> & { code: number }>(
    `select ${iso("v.ts")} as ts, s.key as stream, s.node_id as node, v.value, s.unit, v.quality as code, s.id as "streamId"
     from streams s join latest_values v on v.stream_id = s.id
     where s.id > $1 and ($2::text is null or s.node_id = $2) and ($3::int[] is null or s.id = any($3) or s.key = any($4::text[]))
     order by s.id limit $5`,
    [query.after, query.node, ids, keys, query.limit + 1],
  );
  return rows.map(({ code, value, ...row }) => ({
    ...row,
    value: value !== null && Number.isFinite(value) ? value : null,
    quality: qualityWord(code),
  }));
}

/** Newest first; `after` is the time in microseconds and the id of the last row of the page before. */
interface RecordQuery {
  node: string | null;
  fromMs: number;
  toMs: number;
  after: { us: string; id: string } | null;
  limit: number;
}

export interface ApiEvent {
  id: string;
  ts: string;
  us: string;
  node: string;
  stream: string | null;
  kind: string;
  severity: "info" | "low" | "medium" | "high" | "critical" | null;
  data: unknown;
}

/** The part of a record query that the two kinds of records share; parameters $1 to $6. */
function recordsWhere(table: string, idType: string): string {
  return `${table}.ts >= to_timestamp($1 / 1000.0) and ${table}.ts < to_timestamp($2 / 1000.0) and ($3::text is null or ${table}.node_id = $3)
     and ($4::int8 is null or (${table}.ts, ${table}.id) < ('epoch'::timestamptz + $4::int8 * interval '1 microsecond', $5::${idType}))
     order by ${table}.ts desc, ${table}.id desc limit $6`;
}

function recordValues({ node, fromMs, toMs, after, limit }: RecordQuery): unknown[] {
  return [fromMs, toMs, node, after?.us ?? null, after?.id ?? null, limit + 1];
}

export async function listApiEvents(sql: Sql, query: RecordQuery): Promise<ApiEvent[]> {
  const { rows } = await sql.query<ApiEvent>(
    `select e.id::text, ${iso("e.ts")} as ts, (extract(epoch from e.ts) * 1000000)::int8::text as us, e.node_id as node, s.key as stream, e.kind, e.severity, e.data
     from events e left join streams s on s.id = e.stream_id where ${recordsWhere("e", "int8")}`,
    recordValues(query),
  );
  return rows;
}

export interface ApiInference {
  id: string;
  ts: string;
  us: string;
  node: string;
  slot: string;
  model: string;
  role: "active" | "shadow";
  score: number | null;
  label: string | null;
  output: unknown;
  latencyMs: number | null;
}

export async function listApiInference(sql: Sql, query: RecordQuery): Promise<ApiInference[]> {
  const { rows } = await sql.query<ApiInference>(
    `select i.id::text, ${iso("i.ts")} as ts, (extract(epoch from i.ts) * 1000000)::int8::text as us, i.node_id as node, i.slot, i.model, i.role, i.score, i.label, i.output, i.latency_ms as "latencyMs"
     from inference i where ${recordsWhere("i", "uuid")}`,
    recordValues(query),
  );
  return rows;
}
