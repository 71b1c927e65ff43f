import type { ClockStatus } from "@/sdk/wire/birth";
import type { ContentEncoding } from "@/sdk/wire/batch";
import type { Lane } from "@/sdk/wire/names";
import type { Settled } from "@/sdk/wire/settle";
import type { Rooms } from "./rooms";

/** A row as the log keeps it: capture time and the JSON text of the rest. */
export interface LoggedRow {
  tsMs: number;
  json: string;
}

/** Who logged rows: the start they belong to and what its clock was worth. */
export interface Origin {
  boot: string;
  clock: ClockStatus;
}

/** Unsealed rows of one lane and one start, in the order of their numbers. Rows of a former start are sealed under its name. */
export interface Run {
  origin: Origin;
  /** number of the first row */
  first: number;
  rows: LoggedRow[];
  /** monotonic time of that start when the last row was logged, in ms */
  monoMs: number;
}

/** A number whose batch is gone from the disk without having been settled (a damaged file). */
export interface MissingBatch {
  batch: number;
  first: number;
  span: number;
  fromMs: number;
  toMs: number;
}

/** How much of what its rows said a stored batch still says: all of it, means and extremes per minute, or nothing. */
export type BatchKind = "raw" | "rollup" | "gap";

/** What the buffer knows of a sealed batch without reading it. */
export interface StoredBatch {
  lane: Lane;
  batch: number;
  /** number of the first row it answers for */
  first: number;
  /** rows it answers for, stored or declared lost: the next batch's `first` is `first + span` */
  span: number;
  /** readings or rows inside, what `backfillRate` counts */
  rows: number;
  fromMs: number;
  toMs: number;
  kind: BatchKind;
  /** never given up before what is not pinned */
  pinned: boolean;
  boot: string;
  encoding: ContentEncoding | null;
  /** bytes that go on the wire */
  bytes: number;
  /** true once it was given to a broker: its bytes may be known elsewhere and are never replaced any more */
  sent: boolean;
}

export interface LaneState {
  lane: Lane;
  /** number the next sealed batch gets */
  nextBatch: number;
  /** number the next logged row gets */
  nextRow: number;
  /** rows below this number are in sealed batches */
  sealedRows: number;
  settled: Settled;
}

/**
 * The durable buffer behind the SDK: rows are logged, sealed into numbered batches, kept until settled. One writer at a
 * time owns it.
 *
 * - `append` returns once the rows stand in the log (a crash of the process cannot lose them); with `durable`, once they
 *   are on the disk (a power cut cannot either). A refused append leaves nothing behind.
 * - `storeBatch` takes the rows it covers out of the log and puts the batch in, in one step: after a crash there is
 *   either one or the other. It returns when the batch is on the disk, so nothing is ever sent that could be forgotten.
 * - `replaceBatch` puts other bytes under a number that was never sent (a rollup or a gap record for what had to go).
 * - `free` drops settled batches; `epoch` changes exactly when the storage is new.
 */
export interface BufferStore {
  readonly epoch: string;
  lane(lane: Lane): LaneState;
  /** the oldest unsealed rows of a lane that share one start; null when all are sealed */
  unsealed(lane: Lane): Run | null;
  /** what damage took; each is to be replaced by a gap record */
  missing(lane: Lane): MissingBatch[];
  append(lane: Lane, rows: LoggedRow[], options: { durable: boolean }): Promise<void>;
  /** brings everything logged onto the disk */
  sync(): Promise<void>;
  storeBatch(batch: Omit<StoredBatch, "sent" | "bytes">, bytes: Buffer): Promise<void>;
  replaceBatch(batch: Omit<StoredBatch, "sent" | "bytes">, bytes: Buffer): Promise<void>;
  find(lane: Lane, batch: number): StoredBatch | null;
  /** how many batches of a lane are held */
  count(lane: Lane): number;
  /** batches held of a lane from a number on, lowest first */
  held(lane: Lane, from?: number): Iterable<StoredBatch>;
  /**
   * @param rooms where the bytes are to stand; the caller gives them back
   * @throws {DeviceError} `CORRUPT` when the bytes on the disk are not those that were stored.
   */
  read(lane: Lane, batch: number, rooms?: Rooms): Promise<Buffer>;
  markSent(lane: Lane, batch: number): Promise<void>;
  free(lane: Lane, settled: Settled): Promise<void>;
  /** bytes on the disk, per lane and in all */
  usage(): { total: number; lanes: Record<Lane, number>; log: number };
  /** null while the disk works; what is wrong otherwise */
  fault(): Error | null;
  close(): Promise<void>;
}
