import type { z } from "zod";
import { EventRow, InferenceRow, MediaRow } from "@/sdk/wire/batch";
import type { StreamSpec } from "@/sdk/wire/birth";
import { EpochMs, type Lane } from "@/sdk/wire/names";
import type { Quality } from "@/sdk/wire/quality";
import { formatPath } from "@/sdk/wire/refusal";
import { DeviceError } from "./errors";
import type { SealableRow, TelemetryRow } from "./seal";

/** Longest text of one row, in bytes; a batch holds at least one row. */
export const MAX_ROW_BYTES = 128 * 1024;

export interface Reading {
  /** capture time, ms since the Unix epoch, UTC; kept as it is for ever */
  tsMs: number;
  values: Readonly<Record<string, number | boolean | null>>;
  quality?: Readonly<Record<string, Quality>>;
}

const EventInput = EventRow.omit({ dt: true }).extend({ tsMs: EpochMs });
const InferenceInput = InferenceRow.omit({ dt: true }).extend({ tsMs: EpochMs });
const MediaInput = MediaRow.omit({ dt: true }).extend({ tsMs: EpochMs });
export type EventInput = z.input<typeof EventInput>;
export type InferenceInput = z.input<typeof InferenceInput>;
export type MediaInput = z.input<typeof MediaInput>;

/**
 * A reading as the log keeps it. NaN and infinities are not JSON: they become no value with quality `nan`. While the
 * clock is not trusted, what has no worse word gets `uncertain` (G8).
 *
 * @throws {DeviceError} `BAD_ROW` or `UNKNOWN_STREAM` with the field at fault.
 */
export function telemetryRow(
  reading: Reading,
  streams: ReadonlyMap<string, StreamSpec>,
  isClockTrusted: boolean,
): SealableRow {
  if (!EpochMs.safeParse(reading.tsMs).success) {
    throw new DeviceError("BAD_ROW", "tsMs must be the capture time in milliseconds since 1970.", "tsMs");
  }
  const v: TelemetryRow["v"] = {};
  const q: NonNullable<TelemetryRow["q"]> = {};
  let isFlagged = false;
  for (const [key, value] of Object.entries(reading.values)) {
    const stream = streams.get(key);
    if (!stream)
      throw new DeviceError(
        "UNKNOWN_STREAM",
        `${key} is not among the device's streams: declare it in openDevice({ streams }).`,
        `values.${key}`,
      );
    const number = typeof value === "boolean" ? Number(value) : value;
    if (number !== null && typeof number !== "number") {
      throw new DeviceError("BAD_ROW", `The value of ${key} must be a number, a boolean or null.`, `values.${key}`);
    }
    const isFinite = number === null || Number.isFinite(number);
    v[stream.alias] = isFinite ? number : null;
    const word = isFinite ? (reading.quality?.[key] ?? "good") : "nan";
    const told = word === "good" && !isClockTrusted ? "uncertain" : word;
    if (told === "good") continue;
    q[stream.alias] = told;
    isFlagged = true;
  }
  return { tsMs: reading.tsMs, json: limited(JSON.stringify(isFlagged ? { v, q } : { v })) };
}

/** @throws {DeviceError} `BAD_ROW` with the field at fault. */
export function eventRow(input: EventInput, isClockTrusted: boolean): SealableRow {
  const { tsMs, data, ...row } = parsed(EventInput, input);
  return {
    tsMs,
    json: limited(JSON.stringify({ ...row, data: isClockTrusted ? data : { ...data, clock: "unsynced" } })),
  };
}

export function inferenceRow(input: InferenceInput): SealableRow {
  const { tsMs, ...row } = parsed(InferenceInput, input);
  return { tsMs, json: limited(JSON.stringify(row)) };
}

export function mediaRow(input: MediaInput): SealableRow {
  const { tsMs, ...row } = parsed(MediaInput, input);
  return { tsMs, json: limited(JSON.stringify(row)) };
}

/**
 * What is given up only after everything else of its lane: media that a trigger asked for, and inference that raised an
 * alarm or points at media.
 */
export function isPinnedRow(lane: Lane, json: string): boolean {
  if (lane === "media") return json.includes('"trigger":"');
  if (lane === "inference") return json.includes('"alarm":true') || json.includes('"media":["');
  return lane === "events";
}

function parsed<T>(schema: z.ZodType<T>, input: unknown): T {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const field = formatPath(issue?.path ?? []);
  throw new DeviceError("BAD_ROW", `${field}: ${issue?.message ?? "is not valid"}`, field);
}

function limited(json: string): string {
  const bytes = Buffer.byteLength(json);
  if (bytes > MAX_ROW_BYTES)
    throw new DeviceError("TOO_LARGE", `The row takes ${bytes} bytes; ${MAX_ROW_BYTES} is the most.`);
  return json;
}
