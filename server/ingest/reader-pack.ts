import type { Checked } from "@/sdk/wire/refusal";
import type { BatchRead, Column, TelemetryRead } from "./read-batch";
import type { PayloadRead } from "./read-payload";

/**
 * Answers of the reading thread as one message whose bulk changes hands instead of being copied: the numbers of all batches
 * in one piece of memory, the digests in another, and small objects that say what lies where.
 */
export interface PackedReads {
  numbers: Float64Array<ArrayBuffer>;
  digests: Uint8Array<ArrayBuffer>;
  reads: PackedRead[];
}

interface PackedRead {
  read: Checked<PackedTelemetry | Exclude<BatchRead, TelemetryRead>>;
  number: PayloadRead["number"];
}

interface PackedTelemetry {
  lane: "telemetry";
  envelope: TelemetryRead["envelope"];
  /** the times are the first `rows` numbers from here on */
  at: number;
  rows: number;
  /** a column without values of its own is the next `rows` numbers behind the one before */
  columns: (Omit<Column, "values"> & { values: readonly unknown[] | null })[];
}

const DIGEST_BYTES = 32;

export function packReads(reads: readonly PayloadRead[]): PackedReads {
  let length = 0;
  for (const { read } of reads) if (read.ok && read.value.lane === "telemetry") length += numbersIn(read.value);
  const numbers = new Float64Array(length);
  const digests = new Uint8Array(reads.length * DIGEST_BYTES);
  let at = 0;
  const packed = reads.map(({ read, number, sha256 }, i): PackedRead => {
    digests.set(sha256, i * DIGEST_BYTES);
    if (!read.ok) return { read, number };
    if (read.value.lane !== "telemetry") return { read: { ok: true, value: read.value }, number };
    const { lane, envelope, tsMs, columns } = read.value;
    const start = at;
    numbers.set(tsMs, at);
    at += tsMs.length;
    const packedColumns = columns.map(({ alias, values, quality, named }) => {
      if (!(values instanceof Float64Array)) return { alias, values, quality, named };
      numbers.set(values, at);
      at += values.length;
      return { alias, values: null, quality, named };
    });
    const value: PackedTelemetry = { lane, envelope, at: start, rows: tsMs.length, columns: packedColumns };
    return { read: { ok: true, value }, number };
  });
  return { numbers, digests, reads: packed };
}

/** What was packed, in order. The numbers stay where they are: batches are views of the one piece of memory. */
export function unpackReads({ numbers, digests, reads }: PackedReads): PayloadRead[] {
  return reads.map(({ read, number }, i): PayloadRead => {
    const sha256 = digests.subarray(i * DIGEST_BYTES, (i + 1) * DIGEST_BYTES);
    if (!read.ok) return { sha256, read, number };
    if (read.value.lane !== "telemetry") return { sha256, read: { ok: true, value: read.value }, number };
    const { lane, envelope, at, rows, columns } = read.value;
    let next = at + rows;
    const unpacked = columns.map(({ alias, values, quality, named }): Column => {
      if (values) return { alias, values, quality, named };
      next += rows;
      return { alias, values: numbers.subarray(next - rows, next), quality, named };
    });
    const tsMs = numbers.subarray(at, at + rows);
    return { sha256, read: { ok: true, value: { lane, envelope, tsMs, columns: unpacked } }, number };
  });
}

function numbersIn({ tsMs, columns }: TelemetryRead): number {
  return columns.reduce((sum, { values }) => sum + (values instanceof Float64Array ? values.length : 0), tsMs.length);
}
