import { brotliDecompressSync, gunzipSync } from "node:zlib";
import type { Sql } from "@/db/access";
import { previewPayload, type PayloadPreview } from "./domain/payload-preview";
import { PAGE_SIZE, type QuarantineInput } from "./domain/read-inputs";

/** A message of a node that nobody knows yet has a team, the first, and no site. */
const inScope = (team: number, site: number) =>
  `($${team}::uuid is null or team_id = $${team}) and ($${site}::text is null or node_id in (select id from nodes where site_id = $${site}))`;
const MAX_UNPACKED_BYTES = 1_048_576;

export interface QuarantineRow {
  id: number;
  nodeId: string;
  topic: string;
  lane: string | null;
  batch: number | null;
  reason: string;
  field: string | null;
  message: string;
  hint: string | null;
  bytes: number;
  status: "held" | "replayed" | "discarded";
  receivedMs: number;
  decidedMs: number | null;
  decidedBy: string | null;
  /** Why the last replay left it held; null when none was tried or it worked. */
  replayError: string | null;
}

export interface QuarantinePage {
  rows: QuarantineRow[];
  next: number | null;
  /** How many of the chosen status each node and each reason has, for the filter. */
  reasons: { reason: string; n: number }[];
  nodes: { nodeId: string; n: number }[];
  matching: number;
}

/** Refused messages, the newest first, with the counts that the filter shows. Payloads are read one at a time by `findPayload`. */
export async function listQuarantine(
  sql: Sql,
  input: QuarantineInput,
  pageSize: number = PAGE_SIZE,
): Promise<QuarantinePage> {
  const [page, facets] = await Promise.all([
    sql.query<QuarantineRow>(
      `select id::float8, node_id as "nodeId", topic, lane, batch::float8, reason, field, message, hint, length(payload) as bytes, status,
         (extract(epoch from received_at) * 1000)::float8 as "receivedMs", (extract(epoch from decided_at) * 1000)::float8 as "decidedMs", decided_by as "decidedBy", outcome->>'error' as "replayError"
       from quarantine
       where status = $1 and ($2::text is null or node_id = $2) and ($3::text is null or reason = $3) and ($4::int8 is null or id < $4) and ${inScope(5, 6)}
       order by id desc limit ${pageSize + 1}`,
      [input.status, input.node, input.reason, input.cursor, input.team, input.site],
    ),
    sql.query<{ nodeId: string; reason: string; n: number }>(
      `select node_id as "nodeId", reason, count(*)::int as n from quarantine where status = $1 and ${inScope(2, 3)} group by node_id, reason`,
      [input.status, input.team, input.site],
    ),
  ]);
  const rows = page.rows.slice(0, pageSize);
  const matches = (facet: { nodeId: string; reason: string }) =>
    (input.node === null || facet.nodeId === input.node) && (input.reason === null || facet.reason === input.reason);
  return {
    rows,
    next: page.rows.length > pageSize ? (rows.at(-1)?.id ?? null) : null,
    reasons: sumBy(
      facets.rows.filter((facet) => input.node === null || facet.nodeId === input.node),
      (facet) => facet.reason,
    ).map(([reason, n]) => ({ reason, n })),
    nodes: sumBy(
      facets.rows.filter((facet) => input.reason === null || facet.reason === input.reason),
      (facet) => facet.nodeId,
    ).map(([nodeId, n]) => ({ nodeId, n })),
    matching: facets.rows.filter(matches).reduce((sum, facet) => sum + facet.n, 0),
  };
}

function sumBy<T extends { n: number }>(facets: readonly T[], name: (facet: T) => string): [string, number][] {
  const sums = new Map<string, number>();
  for (const facet of facets) sums.set(name(facet), (sums.get(name(facet)) ?? 0) + facet.n);
  return [...sums].sort((a, b) => b[1] - a[1]);
}

/** The payload of one refused message as safe text, or null when there is no such message. */
export async function findPayload(sql: Sql, id: number): Promise<(PayloadPreview & { properties: unknown }) | null> {
  const { rows } = await sql.query<{
    payload: Buffer;
    properties: { contentEncoding?: unknown; userProperties?: Record<string, unknown> };
  }>("select payload, properties from quarantine where id = $1", [id]);
  const row = rows[0];
  if (!row) return null;
  const encoding = row.properties.userProperties?.ce ?? row.properties.contentEncoding;
  return { ...previewPayload(unpack(row.payload, encoding), row.payload.length), properties: row.properties };
}

/** A payload that is not the compression it claims, or that unpacks to too much, is shown as it came. */
function unpack(payload: Buffer, encoding: unknown): Uint8Array {
  try {
    if (encoding === "gzip") return gunzipSync(payload, { maxOutputLength: MAX_UNPACKED_BYTES });
    if (encoding === "br") return brotliDecompressSync(payload, { maxOutputLength: MAX_UNPACKED_BYTES });
  } catch {
    return payload;
  }
  return payload;
}
