import { type FileHandle, open, readFile, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Lane } from "@/sdk/wire/names";
import { type Settled, NOTHING_SETTLED, isSettled } from "@/sdk/wire/settle";
import { DeviceError } from "../errors";
import { keepTornTail, removeFile, syncDirectory, writeAll } from "./files";
import { FRAME_HEAD, encodeFrame, encodeJsonFrame, joinHead, readFrame, scanFrames, splitHead } from "./frame";
import { type Entry, IndexRow, entryFromIndex, indexRow } from "./lane-index";
import type { MissingBatch, StoredBatch } from "./port";
import type { Rooms } from "./rooms";
import { Serial } from "./serial";

const HEADER = 1;
const BATCH = 2;
const SENT = 3;
const SETTLED = 4;
const FOOTER = 5;
const SettledFrame = z.object({ upTo: z.int().min(-1), ranges: z.array(z.tuple([z.int(), z.int()])) });
const HeaderFrame = z.object({ v: z.literal(1), nextBatch: z.int(), nextRow: z.int(), settled: SettledFrame });
const FooterFrame = HeaderFrame.extend({ entries: z.array(IndexRow), sent: z.array(z.int()) });
/** The last 12 bytes of a finished segment: where its footer starts (8) and this word (4). */
const TRAILER_WORD = 0x544c_4654;
const TRAILER_BYTES = 12;

interface Segment {
  seq: number;
  path: string;
  bytes: number;
  /** held batches inside; the file goes when none is left and it is not the one being written */
  live: number;
}

type NewBatch = Omit<StoredBatch, "sent" | "bytes">;

/**
 * Sealed batches of one lane in append-only segment files. A finished segment ends with an index of its batches, so a
 * restart reads one small block per segment and scans only the last; the backlog itself is never read. A number may
 * appear twice (a rollup or gap record in place of what had to go): the later one counts. A segment is unlinked as soon as
 * none of its batches is held any more; nothing is ever moved.
 *
 * The segment being written starts with the lane's counters and what is settled, so numbers go on although every batch
 * is gone. An append that fails is cut off; a file whose fsync failed is never written again.
 */
export class LaneLog {
  readonly entries = new Map<number, Entry>();
  nextBatch = 0;
  sealedRows = 0;
  settled: Settled = NOTHING_SETTLED;
  readonly lost: MissingBatch[] = [];
  private readonly segments = new Map<number, Segment>();
  private active: { segment: Segment; handle: FileHandle; entries: Set<number>; sent: Set<number> } | null = null;
  private lastSeq = 0;
  private readonly serial = new Serial();
  private doubtful = false;
  /** no held batch has a smaller number */
  private lowest = 0;

  private constructor(
    private readonly root: string,
    readonly lane: Lane,
    private readonly folder: string,
    private readonly segmentBytes: number,
  ) {}

  static async open(root: string, lane: Lane, segmentBytes: number): Promise<LaneLog> {
    const log = new LaneLog(root, lane, join(root, "lanes", lane), segmentBytes);
    await log.recover();
    return log;
  }

  /** Bytes of all segments, settled batches in not yet unlinked ones included. */
  bytes(): number {
    let total = 0;
    for (const segment of this.segments.values()) total += segment.bytes;
    return total;
  }

  /** Puts a batch on the disk; it counts once its fsync has returned. */
  store(batch: NewBatch, bytes: Buffer): Promise<void> {
    return this.serial.run(async () => {
      const head = { ...batch, lane: undefined };
      const { at, size } = await this.append(encodeFrame(BATCH, joinHead(head, bytes)), true);
      const entry: Entry = { ...batch, bytes: bytes.length, sent: false, segment: this.lastSeq, at, size };
      this.put(entry);
      this.active?.entries.add(batch.batch);
      this.nextBatch = Math.max(this.nextBatch, batch.batch + 1);
      this.sealedRows = Math.max(this.sealedRows, batch.first + batch.span);
      await this.unlinkEmpty();
    });
  }

