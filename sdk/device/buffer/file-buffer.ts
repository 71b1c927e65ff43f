import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { ulid } from "ulid";
import { z } from "zod";
import { LANES, type Lane, Ulid } from "@/sdk/wire/names";
import type { Settled } from "@/sdk/wire/settle";
import { DeviceError, diskRefusal } from "../errors";
import { readIfThere, replaceFile, syncDirectory } from "./files";
import { LaneLog } from "./lane-log";
import { lockFolder } from "./lock";
import type { BufferStore, LaneState, LoggedRow, MissingBatch, Origin, Run, StoredBatch } from "./port";
import type { Rooms } from "./rooms";
import { type LoggedRows, RowLog } from "./row-log";
import { Serial } from "./serial";

export interface FileBufferOptions {
  dataDir: string;
  /** this start: its name and what its clock is worth now */
  origin: () => Origin;
  /** monotonic time of this start, in ms */
  monoMs: () => number;
  /** a row log file is left for a new one at this size */
  rowFileBytes?: number;
  segmentBytes?: number;
  /** longest time a row may stand unsynced, in ms (G1) */
  syncEveryMs?: number;
  /** most rows that may stand unsynced (G1) */
  syncEveryRows?: number;
  /** most rows and bytes that may wait for the log before `append` refuses */
  maxWaitingRows?: number;
}

const Identity = z.object({ v: z.literal(1), epoch: Ulid });

interface Waiting {
  lane: Lane;
  rows: LoggedRow[];
  durable: boolean;
  resolve: () => void;
  reject: (cause: Error) => void;
}

/**
 * The buffer in plain files: one log of unsealed rows, one log of sealed batches per lane, one small file with the epoch.
 * All writes are appends and all fsyncs run off the main thread; a group of waiting rows shares one write and, when
 * one of them asked for it, one fsync.
 */
export async function openFileBuffer(options: FileBufferOptions): Promise<BufferStore> {
  const root = options.dataDir;
  for (const folder of ["rows", ...LANES.map((lane) => join("lanes", lane))]) {
    await mkdir(join(root, folder), { recursive: true, mode: 0o700 });
  }
  const unlock = await lockFolder(root);
  try {
    const epoch = await openIdentity(root);
    const segmentBytes = options.segmentBytes ?? 8 * 1024 * 1024;
    const lanes = new Map<Lane, LaneLog>();
    for (const lane of LANES) lanes.set(lane, await LaneLog.open(root, lane, segmentBytes));
    const { log, runs } = await RowLog.open(root, options.rowFileBytes ?? 1024 * 1024);
    return new FileBuffer(options, epoch, lanes, log, runs, unlock);
  } catch (cause) {
    await unlock();
    throw cause;
  }
}

/** The epoch names one life of the storage: made with it, gone with it. */
async function openIdentity(root: string): Promise<string> {
  const path = join(root, "buffer.json");
  const text = await readIfThere(path);
  if (text !== null) {
    const parsed = Identity.safeParse(JSON.parse(text));
    if (parsed.success) return parsed.data.epoch;
    throw new DeviceError(
      "CORRUPT",
      `${path} is not a buffer's identity: move ${root} away to start a new buffer.`,
      "dataDir",
    );
  }
  const epoch = newUlid();
  await replaceFile(path, `${JSON.stringify({ v: 1, epoch })}\n`);
  await syncDirectory(root);
  return epoch;
}

export function newUlid(): string {
  return ulid(undefined, () => (randomBytes(1)[0] ?? 0) / 256);
}

class FileBuffer implements BufferStore {
  private readonly runs = new Map<Lane, Run[]>();
  private readonly nextRow = new Map<Lane, number>();
  private waiting: Waiting[] = [];
  private waitingRows = 0;
  private writing = false;
  private unsyncedRows = 0;
  private closed = false;
  private broken: Error | null = null;
  private syncTimer: NodeJS.Timeout | null = null;
  private readonly serial = new Serial();

