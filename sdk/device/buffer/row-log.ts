import { type FileHandle, open, readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { ClockStatus } from "@/sdk/wire/birth";
import { LANES, type Lane, Ordinal, Ulid } from "@/sdk/wire/names";
import { keepTornTail, removeFile, syncDirectory, withoutReserve, writeAll } from "./files";
import { encodeFrame, encodeJsonFrame, joinHead, scanFrames, splitHead } from "./frame";
import type { LoggedRow, Origin, Run } from "./port";

const ORIGIN_FRAME = 1;
const ROWS_FRAME = 2;
const OriginFrame = z.object({
  v: z.literal(1),
  boot: Ulid,
  clock: ClockStatus,
  replaces: z.array(z.string()).default([]),
});
const RowsHead = z.object({
  l: z
    .int()
    .min(0)
    .max(LANES.length - 1),
  f: Ordinal,
  m: z.number(),
  t: z.array(z.number()),
});

export interface LoggedRows {
  lane: Lane;
  first: number;
  rows: readonly LoggedRow[];
  monoMs: number;
}

interface LogFile {
  name: string;
  /** per lane, one more than the last row number inside */
  ends: Map<Lane, number>;
  /** on the disk, what is reserved for rows to come included */
  bytes: number;
}

/** The next file: its name is given out, its bytes are zeros on the disk. */
interface Spare {
  name: string;
  handle: FileHandle;
}

/**
 * The log of rows that no sealed batch holds yet: `rows/0000000001.log` and so on. Rows of all lanes share it, so that one
 * fsync covers them. A file goes once every row in it is sealed. Recovery reads the few files there are, cuts a torn tail
 * off the last and keeps it in `torn/`.
 *
 * A writer waits for as little as can be: the next file is made beside the writers, while the present one fills its second
 * half, and is full of zeros, so that a sync writes rows and neither a new size nor new blocks. A frame of length 0 is no
 * frame, so the zeros read as the end of the log. A spare that cannot be made (a full disk) is no fault: the file is then
 * made when it is needed, and its failure refuses rows.
 *
 * After any failure that leaves doubt about what a file holds (a failed fsync, a failed cut), the file is given up: the
 * next write starts a new file with every unsealed row in it, whose first frame says which files it replaces. A failed
 * fsync is never tried again on the same file, because the second call would report success for lost pages.
 */
export class RowLog {
  private files: LogFile[] = [];
  private handle: FileHandle | null = null;
  private size = 0;
  private lastStart = 0;
  private serialNo = 0;
  private unsynced = 0;
  private doubtful = false;
  private written: Origin | null = null;
  private spare: Spare | null = null;
  private preparing: Promise<void> | null = null;
  /** a spare is tried for once per file, or a full disk would be asked with each write */
  private hasTriedSpare = false;
  /** bytes of the present file that are on the disk already */
  private reserved = 0;

  private constructor(
    private readonly root: string,
    private readonly folder: string,
    private readonly fileBytes: number,
  ) {}

  /** Opens the log and hands back the runs of rows it holds, in the order they were logged. */
  static async open(root: string, fileBytes: number): Promise<{ log: RowLog; runs: (Run & { lane: Lane })[] }> {
    const log = new RowLog(root, join(root, "rows"), fileBytes);
    const runs = await log.recover();
    await log.prepare();
    return { log, runs };
  }

  /** bytes written since the last sync */
  get unsyncedBytes(): number {
    return this.unsynced;
  }

  /** Writes rows behind the last ones; on failure the file is as before. `held` are all unsealed rows, without these. */
  async write(
    origin: Origin,
    groups: readonly LoggedRows[],
    held: () => readonly (Run & { lane: Lane })[],
  ): Promise<void> {
    if (this.doubtful || this.handle === null) await this.startFile(origin, held());
    else if (this.size > this.fileBytes) await this.rotate(origin);
    const parts: Buffer[] = [];
    if (this.written !== origin) parts.push(originFrame(origin, []));
    for (const group of groups) parts.push(rowsFrame(group));
    await this.put(Buffer.concat(parts));
    this.written = origin;
    for (const group of groups) this.noteRows(group.lane, group.first + group.rows.length);
  }

  /** Takes the last write back out of the file after its fsync failed, as far as the disk allows; the file is given up. */
  async retract(): Promise<void> {
    this.doubtful = true;
    this.reserved = 0;
    await this.handle?.truncate(this.lastStart).catch(() => undefined);
  }

  async sync(): Promise<void> {
    if (this.unsynced === 0 || this.handle === null) return;
    const covered = this.unsynced;
    try {
      await this.handle.datasync();
    } catch (cause) {
      this.doubtful = true;
      throw cause;
    }
    this.unsynced -= covered;
  }

  /** Drops the files whose rows are all sealed; the one being written stays. May run beside a write. */
  async release(sealedRows: (lane: Lane) => number): Promise<void> {
    const done = this.files.filter(
      (file, index) => index < this.files.length - 1 && [...file.ends].every(([lane, end]) => end <= sealedRows(lane)),
    );
    if (done.length === 0) return;
    this.files = this.files.filter((file) => !done.includes(file));
    for (const file of done) await removeFile(join(this.folder, file.name));
  }

  bytes(): number {
    return this.files.reduce((sum, file) => sum + file.bytes, this.spare ? this.fileBytes : 0);
  }

  /** Gives back what was reserved; it is only space, so a disk that will not take it back is no reason to fail. */
  async close(): Promise<void> {
    await this.preparing;
    if (this.spare) {
      await this.spare.handle.close();
      await removeFile(join(this.folder, this.spare.name)).catch(() => undefined);
      this.spare = null;
    }
    if (this.reserved > this.size) await this.handle?.truncate(this.size).catch(() => undefined);
    await this.handle?.close();
    this.handle = null;
  }

  private prepare(): Promise<void> {
    if (this.spare || this.hasTriedSpare) return this.preparing ?? Promise.resolve();
    this.hasTriedSpare = true;
    this.preparing = this.makeSpare().finally(() => {
      this.preparing = null;
    });
    return this.preparing;
  }

  private async makeSpare(): Promise<void> {
    const name = this.nextName();
    const path = join(this.folder, name);
    try {
      const handle = await open(path, "w", 0o600);
      try {
        await writeAll(handle, Buffer.alloc(this.fileBytes), 0);
        await handle.sync();
        await syncDirectory(this.folder);
      } catch (cause) {
        await handle.close();
        throw cause;
      }
      this.spare = { name, handle };
    } catch {
      // Nothing is lost with it: `create` makes the file instead, and what the disk says then is told to the writer.
      await removeFile(path).catch(() => undefined);
    }
  }

  private nextName(): string {
    return `${String(++this.serialNo).padStart(10, "0")}.log`;
  }

  private async put(bytes: Buffer): Promise<void> {
    const handle = this.handle;
    if (handle === null) throw new RangeError("the row log is closed");
    try {
      await writeAll(handle, bytes, this.size);
    } catch (cause) {
      // Cut what was written of it, or a restart would find rows that the caller was told were refused.
      this.reserved = 0;
      await handle.truncate(this.size).catch(() => {
        this.doubtful = true;
      });
      throw cause;
    }
    this.lastStart = this.size;
    this.size += bytes.length;
    this.unsynced += bytes.length;
    const file = this.files.at(-1);
    if (file) file.bytes = Math.max(this.size, this.reserved);
    // Not awaited on purpose: it never fails, and rows go on into the present file meanwhile.
    if (this.size > this.fileBytes / 2) void this.prepare();
  }

  private async rotate(origin: Origin): Promise<void> {
    await this.sync();
    await this.handle?.close();
    this.handle = null;
    await this.create(originFrame(origin, []), origin, []);
  }

  /** A new file that stands for all others, made whole before they go. */
  private async startFile(origin: Origin, held: readonly (Run & { lane: Lane })[]): Promise<void> {
    await this.handle?.close().catch(() => undefined);
    this.handle = null;
    const replaced = this.files.map((file) => file.name);
    const parts = [originFrame(held[0]?.origin ?? origin, replaced)];
    let current = held[0]?.origin ?? origin;
    for (const run of held) {
      if (run.origin !== current) parts.push(originFrame(run.origin, []));
      current = run.origin;
      parts.push(rowsFrame(run));
    }
    await this.create(Buffer.concat(parts), current, held);
    this.files = this.files.slice(-1);
    this.doubtful = false;
    for (const name of replaced) await removeFile(join(this.folder, name));
  }

  private async create(bytes: Buffer, origin: Origin, held: readonly (Run & { lane: Lane })[]): Promise<void> {
    await this.preparing;
    const { spare } = this;
    this.spare = null;
    const name = spare?.name ?? this.nextName();
    const path = join(this.folder, name);
    const handle = spare?.handle ?? (await open(path, "w", 0o600));
    try {
      await writeAll(handle, bytes, 0);
      if (spare) await handle.datasync();
      else {
        await handle.sync();
        await syncDirectory(this.folder);
      }
    } catch (cause) {
      await handle.close().catch(() => undefined);
      await removeFile(path).catch(() => undefined);
      this.doubtful = true;
      throw cause;
    }
    this.handle = handle;
    this.size = bytes.length;
    this.lastStart = bytes.length;
    this.reserved = spare ? this.fileBytes : 0;
    this.hasTriedSpare = false;
    this.unsynced = 0;
    this.written = origin;
    this.files.push({ name, ends: new Map(), bytes: Math.max(this.size, this.reserved) });
    for (const run of held) this.noteRows(run.lane, run.first + run.rows.length);
  }

  private noteRows(lane: Lane, end: number): void {
    this.files.at(-1)?.ends.set(lane, end);
  }

  private async recover(): Promise<(Run & { lane: Lane })[]> {
    const names = (await readdir(this.folder)).filter((name) => /^\d{10}\.log$/.test(name)).sort();
    let runs: (Run & { lane: Lane })[] = [];
    for (const name of names) {
      this.serialNo = Number.parseInt(name, 10);
      const data = withoutReserve(await readFile(join(this.folder, name)));
      if (data.length === 0) {
        await removeFile(join(this.folder, name));
        continue;
      }
      const { frames, end } = scanFrames(data);
      if (end < data.length) await keepTornTail(this.root, name, data.subarray(end)).catch(() => undefined);
      const file: LogFile = { name, ends: new Map(), bytes: data.length };
      let origin: Origin | null = null;
      for (const frame of frames) {
        if (frame.type === ORIGIN_FRAME) {
          const said = OriginFrame.parse(JSON.parse(frame.body.toString("utf8")));
          if (said.replaces.length > 0) {
            runs = [];
            for (const old of said.replaces) await removeFile(join(this.folder, old));
            this.files = this.files.filter((kept) => !said.replaces.includes(kept.name));
          }
          origin = { boot: said.boot, clock: said.clock };
        } else if (frame.type === ROWS_FRAME && origin) {
          const { lane, rows, first, monoMs } = parseRows(frame.body);
          file.ends.set(lane, first + rows.length);
          const last = runs.findLast((run) => run.lane === lane);
          if (last && last.origin.boot === origin.boot && last.first + last.rows.length === first) {
            for (const row of rows) last.rows.push(row);
            last.monoMs = monoMs;
          } else runs.push({ lane, origin, first, rows, monoMs });
        }
      }
      this.files.push(file);
    }
    return runs;
  }
}

function originFrame(origin: Origin, replaces: string[]): Buffer {
  return encodeJsonFrame(ORIGIN_FRAME, { v: 1, boot: origin.boot, clock: origin.clock, replaces });
}

function rowsFrame({ lane, first, rows, monoMs }: LoggedRows): Buffer {
  const head = { l: LANES.indexOf(lane), f: first, m: monoMs, t: rows.map((row) => row.tsMs) };
  return encodeFrame(ROWS_FRAME, joinHead(head, Buffer.from(rows.map((row) => row.json).join("\n"))));
}

function parseRows(body: Buffer): LoggedRows & { rows: LoggedRow[] } {
  const { head, bytes } = splitHead(body);
  const { l, f, m, t } = RowsHead.parse(head);
  const lane = LANES[l];
  if (lane === undefined) throw new RangeError(`no lane has index ${l}`);
  const lines = bytes.toString("utf8").split("\n");
  return { lane, first: f, monoMs: m, rows: t.map((tsMs, index) => ({ tsMs, json: lines[index] ?? "" })) };
}
