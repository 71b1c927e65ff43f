import type { ReadingBlock } from "@/db/timeseries/port";
import type { EventRow, Gap, InferenceRow, MediaRow } from "@/sdk/wire/batch";
import type { Lane } from "@/sdk/wire/names";
import type { Refusal } from "@/sdk/wire/refusal";
import type { MessageProperties } from "./decode";
import type { BadValue } from "./resolve";

/** A message as it came. */
export interface Source {
  topic: string;
  payload: Buffer;
  properties: MessageProperties;
  receivedMs: number;
}

/** A payload to be kept with the reason. Reasons beyond the wire's codes: PROPOSED and RETIRED name what has to be decided. */
export interface Kept {
  node: string;
  source: Source;
  lane: Lane | null;
  epoch: string | null;
  batch: number | null;
  reason: string;
  field: string | null;
  message: string;
  hint: string | null;
  /** the streams whose columns wait; null = the whole payload */
  streamIds: number[] | null;
}

/** Rows of the lanes that are not telemetry. */
export type LaneRows =
  | { lane: "events"; base: number; rows: readonly EventRow[]; streamIds: readonly (number | null)[] }
  | { lane: "inference"; base: number; rows: readonly InferenceRow[] }
  | { lane: "media"; base: number; rows: readonly MediaRow[] };

/** One sealed batch, read and resolved. With `rejected` it has no rows: only the ledger, the cursor and the kept payload. */
export interface BatchItem {
  kind: "batch";
  node: string;
  lane: Lane;
  epoch: string;
  batch: number;
  sha256: Buffer;
  rowCount: number;
  readings: number;
  blocks: ReadingBlock[];
  rows: LaneRows | null;
  gaps: readonly Gap[];
  bad: readonly BadValue[];
  watermarkMs: number | null;
  rejected: Refusal | null;
  kept: Kept[];
  source: Source;
}

/** Readings of the plain on-ramp: no ledger, so `settled` acknowledges towards the broker after the commit. */
export interface PlainItem {
  kind: "plain";
  node: string;
  block: ReadingBlock;
  source: Source;
  settled(): void;
}

/** A payload that cannot be settled by number: only kept. */
export interface KeepItem {
  kind: "keep";
  entry: Kept;
  settled(): void;
}

export type Item = BatchItem | PlainItem | KeepItem;

/** What an item holds in memory, roughly, in bytes. */
export function itemBytes(item: Item): number {
  switch (item.kind) {
    case "batch":
      return 500 + item.source.payload.length + item.readings * 17;
    case "plain":
      return 500;
    case "keep":
      return 500 + item.entry.source.payload.length;
    default:
      return item satisfies never;
  }
}

export function keptFrom(
  refusal: Refusal,
  where: { node: string; lane?: Lane; epoch?: string; batch?: number; source: Source },
): Kept {
  return {
    node: where.node,
    source: where.source,
    lane: where.lane ?? null,
    epoch: where.epoch ?? null,
    batch: where.batch ?? null,
    reason: refusal.code,
    field: refusal.field ?? null,
    message: refusal.message,
    hint: refusal.hint ?? null,
    streamIds: null,
  };
}