  constructor(
    private readonly options: FileBufferOptions,
    readonly epoch: string,
    private readonly lanes: ReadonlyMap<Lane, LaneLog>,
    private readonly log: RowLog,
    recovered: (Run & { lane: Lane })[],
    private readonly unlock: () => Promise<void>,
  ) {
    for (const lane of LANES) {
      const { sealedRows } = this.laneLog(lane);
      const kept: Run[] = [];
      let next = sealedRows;
      for (const { rows, first, origin, monoMs } of recovered.filter((run) => run.lane === lane)) {
        const skip = Math.max(0, next - first);
        if (skip >= rows.length) continue;
        kept.push({ origin, monoMs, first: first + skip, rows: rows.slice(skip) });
        next = first + rows.length;
      }
      this.runs.set(lane, kept);
      this.nextRow.set(lane, next);
    }
  }

  lane(lane: Lane): LaneState {
    const { nextBatch, sealedRows, settled } = this.laneLog(lane);
    return { lane, nextBatch, sealedRows, settled, nextRow: this.nextRow.get(lane) ?? 0 };
  }

  unsealed(lane: Lane): Run | null {
    return this.runs.get(lane)?.[0] ?? null;
  }

  missing(lane: Lane): MissingBatch[] {
    return this.laneLog(lane).lost;
  }

  append(lane: Lane, rows: LoggedRow[], { durable }: { durable: boolean }): Promise<void> {
    if (this.closed) return Promise.reject(new DeviceError("CLOSED", "The buffer is closed."));
    if (this.waitingRows > (this.options.maxWaitingRows ?? 20_000)) {
      return Promise.reject(new DeviceError("BUSY", "Rows arrive faster than the disk takes them: await each write."));
    }
    return new Promise((resolve, reject) => {
      this.waiting.push({ lane, rows, durable, resolve, reject });
      this.waitingRows += rows.length;
      if (!this.writing) this.startWriting();
    });
  }

  async sync(): Promise<void> {
    await this.serial.run(() => this.syncLog());
  }

  async storeBatch(batch: Omit<StoredBatch, "sent" | "bytes">, bytes: Buffer): Promise<void> {
    await this.guard(() => this.laneLog(batch.lane).store(batch, bytes));
    const runs = this.runs.get(batch.lane) ?? [];
    const [run] = runs;
    const end = batch.first + batch.span;
    if (run && run.first < end) {
      run.rows = run.rows.slice(end - run.first);
      run.first = end;
      if (run.rows.length === 0) runs.shift();
    }
    // Beside the writers: the batch is on the disk, and a crash before the unlink only brings back rows it is known to hold.
    await this.log.release((lane) => this.laneLog(lane).sealedRows);
  }

  async replaceBatch(batch: Omit<StoredBatch, "sent" | "bytes">, bytes: Buffer): Promise<void> {
    await this.guard(() => this.laneLog(batch.lane).store(batch, bytes));
  }

  find(lane: Lane, batch: number): StoredBatch | null {
    return this.laneLog(lane).entries.get(batch) ?? null;
  }

  count(lane: Lane): number {
    return this.laneLog(lane).entries.size;
  }

  held(lane: Lane, from = 0): Iterable<StoredBatch> {
    return this.laneLog(lane).held(from);
  }

  read(lane: Lane, batch: number, rooms: Rooms | null = null): Promise<Buffer> {
    return this.laneLog(lane).read(batch, rooms);
  }

  async markSent(lane: Lane, batch: number): Promise<void> {
    await this.laneLog(lane).markSent(batch);
  }

  free(lane: Lane, settled: Settled): Promise<void> {
    return this.laneLog(lane).free(settled);
  }

  usage(): { total: number; lanes: Record<Lane, number>; log: number } {
    const of = (lane: Lane) => this.laneLog(lane).bytes();
    const lanes = { events: of("events"), telemetry: of("telemetry"), inference: of("inference"), media: of("media") };
    const log = this.log.bytes();
    return { total: lanes.events + lanes.telemetry + lanes.inference + lanes.media + log, lanes, log };
  }

  fault(): Error | null {
    return this.broken;
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    if (this.syncTimer) clearTimeout(this.syncTimer);
    await this.serial.run(() => this.syncLog());
    await this.log.close();
    for (const log of this.lanes.values()) await log.close();
    await this.unlock();
  }

