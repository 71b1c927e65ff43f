import { Pool, type Connection, type PoolClient, type Submittable } from "pg";

/**
 * Binary COPY in and out over node-pg.
 *
 * In: the statement, all data and the end mark go out in one write, so a copy costs one round trip. Out: node-pg decodes binary
 * results of ordinary queries as text and corrupts them; COPY data arrive as raw bytes.
 * Format: https://www.postgresql.org/docs/current/sql-copy.html (binary). Numbers are big-endian; times are microseconds since 2000.
 */

const SIGNATURE = Buffer.from([
  0x50, 0x47, 0x43, 0x4f, 0x50, 0x59, 0x0a, 0xff, 0x0d, 0x0a, 0x00, 0, 0, 0, 0, 0, 0, 0, 0,
]);
const FRAME_HEADER_BYTES = 5; // 'd' and the length of one CopyData message
const EPOCH_2000_US = 946_684_800_000_000;
const TWO_32 = 4_294_967_296;

/** Grows as needed; rows are written field by field. Usable once: `frame()` closes it. */
export class CopyWriter {
  private buffer: Buffer;
  private view: DataView;
  private at = FRAME_HEADER_BYTES + SIGNATURE.length;

  constructor(expectedBytes: number) {
    this.buffer = Buffer.allocUnsafe(Math.max(1024, expectedBytes));
    this.view = new DataView(this.buffer.buffer, this.buffer.byteOffset, this.buffer.length);
    SIGNATURE.copy(this.buffer, FRAME_HEADER_BYTES);
  }

  /** Makes room for `bytes` more; call once per row with enough for all its fields. */
  reserve(bytes: number): void {
    if (this.at + bytes <= this.buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.at + bytes));
    this.buffer.copy(larger, 0, 0, this.at);
    this.buffer = larger;
    this.view = new DataView(larger.buffer, larger.byteOffset, larger.length);
  }

  row(fields: number): void {
    this.view.setInt16(this.at, fields);
    this.at += 2;
  }

  null(): void {
    this.view.setInt32(this.at, -1);
    this.at += 4;
  }

  int4(value: number): void {
    this.view.setInt32(this.at, 4);
    this.view.setInt32(this.at + 4, value);
    this.at += 8;
  }

  int2(value: number): void {
    this.view.setInt32(this.at, 2);
    this.view.setInt16(this.at + 4, value);
    this.at += 6;
  }

  boolean(value: boolean): void {
    this.view.setInt32(this.at, 1);
    this.view.setInt8(this.at + 4, value ? 1 : 0);
    this.at += 5;
  }

  /** A whole number of up to 53 bits as int8. */
  int8(value: number): void {
    this.view.setInt32(this.at, 8);
    this.view.setInt32(this.at + 4, Math.floor(value / TWO_32));
    this.view.setUint32(this.at + 8, value - Math.floor(value / TWO_32) * TWO_32);
    this.at += 12;
  }

  /** Microseconds since 1970 as timestamptz. */
  timeUs(us: number): void {
    this.int8(us - EPOCH_2000_US);
  }

  /** NaN becomes NULL: here it means "no value". */
  float8(value: number): void {
    if (Number.isNaN(value)) return this.null();
    this.view.setInt32(this.at, 8);
    this.view.setFloat64(this.at + 4, value);
    this.at += 12;
  }

  float8Array(values: Float64Array, from: number, to: number): void {
    const { view } = this;
    const start = this.at;
    let at = this.arrayHeader(701, to - from);
    let hasNull = 0;
    for (let i = from; i < to; i++) {
      const value = values[i] ?? Number.NaN;
      if (Number.isNaN(value)) {
        view.setInt32(at, -1);
        at += 4;
        hasNull = 1;
      } else {
        view.setInt32(at, 8);
        view.setFloat64(at + 4, value);
        at += 12;
      }
    }
    view.setInt32(start + 8, hasNull);
    this.closeArray(start, at);
  }

  /** Values times `divisor` as int4; NaN as null. The products must be whole (up to rounding) and fit. */
  scaledArray(values: Float64Array, from: number, to: number, divisor: number): void {
    const { view } = this;
    const start = this.at;
    let at = this.arrayHeader(23, to - from);
    let hasNull = 0;
    for (let i = from; i < to; i++) {
      const value = values[i] ?? Number.NaN;
      if (Number.isNaN(value)) {
        view.setInt32(at, -1);
        at += 4;
        hasNull = 1;
      } else {
        view.setInt32(at, 4);
        view.setInt32(at + 4, Math.round(value * divisor));
        at += 8;
      }
    }
    view.setInt32(start + 8, hasNull);
    this.closeArray(start, at);
  }

  int4Array(values: Int32Array, count: number): void {
    const { view } = this;
    const start = this.at;
    let at = this.arrayHeader(23, count);
    for (let i = 0; i < count; i++) {
      view.setInt32(at, 4);
      view.setInt32(at + 4, values[i] ?? 0);
      at += 8;
    }
    this.closeArray(start, at);
  }

  int2Array(values: Uint8Array, from: number, to: number): void {
    const { view } = this;
    const start = this.at;
    let at = this.arrayHeader(21, to - from);
    for (let i = from; i < to; i++) {
      view.setInt32(at, 2);
      view.setInt16(at + 4, values[i] ?? 0);
      at += 6;
    }
    this.closeArray(start, at);
  }

  /** Everything written, as the content of a binary copy file. */
  fileBytes(): Buffer {
    return this.frame().subarray(FRAME_HEADER_BYTES, -FRAME_HEADER_BYTES);
  }

  /** Everything written, as one CopyData message followed by CopyDone. */
  frame(): Buffer {
    this.reserve(7);
    this.view.setInt16(this.at, -1);
    this.at += 2;
    this.view.setUint8(0, 0x64); // d
    this.view.setInt32(1, this.at - 1);
    this.view.setUint8(this.at, 0x63); // c
    this.view.setInt32(this.at + 1, 4);
    return this.buffer.subarray(0, this.at + 5);
  }

  /** length (filled in later), one dimension, null flag, element type, count, lower bound */
  private arrayHeader(elementOid: number, count: number): number {
    const { view, at } = this;
    view.setInt32(at + 4, 1);
    view.setInt32(at + 8, 0);
    view.setInt32(at + 12, elementOid);
    view.setInt32(at + 16, count);
    view.setInt32(at + 20, 1);
    return at + 24;
  }

  private closeArray(start: number, end: number): void {
    this.view.setInt32(start, end - start - 4);
    this.at = end;
  }
}

