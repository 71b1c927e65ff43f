import type { ReadingBlock } from "@/db/timeseries/port";
import { qualityCode } from "@/sdk/wire/quality";
import { type Checked, accepted, type Refusal, refused } from "@/sdk/wire/refusal";
import { newColumn } from "./columns";
import { type Column, short, type TelemetryRead } from "./read-batch";

/** A stream as ingest needs it. */
export interface StreamEntry {
  id: number;
  key: string;
  type: "number" | "boolean";
  unit: string | null;
  /** `conflict`: this boot's birth promises another unit or type than the registry holds */
  status: "accepted" | "proposed" | "retired" | "conflict";
}

/** A value that was no number and is kept as bad, with what came instead. */
export interface BadValue {
  streamId: number;
  tsMs: number;
  field: string;
  raw: string;
}

export interface ResolvedTelemetry {
  blocks: ReadingBlock[];
  readings: number;
  bad: BadValue[];
  /** columns that may not be stored yet, by why */
  waiting: { reason: "PROPOSED" | "RETIRED" | "CONTRACT" | "UNKNOWN_ALIAS"; aliases: string[]; streamIds: number[] }[];
}

const BAD = qualityCode("bad") ?? 2;
const NAN = qualityCode("nan") ?? 4;
/** A column of which more than this many values, and more than half, are no numbers breaks its contract. */
const BAD_ALLOWED = 1;
const MAX_BAD_KEPT = 50;

/**
 * Columns to blocks of readings. A single value that is no number is kept as bad; a column that is mostly no numbers
 * contradicts what its birth promised, and the batch is refused.
 *
 * @param only when given, streams outside of it are left out: a replay stores what it was kept for and nothing twice
 */
export function resolveTelemetry(
  batch: TelemetryRead,
  streams: ReadonlyMap<string, StreamEntry>,
  only?: ReadonlySet<number>,
): Checked<ResolvedTelemetry> {
  const resolved: ResolvedTelemetry = { blocks: [], readings: 0, bad: [], waiting: [] };
  for (const column of batch.columns) {
    const stream = streams.get(column.alias);
    if (!stream) {
      if (!only) keepWaiting(resolved, "UNKNOWN_ALIAS", column.alias, null);
      continue;
    }
    if (only && !only.has(stream.id)) continue;
    if (stream.status !== "accepted") {
      keepWaiting(
        resolved,
        stream.status === "proposed" ? "PROPOSED" : stream.status === "retired" ? "RETIRED" : "CONTRACT",
        column.alias,
        stream.id,
      );
      continue;
    }
    const block = readColumn(column, stream, batch.tsMs, resolved.bad);
    if (!block.ok) return block;
    if (block.value) {
      resolved.blocks.push(block.value);
      resolved.readings += block.value.tsMs.length;
    }
  }
  return accepted(resolved);
}

function readColumn(
  { alias, values, quality, named }: Column,
  stream: StreamEntry,
  rowsMs: Float64Array,
  bad: BadValue[],
): Checked<ReadingBlock | null> {
  if (values instanceof Float64Array && stream.type === "number")
    return accepted(values.length === 0 ? null : { streamId: stream.id, tsMs: rowsMs, values, quality });
  const rows = values.length;
  const readings = newColumn(rows);
  let times = rowsMs;
  let codes: Uint8Array | null = quality;
  let kept = 0;
  let wrong = 0;
  for (let row = 0; row < rows; row++) {
    const value = values[row];
    let reading: number;
    let fault = -1;
    if (typeof value === "number" && value - value === 0 && stream.type === "number")
      reading = value + 0 === 0 ? 0 : value; // −0 → 0
    else if (value === null || value === undefined) {
      if (!named?.has(row)) continue; // this stream had nothing to say in this row
      reading = Number.NaN;
      if ((codes?.[row] ?? 0) === 0) fault = NAN;
    } else if (stream.type === "boolean" && (typeof value === "boolean" || value === 0 || value === 1))
      reading = Number(value);
    else {
      reading = Number.NaN;
      fault = BAD;
      wrong++;
      const field = `columns.${alias}[${row}]`;
      if (wrong > BAD_ALLOWED && wrong * 2 > rows) {
        return refused(
          "CONTRACT",
          `${field}: expected ${stream.type === "boolean" ? "true or false" : "number"}, got ${short(value)}`,
          field,
          `Most values of ${stream.key} are not what its birth promised. Send numbers, or null where there is none.`,
        );
      }
      if (bad.length < MAX_BAD_KEPT)
        bad.push({
          streamId: stream.id,
          tsMs: rowsMs[row] ?? 0,
          field,
          raw: value === Infinity || value === -Infinity ? `${value > 0 ? "" : "-"}1e309 or more` : short(value),
        });
    }
    if (kept !== row && times === rowsMs) times = rowsMs.slice(); // the first hole: from here on this column has its own times
    if (times !== rowsMs) times[kept] = rowsMs[row] ?? 0;
    readings[kept] = reading;
    if (fault >= 0) {
      if (codes === quality) codes = quality ? quality.slice() : new Uint8Array(rows);
      if (codes) codes[kept] = fault;
    } else if (codes && kept !== row) {
      if (codes === quality) codes = codes.slice();
      codes[kept] = quality?.[row] ?? 0;
    }
    kept++;
  }
  if (kept === 0) return accepted(null);
  if (kept === rows) return accepted({ streamId: stream.id, tsMs: times, values: readings, quality: codes });
  return accepted({
    streamId: stream.id,
    tsMs: times.slice(0, kept),
    values: readings.subarray(0, kept),
    quality: codes?.subarray(0, kept) ?? null,
  });
}

function keepWaiting(
  resolved: ResolvedTelemetry,
  reason: ResolvedTelemetry["waiting"][number]["reason"],
  alias: string,
  streamId: number | null,
): void {
  let group = resolved.waiting.find((known) => known.reason === reason);
  if (!group) {
    group = { reason, aliases: [], streamIds: [] };
    resolved.waiting.push(group);
  }
  group.aliases.push(alias);
  if (streamId !== null) group.streamIds.push(streamId);
}

/** Why columns or rows wait; the code is replaced by the reason where the reason is a decision and no fault. */
export function waitingRefusal(reason: string, aliases: readonly string[]): Refusal {
  const field = aliases.length > 0 ? `columns.${aliases.join(",")}` : undefined;
  switch (reason) {
    case "UNKNOWN_ALIAS":
      return {
        code: "UNKNOWN_ALIAS",
        message: `The birth of this boot names no stream with the alias ${aliases.slice(0, 20).join(", ")}.`,
        field,
        hint: "List the stream in the birth. The other columns are stored.",
      };
    case "CONTRACT":
      return {
        code: "CONTRACT",
        message: "The birth of this boot promises another unit or type than the registered stream has.",
        field,
        hint: "Accept the stream with its new unit, or correct the node.",
      };
    case "RETIRED":
      return {
        code: "CONTRACT",
        message: "The node is retired.",
        field,
        hint: "Take it back on its page, which stores what was kept, or discard the data.",
      };
    default:
      return {
        code: "CONTRACT",
        message: "Nobody has accepted this node or stream yet.",
        field,
        hint: "Accept it; what was kept is then stored.",
      };
  }
}