  private laneLog(lane: Lane): LaneLog {
    const log = this.lanes.get(lane);
    if (!log) throw new RangeError(`no lane ${lane}`);
    return log;
  }

  private startWriting(): void {
    this.writing = true;
    // One turn later, so that rows written in the same turn share one group.
    setImmediate(() => {
      this.serial.run(() => this.writeGroups()).catch((cause: unknown) => this.refuseAll(diskRefusal(cause)));
    });
  }

  private async writeGroups(): Promise<void> {
    while (this.waiting.length > 0) {
      const group = this.waiting;
      this.waiting = [];
      try {
        await this.writeGroup(group);
        this.broken = null;
        for (const one of group) one.resolve();
      } catch (cause) {
        this.broken = diskRefusal(cause);
        for (const one of group) one.reject(this.broken);
      }
      for (const one of group) this.waitingRows -= one.rows.length;
    }
    this.writing = false;
  }

  private refuseAll(cause: Error): void {
    const group = this.waiting;
    this.waiting = [];
    this.waitingRows = 0;
    this.writing = false;
    for (const one of group) one.reject(cause);
  }

  /** Rows of a group get their numbers here and enter the runs only when the whole group is safe. */
  private async writeGroup(group: readonly Waiting[]): Promise<void> {
    const origin = this.currentOrigin();
    const monoMs = this.options.monoMs();
    const byLane = new Map<Lane, LoggedRow[]>();
    for (const { lane, rows } of group) {
      const sofar = byLane.get(lane) ?? [];
      for (const row of rows) sofar.push(row);
      byLane.set(lane, sofar);
    }
    const parts: LoggedRows[] = [...byLane].map(([lane, rows]) => ({
      lane,
      rows,
      monoMs,
      first: this.nextRow.get(lane) ?? 0,
    }));
    await this.log.write(origin, parts, () => this.heldRuns());
    if (group.some((one) => one.durable)) {
      try {
        await this.log.sync();
        this.unsyncedRows = 0;
      } catch (cause) {
        await this.log.retract();
        throw cause;
      }
    }
    for (const { lane, rows, first } of parts) this.enter(lane, origin, first, rows, monoMs);
    if (this.unsyncedRows >= (this.options.syncEveryRows ?? 500))
      await this.syncLog().catch((cause: unknown) => this.note(cause));
    else this.planSync();
  }

  private enter(lane: Lane, origin: Origin, first: number, rows: readonly LoggedRow[], monoMs: number): void {
    const runs = this.runs.get(lane) ?? [];
    this.runs.set(lane, runs);
    const last = runs.at(-1);
    if (last && last.origin.boot === origin.boot) {
      for (const row of rows) last.rows.push(row);
      last.monoMs = monoMs;
    } else runs.push({ origin, first, rows: [...rows], monoMs });
    this.nextRow.set(lane, first + rows.length);
    this.unsyncedRows += rows.length;
  }

  private knownOrigin: Origin | null = null;
  /** The same object while nothing has changed, so that the log repeats it only when it has. */
  private currentOrigin(): Origin {
    const now = this.options.origin();
    const known = this.knownOrigin;
    if (known && JSON.stringify(known) === JSON.stringify(now)) return known;
    this.knownOrigin = now;
    return now;
  }

  private heldRuns(): (Run & { lane: Lane })[] {
    return LANES.flatMap((lane) => (this.runs.get(lane) ?? []).map((run) => ({ ...run, lane })));
  }

  private planSync(): void {
    if (this.syncTimer || this.closed || this.unsyncedRows === 0) return;
    this.syncTimer = setTimeout(() => {
      this.syncTimer = null;
      this.serial.run(() => this.syncLog()).catch((cause: unknown) => this.note(cause));
    }, this.options.syncEveryMs ?? 1_000);
    this.syncTimer.unref();
  }

  private async syncLog(): Promise<void> {
    this.unsyncedRows = 0;
    await this.log.sync();
  }

  private note(cause: unknown): void {
    this.broken = diskRefusal(cause);
  }

  private async guard(task: () => Promise<void>): Promise<void> {
    try {
      await task();
    } catch (cause) {
      throw diskRefusal(cause);
    }
  }
}