  /** Remembers that a broker was given these bytes. Not synced: a power cut within a second may forget it. */
  markSent(batch: number): Promise<void> {
    return this.serial.run(async () => {
      const entry = this.entries.get(batch);
      if (!entry || entry.sent) return;
      await this.append(encodeJsonFrame(SENT, { b: batch }), false);
      this.active?.sent.add(batch);
      entry.sent = true;
    });
  }

  /** Drops what is settled. The note of it is written first where the disk lets us; forgetting it only costs a resend. */
  free(settled: Settled): Promise<void> {
    return this.serial.run(async () => {
      const freed: number[] = [];
      for (let batch = this.lowest; batch <= settled.upTo && batch < this.nextBatch; batch += 1) freed.push(batch);
      for (const [from, to] of settled.ranges) {
        for (let batch = from; batch <= to && batch < this.nextBatch; batch += 1) freed.push(batch);
      }
      const known = freed.filter((batch) => this.entries.has(batch));
      this.settled = settled;
      this.lowest = Math.max(this.lowest, Math.min(settled.upTo + 1, this.nextBatch));
      if (known.length === 0) return;
      const note = encodeJsonFrame(SETTLED, settled);
      const written = await this.append(note, false).then(noted, unnoted);
      for (const batch of known) this.drop(batch);
      const empty = [...this.segments.values()].some(
        (segment) => segment.live === 0 && segment !== this.active?.segment,
      );
      if (empty && written) await this.active?.handle.datasync().catch(() => this.doubt());
      await this.unlinkEmpty();
    });
  }

  async read(batch: number, rooms: Rooms | null = null): Promise<Buffer> {
    const entry = this.entries.get(batch);
    if (!entry) throw new DeviceError("CORRUPT", `Batch ${batch} of lane ${this.lane} is not in the buffer.`);
    const segment = this.segments.get(entry.segment);
    if (!segment) throw new DeviceError("CORRUPT", `The file of batch ${batch} of lane ${this.lane} is gone.`);
    const data = rooms?.take(entry.size) ?? Buffer.allocUnsafe(entry.size);
    let isWhole = false;
    const handle = await open(segment.path, "r");
    try {
      // a room still holds what was in it before, so a short read must not pass for a frame
      const { bytesRead } = await handle.read(data, 0, entry.size, entry.at);
      isWhole = bytesRead === entry.size;
    } finally {
      await handle.close();
    }
    const frame = isWhole ? readFrame(data, 0) : null;
    if (!frame || frame.type !== BATCH)
      throw new DeviceError("CORRUPT", `Batch ${batch} of lane ${this.lane} is damaged on the disk.`);
    return splitHead(frame.body).bytes;
  }

  /** Held batches from the lowest number on. */
  *held(from = 0): Generator<Entry> {
    for (let batch = Math.max(this.lowest, from); batch < this.nextBatch; batch += 1) {
      const entry = this.entries.get(batch);
      if (entry) yield entry;
    }
  }

  async close(): Promise<void> {
    await this.serial.run(async () => {
      await this.active?.handle.datasync();
      await this.active?.handle.close();
      this.active = null;
    });
  }

  private put(entry: Entry): void {
    this.drop(entry.batch);
    this.entries.set(entry.batch, entry);
    const segment = this.segments.get(entry.segment);
    if (segment) segment.live += 1;
  }

  private drop(batch: number): void {
    const old = this.entries.get(batch);
    if (!old) return;
    this.entries.delete(batch);
    const segment = this.segments.get(old.segment);
    if (segment) segment.live -= 1;
  }

  private noteSent(batch: number): void {
    const entry = this.entries.get(batch);
    if (entry) entry.sent = true;
  }

  private doubt(): void {
    this.doubtful = true;
  }

  private async append(frame: Buffer, durable: boolean): Promise<{ at: number; size: number }> {
    if (!this.active || this.doubtful || this.active.segment.bytes + frame.length > this.segmentBytes)
      await this.startSegment();
    const active = this.active;
    if (!active) throw new RangeError("the lane log is closed");
    const at = active.segment.bytes;
    try {
      await writeAll(active.handle, frame, at);
    } catch (cause) {
      await active.handle.truncate(at).catch(() => this.doubt());
      throw cause;
    }
    active.segment.bytes = at + frame.length;
    if (durable) {
      await active.handle.datasync().catch((cause: unknown) => {
        this.doubt();
        throw cause;
      });
    }
    return { at, size: frame.length };
  }