/** Sends a `COPY … FROM STDIN (FORMAT binary)` with the rows of `writer`. */
export async function copyIn(client: PoolClient, sql: string, writer: CopyWriter): Promise<void> {
  const frame = writer.frame();
  await submit(client, (connection) => {
    connection.query(sql);
    // If the statement is refused, PostgreSQL ignores the copy messages behind it: no answer needs to be awaited in between.
    connection.stream.write(frame);
  });
}

/** Runs `COPY (query) TO STDOUT (FORMAT binary)` and calls `onRow` with a reader placed at each row's first field. */
export async function copyOut(db: Pool | PoolClient, query: string, onRow: (row: CopyReader) => void): Promise<void> {
  if (db instanceof Pool) {
    const client = await db.connect();
    let failure: Error | undefined;
    try {
      await copyOut(client, query, onRow);
    } catch (cause) {
      // A row that could not be read leaves its successors unread on the wire: such a connection is not for reuse.
      failure = cause instanceof Error ? cause : new Error(String(cause));
      throw cause;
    } finally {
      client.release(failure);
    }
    return;
  }
  const reader = new CopyReader();
  let isFirst = true;
  await submit(
    db,
    (connection) => connection.query(`COPY (${query}) TO STDOUT (FORMAT binary)`),
    (chunk) => {
      reader.open(chunk);
      if (isFirst) reader.skipSignature();
      isFirst = false;
      // One message carries one row; the signature may share the first, and the end mark (-1) is a message of its own.
      if (!reader.isAtEnd() && reader.fieldCount() >= 0) onRow(reader);
    },
  );
}

/** Reads the fields of a row in order. Each method consumes one field. */
export class CopyReader {
  private view: DataView = new DataView(new ArrayBuffer(0));
  private at = 0;

  open(chunk: Uint8Array): void {
    this.view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    this.at = 0;
  }

  skipSignature(): void {
    this.at = SIGNATURE.length;
  }

  isAtEnd(): boolean {
    return this.at >= this.view.byteLength;
  }

  fieldCount(): number {
    const count = this.view.getInt16(this.at);
    this.at += 2;
    return count;
  }

  int4(): number {
    const value = this.view.getInt32(this.at + 4);
    this.at += 8;
    return value;
  }

  int2(): number {
    const value = this.view.getInt16(this.at + 4);
    this.at += 6;
    return value;
  }

  int8(): number {
    const value = this.view.getInt32(this.at + 4) * TWO_32 + this.view.getUint32(this.at + 8);
    this.at += 12;
    return value;
  }

  /** Microseconds since 1970; NaN for NULL. */
  timeUs(): number {
    if (this.skipNull()) return Number.NaN;
    return this.int8() + EPOCH_2000_US;
  }

  /** NaN for NULL. */
  float8(): number {
    if (this.skipNull()) return Number.NaN;
    const value = this.view.getFloat64(this.at + 4);
    this.at += 12;
    return value;
  }

