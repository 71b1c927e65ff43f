import type { Lane } from "@/sdk/wire/names";
import type { SessionState } from "./session";

/** Figures of a running device, for `/metrics` and `/health`. */
export interface DeviceStats {
  state: SessionState;
  /** why nothing is sent although there is a connection: `hold`, `nobody-listens`; null otherwise */
  heldBy: string | null;
  boot: string;
  epoch: string;
  connects: number;
  /** attempts in a row that did not lead to a working connection */
  failedConnects: number;
  /** why the last of them failed, without secrets; null while all is well */
  connectTrouble: string | null;
  bufferBytes: number;
  bufferLimitBytes: number;
  /** capture time of the oldest batch not settled, ms; null when there is none */
  oldestMs: number | null;
  lanes: Record<
    Lane,
    { bytes: number; batches: number; unsealedRows: number; nextBatch: number; nextRow: number; settledUpTo: number }
  >;
  underWay: number;
  sentBatches: number;
  resentBatches: number;
  ackedBatches: number;
  rejectedBatches: number;
  evictedRows: number;
  ignoredCommands: number;
  fault: string | null;
}
