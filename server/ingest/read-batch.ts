import type { z } from "zod";
import {
  EventsBatch,
  type EventsBatch as Events,
  type InferenceBatch as Inference,
  InferenceBatch,
  MAX_BATCH_READINGS,
  MAX_BATCH_ROWS,
  MediaBatch,
  type MediaBatch as Media,
  TelemetryBatch,
} from "@/sdk/wire/batch";
import type { Lane } from "@/sdk/wire/names";
import { qualityCode } from "@/sdk/wire/quality";
import { type Checked, accepted, refused, refusalFromZod } from "@/sdk/wire/refusal";
import { newColumn } from "./columns";

/** One column as it came, beside the times of its rows: its values are looked at when its stream is known. */
export interface Column {
  alias: string;
  /** numbers where every value is one, without −0; otherwise what the JSON held */
  values: Float64Array | readonly unknown[];
  /** quality code by row, 0 where nothing was said; null when nothing was said at all */
  quality: Uint8Array | null;
  /** rows that the sender gave a quality for */
  named: ReadonlySet<number> | null;
}

export interface TelemetryRead {
  lane: "telemetry";
  envelope: Pick<TelemetryEnvelope, "epoch" | "batch" | "count" | "gaps" | "watermark"> & { clock: { boot: string } };
  /** capture times, epoch ms */
  tsMs: Float64Array;
  columns: Column[];
}

export type BatchRead =
  | TelemetryRead
  | { lane: "events"; envelope: Events }
  | { lane: "inference"; envelope: Inference }
  | { lane: "media"; envelope: Media };

/** Rows and columns are left out of the schema and read by loops below: a schema per element costs more than the database. */
const TelemetryEnvelope = TelemetryBatch.omit({ dt: true, columns: true, quality: true }).loose();
type TelemetryEnvelope = z.infer<typeof TelemetryEnvelope>;
const ALIAS = /^\d{1,7}$/;

/** Nothing is stored from before, so that seconds taken for milliseconds are found. 2015-01-01. */
export const EARLIEST_MS = 1_420_070_400_000;
/** How far ahead of the server a capture time may be. */
export const MAX_AHEAD_MS = 24 * 3_600_000;
/** Longest time between the first and the last row of one batch. */
const MAX_SPAN_MS = 31 * 24 * 3_600_000;

/**
 * Decoded JSON to a batch of this lane, as far as that can be said without knowing the node's streams: version, node,
 * lane, counts, shapes, plausible times.
 *
 * @param from the node of the topic it came on: a payload that names another node is refused
 * @param nowMs time of arrival, epoch ms
 */
export function readBatch(json: unknown, from: { node: string; lane: Lane }, nowMs: number): Checked<BatchRead> {
  const head = checkHead(json, from);
  if (!head.ok) return head;
  switch (from.lane) {
    case "telemetry":
      return readTelemetry(head.value, nowMs);
    case "events": {
      const parsed = EventsBatch.safeParse(json);
      if (!parsed.success) return { ok: false, refusal: refusalFromZod(parsed.error) };
      const fault = checkRows(parsed.data, parsed.data.rows, nowMs);
      return fault ?? accepted({ lane: "events", envelope: parsed.data });
    }
    case "inference": {
      const parsed = InferenceBatch.safeParse(json);
      if (!parsed.success) return { ok: false, refusal: refusalFromZod(parsed.error) };
      const reversed = parsed.data.rows.findIndex((row) => row.window[0] > row.window[1]);
      if (reversed >= 0)
        return refused("CONTRACT", "The window ends before it begins.", `rows[${reversed}].window`, "Send [from, to].");
      const fault = checkRows(parsed.data, parsed.data.rows, nowMs);
      return fault ?? accepted({ lane: "inference", envelope: parsed.data });
    }
    case "media": {
      const parsed = MediaBatch.safeParse(json);
      if (!parsed.success) return { ok: false, refusal: refusalFromZod(parsed.error) };
      const fault = checkRows(parsed.data, parsed.data.rows, nowMs);
      return fault ?? accepted({ lane: "media", envelope: parsed.data });
    }
    default:
      return from.lane satisfies never;
  }
}

type Head = Readonly<Record<string, unknown>>;