  /** Null for NULL; null elements become NaN. */
  float8Array(): Float64Array | null {
    if (this.skipNull()) return null;
    const count = this.arrayCount();
    const values = new Float64Array(count);
    const { view } = this;
    let { at } = this;
    for (let i = 0; i < count; i++) {
      if (view.getInt32(at) < 0) {
        values[i] = Number.NaN;
        at += 4;
      } else {
        values[i] = view.getFloat64(at + 4);
        at += 12;
      }
    }
    this.at = at;
    return values;
  }

  /** Times as microseconds since 1970; empty for NULL. The array must have no null elements. */
  timeUsArray(): Float64Array {
    if (this.skipNull()) return new Float64Array(0);
    const values = new Float64Array(this.arrayCount());
    for (let i = 0; i < values.length; i++, this.at += 12) {
      values[i] = this.view.getInt32(this.at + 4) * TWO_32 + this.view.getUint32(this.at + 8) + EPOCH_2000_US;
    }
    return values;
  }

  /** Null for NULL. The array must have no null elements. */
  int4Array(): Int32Array | null {
    if (this.skipNull()) return null;
    const values = new Int32Array(this.arrayCount());
    for (let i = 0; i < values.length; i++, this.at += 8) values[i] = this.view.getInt32(this.at + 4);
    return values;
  }

  /** What `CopyWriter.scaledArray` wrote; empty for NULL. */
  scaledArray(divisor: number): Float64Array {
    if (this.skipNull()) return new Float64Array(0);
    const values = new Float64Array(this.arrayCount());
    const { view } = this;
    let { at } = this;
    for (let i = 0; i < values.length; i++) {
      if (view.getInt32(at) < 0) {
        values[i] = Number.NaN;
        at += 4;
      } else {
        values[i] = view.getInt32(at + 4) / divisor;
        at += 8;
      }
    }
    this.at = at;
    return values;
  }

  int4OrNull(): number | null {
    return this.skipNull() ? null : this.int4();
  }

  /** Passes over one field. */
  skip(): void {
    if (!this.skipNull()) this.at += 4 + this.view.getInt32(this.at);
  }

  /** Small codes of an int2 array; null for NULL. */
  codeArray(): Uint8Array | null {
    if (this.skipNull()) return null;
    const values = new Uint8Array(this.arrayCount());
    for (let i = 0; i < values.length; i++, this.at += 6) values[i] = this.view.getInt16(this.at + 4);
    return values;
  }

  private skipNull(): boolean {
    if (this.view.getInt32(this.at) >= 0) return false;
    this.at += 4;
    return true;
  }

  private arrayCount(): number {
    const dimensions = this.view.getInt32(this.at + 4);
    const count = dimensions === 0 ? 0 : this.view.getInt32(this.at + 16);
    this.at += dimensions === 0 ? 16 : 24;
    return count;
  }
}

/** Microseconds since 1970 as a literal for SQL text, where COPY takes no parameters. */
export function timeLiteral(us: number): string {
  if (!Number.isFinite(us)) throw new RangeError(`not a time: ${us}`);
  const seconds = Math.floor(us / 1_000_000);
  const fraction = String(us - seconds * 1_000_000).padStart(6, "0");
  return `'${new Date(seconds * 1000).toISOString().slice(0, -5)}.${fraction}Z'::timestamptz`;
}

/** Hands a statement to node-pg's queue and resolves when the server is ready for the next. */
function submit(
  client: PoolClient,
  send: (connection: Connection) => void,
  onData: (chunk: Uint8Array) => void = () => undefined,
): Promise<void> {
  return new Promise((done, failed) => {
    let failure: Error | null = null;
    const fail = (cause: unknown) => {
      failure ??= cause instanceof Error ? cause : new Error(String(cause));
    };
    const statement: Submittable & Record<string, unknown> = {
      submit: (connection: Connection) => {
        send(connection);
      },
      handleRowDescription: () => undefined,
      handleDataRow: () => undefined,
      handlePortalSuspended: () => undefined,
      handleEmptyQuery: () => undefined,
      handleCopyInResponse: () => undefined,
      handleCommandComplete: () => undefined,
      handleCopyData: ({ chunk }: { chunk: Uint8Array }) => {
        if (failure) return;
        try {
          onData(chunk);
        } catch (cause) {
          fail(cause); // thrown into node-pg it would end the process; the rest of the answer is still read off the wire
        }
      },
      // After an error inside the protocol ReadyForQuery follows; after a lost connection nothing does.
      handleError: (cause: Error) => {
        fail(cause);
        failed(failure);
      },
      handleReadyForQuery: () => (failure ? failed(failure) : done()),
    };
    client.query(statement);
  });
}