  private async startSegment(): Promise<void> {
    const seq = this.lastSeq + 1;
    const path = this.pathOf(seq);
    const header = encodeJsonFrame(HEADER, this.counters());
    if (this.active && !this.doubtful) await this.finish(this.active);
    const handle = await open(path, "w", 0o600);
    try {
      await writeAll(handle, header, 0);
      await handle.sync();
      await syncDirectory(this.folder);
    } catch (cause) {
      await handle.close().catch(() => undefined);
      await removeFile(path).catch(() => undefined);
      throw cause;
    }
    await this.active?.handle.close().catch(() => undefined);
    const segment: Segment = { seq, path, bytes: header.length, live: 0 };
    this.segments.set(seq, segment);
    this.active = { segment, handle, entries: new Set(), sent: new Set() };
    this.lastSeq = seq;
    this.doubtful = false;
    await this.unlinkEmpty();
  }

  /** Writes the index behind the batches. A segment without one is still whole: it is scanned instead. */
  private async finish({ segment, handle, entries, sent }: NonNullable<LaneLog["active"]>): Promise<void> {
    const rows = [];
    for (const batch of entries) {
      const entry = this.entries.get(batch);
      if (entry && entry.segment === segment.seq) rows.push(indexRow(entry));
    }
    const footer = encodeJsonFrame(FOOTER, {
      ...this.counters(),
      entries: rows,
      sent: [...sent].filter((batch) => this.entries.has(batch)),
    });
    const trailer = Buffer.alloc(TRAILER_BYTES);
    trailer.writeBigUInt64LE(BigInt(segment.bytes), 0);
    trailer.writeUInt32LE(TRAILER_WORD, 8);
    const end = Buffer.concat([footer, trailer]);
    try {
      await writeAll(handle, end, segment.bytes);
      await handle.sync();
      segment.bytes += end.length;
    } catch (cause) {
      await handle.truncate(segment.bytes).catch(() => this.doubt());
      throw cause;
    }
  }

  private counters(): z.infer<typeof HeaderFrame> {
    const { upTo, ranges } = this.settled;
    return {
      v: 1,
      nextBatch: this.nextBatch,
      nextRow: this.sealedRows,
      settled: { upTo, ranges: ranges.map(([from, to]) => [from, to]) },
    };
  }

  private takeCounters(said: z.infer<typeof HeaderFrame>): void {
    this.nextBatch = Math.max(this.nextBatch, said.nextBatch);
    this.sealedRows = Math.max(this.sealedRows, said.nextRow);
    if (said.settled.upTo >= this.settled.upTo) this.settled = said.settled;
  }

  private async unlinkEmpty(): Promise<void> {
    for (const segment of [...this.segments.values()]) {
      if (segment.live > 0 || segment === this.active?.segment) continue;
      await removeFile(segment.path);
      this.segments.delete(segment.seq);
    }
  }

  private pathOf(seq: number): string {
    return join(this.folder, `${String(seq).padStart(10, "0")}.seg`);
  }

  private async recover(): Promise<void> {
    const names = (await readdir(this.folder)).filter((name) => /^\d{10}\.seg$/.test(name)).sort();
    for (const name of names) {
      const seq = Number.parseInt(name, 10);
      const path = this.pathOf(seq);
      this.lastSeq = seq;
      const { size } = await stat(path);
      const segment: Segment = { seq, path, bytes: size, live: 0 };
      this.segments.set(seq, segment);
      const indexed = await readFooter(path, size);
      if (indexed) {
        this.takeCounters(indexed);
        for (const row of indexed.entries) this.put(entryFromIndex(this.lane, seq, row));
        for (const batch of indexed.sent) this.noteSent(batch);
      } else await this.scan(segment);
    }
    for (const entry of this.entries.values()) this.sealedRows = Math.max(this.sealedRows, entry.first + entry.span);
    for (const batch of [...this.entries.keys()]) if (isSettled(this.settled, batch)) this.drop(batch);
    this.lowest = Math.min(this.settled.upTo + 1, this.nextBatch);
    this.findLost();
    // The last segment may end torn: it is read for ever, written never. The next append starts a new one.
    await this.unlinkEmptyButLast();
  }