/** The faults that deserve a better sentence than a schema gives. */
function checkHead(json: unknown, { node, lane }: { node: string; lane: Lane }): Checked<Head> {
  if (!isRecord(json))
    return refused("SCHEMA", "The payload is not a JSON object.", undefined, "Send a sealed batch; see docs/api/wire.");
  if (json.v !== 1) return refused("SCHEMA", `The version ${short(json.v)} is not one we read.`, "v", "Supported: 1.");
  if (typeof json.node === "string" && json.node !== node) {
    return refused(
      "CONTRACT",
      `The payload says it is from ${short(json.node)} but came from ${node}.`,
      "node",
      "A node publishes its own batches under its own name.",
    );
  }
  if (typeof json.lane === "string" && json.lane !== lane) {
    return refused(
      "CONTRACT",
      `The payload says lane ${short(json.lane)} but came on ${lane}.`,
      "lane",
      `Publish it on up/batch/${json.lane.slice(0, 20)}.`,
    );
  }
  if (typeof json.base === "number" && json.base > 8_640_000_000_000_000) return clockRefusal(json.base, "base", 0);
  return accepted(json);
}

function readTelemetry(head: Head, nowMs: number): Checked<TelemetryRead> {
  const { dt, columns, quality, ...rest } = head;
  const parsed = TelemetryEnvelope.safeParse(rest);
  if (!parsed.success) return { ok: false, refusal: refusalFromZod(parsed.error) };
  const envelope = parsed.data;
  const shape = readShape(dt, columns, quality);
  if (!shape.ok) return shape;
  const { offsets, read } = shape.value;

  if (envelope.count !== offsets.length)
    return refused(
      "CONTRACT",
      `count is ${envelope.count} but dt has ${offsets.length} rows.`,
      "count",
      "Count the rows of this batch.",
    );
  for (const column of read) {
    if (column.values.length !== offsets.length) {
      return refused(
        "CONTRACT",
        `The column has ${column.values.length} values but the batch has ${offsets.length} rows.`,
        `columns.${column.alias}`,
        "Give every column one value per row; null where there is none.",
      );
    }
  }
  const tsMs = newColumn(offsets.length);
  for (let row = 0; row < offsets.length; row++) tsMs[row] = envelope.base + (offsets[row] ?? 0);
  const implausible = checkTimes(tsMs, "dt", nowMs, envelope.base);
  if (implausible) return implausible;
  const { epoch, batch, count, gaps, watermark, clock } = envelope;
  return accepted({
    lane: "telemetry",
    envelope: { epoch, batch, count, gaps, watermark, clock: { boot: clock.boot } },
    tsMs,
    columns: read,
  });
}

/** `dt`, `columns` and `quality` exactly as the schema TelemetryBatch describes them; a property test holds the two together. */
export function readShape(
  dt: unknown,
  columns: unknown,
  quality: unknown,
): Checked<{ offsets: readonly number[]; read: Column[] }> {
  if (!Array.isArray(dt)) return refused("SCHEMA", "dt is not an array.", "dt", "Send one offset in ms per row.");
  if (dt.length > MAX_BATCH_ROWS)
    return refused(
      "TOO_LARGE",
      `The batch has ${dt.length} rows; the limit is ${MAX_BATCH_ROWS}.`,
      "dt",
      "Seal smaller batches.",
    );
  for (let row = 0; row < dt.length; row++) {
    if (!Number.isFinite(dt[row]))
      return refused(
        "SCHEMA",
        `Expected a number, got ${short(dt[row])}.`,
        `dt[${row}]`,
        "Offsets are milliseconds after base.",
      );
  }
  if (!isRecord(columns))
    return refused("SCHEMA", "columns is not an object.", "columns", 'Send {"<alias>": [values]}.');
  const qualities = quality === undefined ? {} : quality;
  if (!isRecord(qualities))
    return refused("SCHEMA", "quality is not an object.", "quality", 'Send {"<alias>": [[row, word]]}.');

  const read: Column[] = [];
  let readings = 0;
  for (const [alias, values] of Object.entries(columns)) {
    if (!ALIAS.test(alias))
      return refused(
        "SCHEMA",
        `${short(alias)} is not an alias.`,
        `columns.${alias.slice(0, 40)}`,
        "Columns are named by the alias number of the birth.",
      );
    if (!Array.isArray(values))
      return refused("SCHEMA", "The column is not an array.", `columns.${alias}`, "Send one value per row.");
    if (values.length > MAX_BATCH_ROWS)
      return refused(
        "TOO_LARGE",
        `The column has ${values.length} rows; the limit is ${MAX_BATCH_ROWS}.`,
        `columns.${alias}`,
        "Seal smaller batches.",
      );
    readings += values.length;
    if (readings > MAX_BATCH_READINGS)
      return refused(
        "TOO_LARGE",
        `The batch has more than ${MAX_BATCH_READINGS} readings.`,
        "columns",
        "Seal smaller batches.",
      );
    read.push({ alias, values: asNumbers(values) ?? values, quality: null, named: null });
  }
  for (const [alias, entries] of Object.entries(qualities)) {
    if (!ALIAS.test(alias) || !Array.isArray(entries))
      return refused(
        "SCHEMA",
        "quality holds something other than lists by alias.",
        `quality.${alias.slice(0, 40)}`,
        "Send [[row, word]].",
      );
    const column = read.find((candidate) => candidate.alias === alias);
    const codes = new Uint8Array(column?.values.length ?? 0);
    const named = new Set<number>();
    for (let i = 0; i < entries.length; i++) {
      const entry: unknown = entries[i];
      const [row, word, ...more] = Array.isArray(entry) ? (entry as readonly unknown[]) : [];
      const code = typeof word === "string" ? qualityCode(word) : undefined;
      if (typeof row !== "number" || !Number.isSafeInteger(row) || row < 0 || code === undefined || more.length > 0) {
        return refused(
          "SCHEMA",
          `Expected [row, quality word], got ${short(entry)}.`,
          `quality.${alias}[${i}]`,
          "See docs/api/wire for the quality words.",
        );
      }
      if (row >= codes.length) continue; // says something about a value that is not there
      codes[row] = code;
      named.add(row);
    }
    if (column && named.size > 0) {
      column.quality = codes;
      column.named = named;
    }
  }
  return accepted({ offsets: dt as readonly number[], read }); // every element was found finite above
}

