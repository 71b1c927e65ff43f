import { type Gap, MAX_BATCH_READINGS, MAX_BATCH_ROWS } from "@/sdk/wire/batch";
import type { ClockStatus } from "@/sdk/wire/birth";
import type { Lane } from "@/sdk/wire/names";
import type { Quality } from "@/sdk/wire/quality";

/** A row as the log keeps it: capture time and the JSON text of the rest. */
export interface SealableRow {
  tsMs: number;
  json: string;
}

/** JSON of a telemetry row: values by alias, and a quality word where it is not `good`. */
export interface TelemetryRow {
  v: Record<string, number | null>;
  q?: Record<string, Quality>;
}

/** What a batch says beside its rows. */
export interface Envelope {
  node: string;
  epoch: string;
  lane: Lane;
  batch: number;
  first: number;
  watermark: number | null;
  backfill: boolean;
  clock: ClockStatus & { boot: string; monoMs: number };
  gaps: readonly Gap[];
}

export interface SealLimits {
  /** most bytes of JSON before compression */
  bytes: number;
  rows: number;
}

export interface Sealed {
  json: string;
  /** rows taken, from the first on */
  rows: number;
  /** readings in them, or rows where the lane has no columns */
  readings: number;
  fromMs: number;
  toMs: number;
}

/**
 * As many of these rows as one batch may hold, as the JSON text that is stored and sent from then on. Rows keep their
 * order and their capture times; `dt` counts from the first row and may be negative. `watermarkAt` gets the newest capture
 * time of the rows that fit.
 *
 * @throws {RangeError} if there is no row.
 */
export function sealRows(
  rows: readonly SealableRow[],
  unmarked: Omit<Envelope, "watermark">,
  limits: SealLimits,
  watermarkAt: (toMs: number) => number | null,
): Sealed {
  if (rows.length === 0) throw new RangeError("nothing to seal");
  let take = rowsWithin(rows, limits);
  for (;;) {
    const part = rows.slice(0, take);
    const envelope = { ...unmarked, watermark: watermarkAt(span(part).toMs) };
    const sealed = envelope.lane === "telemetry" ? sealColumns(part, envelope) : sealList(part, envelope);
    const bytes = Buffer.byteLength(sealed.json);
    // One row alone is sealed whatever its size: its length was checked when it was written, and it must not stop the lane.
    if (take === 1 || (bytes <= limits.bytes && sealed.cells <= MAX_BATCH_READINGS)) return sealed;
    take = Math.max(1, Math.floor(take / 2));
  }
}

/** How many rows fill a batch by count or, by the length of their text, about by size. */
export function rowsWithin(rows: readonly SealableRow[], { bytes, rows: most }: SealLimits): number {
  const limit = Math.min(rows.length, most, MAX_BATCH_ROWS);
  let sum = 0;
  for (let index = 0; index < limit; index += 1) {
    sum += rows[index]?.json.length ?? 0;
    if (sum > bytes && index > 0) return index;
  }
  return limit;
}

type Part = Sealed & { cells: number };

function sealColumns(rows: readonly SealableRow[], envelope: Envelope): Part {
  const base = rows[0]?.tsMs ?? 0;
  const columns: Record<string, (number | null)[]> = {};
  const quality: Record<string, [number, Quality][]> = {};
  let readings = 0;
  rows.forEach((row, index) => {
    const { v, q } = parseTelemetryRow(row.json);
    for (const [alias, value] of Object.entries(v)) {
      const column = (columns[alias] ??= new Array<number | null>(rows.length).fill(null));
      column[index] = value;
      readings += 1;
    }
    for (const [alias, word] of Object.entries(q ?? {})) (quality[alias] ??= []).push([index, word]);
  });
  const text = {
    ...head(envelope, rows.length, base),
    dt: rows.map((row) => offset(row.tsMs, base)),
    columns,
    ...(Object.keys(quality).length > 0 ? { quality } : {}),
  };
  return {
    json: JSON.stringify(text),
    rows: rows.length,
    readings,
    cells: rows.length * Object.keys(columns).length,
    ...span(rows),
  };
}

function sealList(rows: readonly SealableRow[], envelope: Envelope): Part {
  const base = rows[0]?.tsMs ?? 0;
  const text = JSON.stringify(head(envelope, rows.length, base)).slice(0, -1);
  const list = rows.map((row) => `{"dt":${offset(row.tsMs, base)},${row.json.slice(1)}`).join(",");
  return {
    json: `${text},"rows":[${list}]}`,
    rows: rows.length,
    readings: rows.length,
    cells: rows.length,
    ...span(rows),
  };
}

/** Text of a batch that holds no row: only gaps, or nothing (a number whose rows are accounted for by its neighbour). */
export function sealEmpty(envelope: Envelope, base: number): string {
  const body = envelope.lane === "telemetry" ? { dt: [], columns: {} } : { rows: [] };
  return JSON.stringify({ ...head(envelope, 0, base), ...body });
}

function head({ gaps, ...envelope }: Envelope, count: number, base: number) {
  const { node, epoch, lane, batch, first, watermark, backfill, clock } = envelope;
  return {
    v: 1,
    node,
    epoch,
    lane,
    batch,
    first,
    count,
    base,
    watermark,
    backfill,
    clock,
    ...(gaps.length > 0 ? { gaps } : {}),
  };
}

/** ms after `base`, to 0.001 ms, without the noise of binary fractions. */
function offset(tsMs: number, base: number): number {
  return Math.round((tsMs - base) * 1_000) / 1_000;
}

function span(rows: readonly SealableRow[]): { fromMs: number; toMs: number } {
  let fromMs = Number.POSITIVE_INFINITY;
  let toMs = Number.NEGATIVE_INFINITY;
  for (const { tsMs } of rows) {
    fromMs = Math.min(fromMs, tsMs);
    toMs = Math.max(toMs, tsMs);
  }
  return { fromMs, toMs };
}

/** The log holds only what `telemetryJson` wrote, under a checksum: its shape is known. */
function parseTelemetryRow(json: string): TelemetryRow {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- parsing each row by schema would cost more than sealing
  return JSON.parse(json) as TelemetryRow;
}
