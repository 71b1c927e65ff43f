import type { Sql } from "@/db/access";
import { csvLine, type Cell } from "@/server/core/domain/csv";
import type { FleetInput, QuarantineInput, StreamListInput } from "./domain/read-inputs";
import type { NodeLoginsInput } from "./domain/node-login-filter";
import { listNodeLogins } from "./node-queries";
import { listQuarantine } from "./quarantine-queries";
import { listFleet, listStreams } from "./queries";

/** Rows that are read at once; the whole list is never held. */
const CHUNK = 2_000;

const iso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());

/** The nodes that a filter leaves, as lines of CSV: every column, whatever the page hides. */
export async function* exportFleet(sql: Sql, input: FleetInput, nowMs: number): AsyncGenerator<string> {
  yield csvLine([
    ...["node", "name", "site", "acceptance", "health", "reason", "devices", "streams", "streams_proposed"],
    ...[
      "last_seen",
      "last_batch",
      "buffer_bytes",
      "buffer_limit_bytes",
      "clock_source",
      "clock_offset_ms",
      "clock_error_ms",
    ],
    "rows_lost_24h",
  ]);
  for (let cursor = input.cursor; ; ) {
    const { rows, next } = await listFleet(sql, { ...input, cursor }, nowMs, CHUNK);
    for (const row of rows)
      yield csvLine([
        ...[row.id, row.name, row.siteId, row.status, row.health.status, row.health.reason],
        ...[row.deviceCount, row.accepted, row.proposed, iso(row.lastSeenMs), iso(row.lastBatchMs)],
        ...[
          row.bufferBytes,
          row.bufferLimitBytes,
          row.clockSource,
          row.clockOffsetMs,
          row.clockErrorMs,
          row.lostRows24h,
        ],
      ] satisfies Cell[]);
    if (next === null) return;
    cursor = next;
  }
}

/** The streams that a filter leaves. */
export async function* exportStreams(sql: Sql, input: StreamListInput, nowMs: number): AsyncGenerator<string> {
  yield csvLine([
    ...["id", "node", "device", "stream", "quantity", "unit", "acceptance", "health", "reason", "value", "quality"],
    ...["read_at", "rate_hz", "limit_low", "limit_high", "plain", "known_since"],
  ]);
  for (let cursor = input.cursor; ; ) {
    const { rows, next } = await listStreams(sql, { ...input, cursor }, nowMs, CHUNK);
    for (const row of rows)
      yield csvLine([
        ...[row.id, row.nodeId, row.device, row.key, row.quantity, row.unit, row.status, row.health.status],
        ...[row.health.reason, row.value, row.lastMs === null ? null : row.quality, iso(row.lastMs), row.rateHz],
        ...[row.limitLow, row.limitHigh, row.plain, iso(row.createdMs)],
      ] satisfies Cell[]);
    if (next === null) return;
    cursor = next;
  }
}

/** The refused messages that a filter leaves, without their payloads. */
export async function* exportQuarantine(sql: Sql, input: QuarantineInput): AsyncGenerator<string> {
  yield csvLine([
    ...["id", "received_at", "node", "topic", "lane", "batch", "reason", "field", "message", "hint", "bytes", "status"],
    ...["decided_at", "decided_by", "replay_error"],
  ]);
  for (let cursor = input.cursor; ; ) {
    const { rows, next } = await listQuarantine(sql, { ...input, cursor }, CHUNK);
    for (const row of rows)
      yield csvLine([
        ...[row.id, iso(row.receivedMs), row.nodeId, row.topic, row.lane, row.batch, row.reason, row.field],
        ...[row.message, row.hint, row.bytes, row.status, iso(row.decidedMs), row.decidedBy, row.replayError],
      ] satisfies Cell[]);
    if (next === null) return;
    cursor = next;
  }
}

/** The logins of nodes that a filter leaves; no token is among them, because none is kept. */
export async function* exportNodeLogins(sql: Sql, input: NodeLoginsInput): AsyncGenerator<string> {
  yield csvLine(["node", "name", "site", "team", "acceptance", "trusted", "login_given", "online", "last_seen"]);
  for (let cursor = input.cursor; ; ) {
    const { rows, next } = await listNodeLogins(sql, { ...input, cursor }, CHUNK);
    for (const row of rows)
      yield csvLine([
        ...[row.id, row.name, row.siteId, row.teamName, row.status, row.trusted, iso(row.loginSetMs)],
        ...[row.online, iso(row.lastSeenMs)],
      ] satisfies Cell[]);
    if (next === null) return;
    cursor = next;
  }
}