/** The values as a column of numbers, −0 as 0; null when one of them is something else. */
function asNumbers(values: readonly unknown[]): Float64Array | null {
  const numbers = newColumn(values.length);
  for (let row = 0; row < values.length; row++) {
    const value = values[row];
    if (typeof value !== "number" || value - value !== 0) return null;
    numbers[row] = value + 0 === 0 ? 0 : value;
  }
  return numbers;
}

function checkRows(
  envelope: { base: number; count: number },
  rows: readonly { dt: number }[],
  nowMs: number,
): Checked<never> | null {
  if (envelope.count !== rows.length)
    return refused(
      "CONTRACT",
      `count is ${envelope.count} but there are ${rows.length} rows.`,
      "count",
      "Count the rows of this batch.",
    );
  return checkTimes(
    Float64Array.from(rows, (row) => envelope.base + row.dt),
    "rows",
    nowMs,
    envelope.base,
  );
}

function checkTimes(tsMs: Float64Array, field: "dt" | "rows", nowMs: number, base: number): Checked<never> | null {
  const latest = nowMs + MAX_AHEAD_MS;
  let min = Infinity;
  let max = -Infinity;
  for (let row = 0; row < tsMs.length; row++) {
    const ts = tsMs[row] ?? 0;
    if (!(ts >= EARLIEST_MS && ts <= latest)) {
      const baseFits = base >= EARLIEST_MS && base <= latest;
      return clockRefusal(ts, baseFits ? (field === "dt" ? `dt[${row}]` : `rows[${row}].dt`) : "base", nowMs);
    }
    if (ts < min) min = ts;
    if (ts > max) max = ts;
  }
  if (max - min > MAX_SPAN_MS)
    return refused(
      "CLOCK",
      "The rows of this batch are more than 31 days apart.",
      field,
      "Seal a new batch when the clock jumps.",
    );
  return null;
}

function clockRefusal(ts: number, field: string, nowMs: number): Checked<never> {
  const hint =
    ts > 1e17
      ? "This looks like nanoseconds; send milliseconds."
      : ts > 1e14
        ? "This looks like microseconds; send milliseconds."
        : ts > 1e9 && ts < 2e10
          ? "This looks like seconds; send milliseconds."
          : ts > nowMs
            ? "Set the node's clock: it is more than 24 hours ahead of the server."
            : "Set the node's clock before it records; times before 2015 are not stored.";
  const shown = Math.abs(ts) <= 8.64e15 ? new Date(ts).toISOString() : String(ts);
  return refused("CLOCK", `The capture time ${shown} cannot be.`, field, hint);
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A value as it came, short enough for a sentence. */
export function short(value: unknown): string {
  const text = typeof value === "number" ? String(value) : (JSON.stringify(value) ?? String(value));
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