  private async unlinkEmptyButLast(): Promise<void> {
    for (const segment of [...this.segments.values()]) {
      if (segment.live > 0 || segment.seq === this.lastSeq) continue;
      await removeFile(segment.path);
      this.segments.delete(segment.seq);
    }
  }

  private async scan(segment: Segment): Promise<void> {
    const data = await readFile(segment.path);
    const { frames, end } = scanFrames(data);
    if (end < data.length)
      await keepTornTail(this.root, `${this.lane}-${segment.seq}.seg`, data.subarray(end)).catch(() => undefined);
    for (const frame of frames) {
      if (frame.type === BATCH) {
        const { head, bytes } = splitHead(frame.body);
        const batch = BatchHead.parse(head);
        this.put({
          ...batch,
          lane: this.lane,
          bytes: bytes.length,
          sent: false,
          segment: segment.seq,
          at: frame.at,
          size: frame.size,
        });
        this.nextBatch = Math.max(this.nextBatch, batch.batch + 1);
        continue;
      }
      const json: unknown = JSON.parse(frame.body.toString("utf8"));
      if (frame.type === HEADER) {
        this.takeCounters(HeaderFrame.parse(json));
      } else if (frame.type === SENT) {
        this.noteSent(z.object({ b: z.int() }).parse(json).b);
      } else if (frame.type === SETTLED) this.settled = SettledFrame.parse(json);
    }
  }

  /** Numbers that were given out, are not settled and are nowhere on the disk. */
  private findLost(): void {
    let before: Entry | null = null;
    let run: number[] = [];
    const close = (after: Entry | null) => {
      const [head, ...rest] = run;
      if (head === undefined) return;
      const first = before ? before.first + before.span : Math.min(after?.first ?? this.sealedRows, this.sealedRows);
      const end = after?.first ?? this.sealedRows;
      const fromMs = before?.toMs ?? after?.fromMs ?? 0;
      const toMs = after?.fromMs ?? before?.toMs ?? fromMs;
      const span = before || this.settled.upTo < 0 ? Math.max(0, end - (before ? first : 0)) : 0;
      this.lost.push({ batch: head, first: end - span, span, fromMs, toMs });
      for (const batch of rest) this.lost.push({ batch, first: end, span: 0, fromMs, toMs });
      run = [];
    };
    for (let batch = this.lowest; batch < this.nextBatch; batch += 1) {
      if (isSettled(this.settled, batch)) continue;
      const entry = this.entries.get(batch);
      if (entry) {
        close(entry);
        before = entry;
      } else run.push(batch);
    }
    close(null);
  }
}

const BatchHead = z.object({
  batch: z.int(),
  first: z.int(),
  span: z.int(),
  rows: z.int(),
  fromMs: z.number(),
  toMs: z.number(),
  kind: z.enum(["raw", "rollup", "gap"]),
  pinned: z.boolean(),
  boot: z.string(),
  encoding: z.enum(["gzip", "br"]).nullable(),
});

async function readFooter(path: string, size: number): Promise<z.infer<typeof FooterFrame> | null> {
  if (size < TRAILER_BYTES + FRAME_HEAD) return null;
  const handle = await open(path, "r");
  try {
    const trailer = Buffer.alloc(TRAILER_BYTES);
    await handle.read(trailer, 0, TRAILER_BYTES, size - TRAILER_BYTES);
    if (trailer.readUInt32LE(8) !== TRAILER_WORD) return null;
    const at = Number(trailer.readBigUInt64LE(0));
    if (at < 0 || at >= size - TRAILER_BYTES) return null;
    const data = Buffer.alloc(size - TRAILER_BYTES - at);
    await handle.read(data, 0, data.length, at);
    const frame = readFrame(data, 0);
    if (!frame || frame.type !== FOOTER) return null;
    return FooterFrame.parse(JSON.parse(frame.body.toString("utf8")));
  } finally {
    await handle.close();
  }
}

function noted(): boolean {
  return true;
}

function unnoted(): boolean {
  return false;
}
