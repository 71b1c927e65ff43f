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
  if (unmarked.lane === "telemetry") return sealColumns(rows, unmarked, limits, watermarkAt);
  let take = rowsWithin(rows, limits);
  for (;;) {
    const part = rows.slice(0, take);
    const sealed = sealList(part, { ...unmarked, watermark: watermarkAt(span(part).toMs) });
    // One row alone is sealed whatever its size: its length was checked when it was written, and it must not stop the lane.
    if (take === 1 || Buffer.byteLength(sealed.json) <= limits.bytes) return sealed;
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

/** Longest text of a watermark: an epoch time in ms with a fraction. */
const WATERMARK_BYTES = 24;

/**
 * Rows join the columns one by one while the text they make stays within the limits, so that each row is looked at once
 * however many streams take turns in the rows. Readings are copied as the text they were logged in: never parsed, never
 * rounded.
 */
function sealColumns(
  rows: readonly SealableRow[],
  envelope: Omit<Envelope, "watermark">,
  limits: SealLimits,
  watermarkAt: (toMs: number) => number | null,
): Sealed {
  const base = rows[0]?.tsMs ?? 0;
  const most = Math.min(rows.length, limits.rows, MAX_BATCH_ROWS);
  const headBytes = Buffer.byteLength(JSON.stringify(head({ ...envelope, watermark: 0 }, most, base)));
  const columns = new ColumnText(limits.bytes - headBytes - WATERMARK_BYTES);
  let toMs = Number.NEGATIVE_INFINITY;
  let fromMs = Number.POSITIVE_INFINITY;
  for (let index = 0; index < most; index += 1) {
    const row = rows[index];
    if (!row || !columns.add(offset(row.tsMs, base), row.json)) break;
    fromMs = Math.min(fromMs, row.tsMs);
    toMs = Math.max(toMs, row.tsMs);
  }
  const opening = JSON.stringify(head({ ...envelope, watermark: watermarkAt(toMs) }, columns.rows, base));
  return {
    json: `${opening.slice(0, -1)},${columns.text()}}`,
    rows: columns.rows,
    readings: columns.readings,
    fromMs,
    toMs,
  };
}

const NULL = "null,";

/** The columns of a batch as text that grows, every column as long as the rows before it ended. */
class ColumnText {
  rows = 0;
  readings = 0;
  private readonly columns = new Map<string, { text: string; rows: number }>();
  private readonly quality: Record<string, [number, Quality][]> = {};
  private dt = "";
  /** bytes of every part but the nulls, which depend on the number of rows */
  private bytes = `"dt":[],"columns":{},"quality":{}`.length;

  constructor(private readonly limitBytes: number) {}

  /** False when the row no longer fits, which leaves everything as it was; the first row always does. */
  add(dt: number, json: string): boolean {
    const { entries, quality } = takeApart(json);
    let bytes = this.bytes + String(dt).length + 1;
    let width = this.columns.size;
    for (const { alias, text } of entries) {
      bytes += text.length + 1;
      if (this.columns.has(alias)) continue;
      width += 1;
      bytes += alias.length + `"":[],`.length;
    }
    for (const alias in quality)
      bytes +=
        (this.quality[alias] ? 0 : alias.length + `"":[],`.length) + `${this.rows}${quality[alias]}[,""],`.length;
    const cells = (this.rows + 1) * width;
    const nulls = cells - this.readings - entries.length;
    if (this.rows > 0 && (cells > MAX_BATCH_READINGS || bytes + nulls * NULL.length > this.limitBytes)) return false;

    for (const { alias, text } of entries) {
      let column = this.columns.get(alias);
      if (!column) this.columns.set(alias, (column = { text: "", rows: 0 }));
      column.text += `${NULL.repeat(this.rows - column.rows)}${text},`;
      column.rows = this.rows + 1;
    }
    for (const [alias, word] of Object.entries(quality)) (this.quality[alias] ??= []).push([this.rows, word]);
    this.bytes = bytes;
    this.dt += `${dt},`;
    this.rows += 1;
    this.readings += entries.length;
    return true;
  }

  text(): string {
    const columns: string[] = [];
    for (const [alias, { text, rows }] of this.columns)
      columns.push(`"${alias}":[${(text + NULL.repeat(this.rows - rows)).slice(0, -1)}]`);
    const quality = Object.keys(this.quality).length > 0 ? `,"quality":${JSON.stringify(this.quality)}` : "";
    return `"dt":[${this.dt.slice(0, -1)}],"columns":{${columns.join(",")}}${quality}`;
  }
}

function sealList(rows: readonly SealableRow[], envelope: Envelope): Sealed {
  const base = rows[0]?.tsMs ?? 0;
  const text = JSON.stringify(head(envelope, rows.length, base)).slice(0, -1);
  const list = rows.map((row) => `{"dt":${offset(row.tsMs, base)},${row.json.slice(1)}`).join(",");
  return {
    json: `${text},"rows":[${list}]}`,
    rows: rows.length,
    readings: rows.length,
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

/** The log holds only what `telemetryRow` wrote, under a checksum: `{"v":{"3":2.31,…}}`, with `"q"` where a word is told. */
function takeApart(json: string): { entries: { alias: string; text: string }[]; quality: Record<string, Quality> } {
  const opensAt = `{"v":{`.length;
  const closesAt = json.indexOf("}", opensAt);
  const entries: { alias: string; text: string }[] = [];
  for (let at = opensAt; at < closesAt; ) {
    const colon = json.indexOf(":", at);
    const comma = json.indexOf(",", colon);
    const end = comma === -1 || comma > closesAt ? closesAt : comma;
    entries.push({ alias: json.slice(at + 1, colon - 1), text: json.slice(colon + 1, end) });
    at = end + 1;
  }
  const isPlain = closesAt === json.length - 2;
  return { entries, quality: isPlain ? {} : (parseTelemetryRow(json).q ?? {}) };
}

/** For the same reason its shape is known. */
function parseTelemetryRow(json: string): TelemetryRow {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- parsing each row by schema would cost more than sealing
  return JSON.parse(json) as TelemetryRow;
}
