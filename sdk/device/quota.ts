import { LANES, type Lane } from "@/sdk/wire/names";

/** How much disk the buffer may take, in all and per lane, in bytes. */
export interface Quota {
  bytes: number;
  lanes: Record<Lane, number>;
}

/** Share of the whole that a lane gets when nothing else is said. Together they are 1. */
const DEFAULT_SHARE: Record<Lane, number> = { events: 0.1, telemetry: 0.7, inference: 0.15, media: 0.05 };
export const DEFAULT_QUOTA_BYTES = 512 * 1024 * 1024;

export function quotaFrom(options: { bytes?: number; lanes?: Partial<Record<Lane, number>> } = {}): Quota {
  const bytes = options.bytes ?? DEFAULT_QUOTA_BYTES;
  const of = (lane: Lane) => options.lanes?.[lane] ?? Math.floor(bytes * DEFAULT_SHARE[lane]);
  return {
    bytes,
    lanes: { events: of("events"), telemetry: of("telemetry"), inference: of("inference"), media: of("media") },
  };
}

/** One step of giving up data, from what is missed least to what is missed most (G5). */
export interface Sacrifice {
  lane: Lane;
  /** what may be given up in this step */
  take: "raw" | "rollup" | "unpinned" | "any";
}

export const ORDER_OF_SACRIFICE: readonly Sacrifice[] = [
  { lane: "telemetry", take: "raw" },
  { lane: "telemetry", take: "rollup" },
  { lane: "media", take: "unpinned" },
  { lane: "inference", take: "unpinned" },
  { lane: "media", take: "any" },
  { lane: "inference", take: "any" },
  { lane: "events", take: "any" },
];

/**
 * The steps to try, in order, for this use of the disk; empty when all is within the quota. A lane over its own quota gives
 * up its own data; only when the whole is over does the order of sacrifice run across lanes.
 */
export function sacrificesFor(
  usage: { total: number; lanes: Record<Lane, number> },
  quota: Quota,
): readonly Sacrifice[] {
  if (usage.total > quota.bytes) return ORDER_OF_SACRIFICE;
  const over = LANES.filter((lane) => usage.lanes[lane] > quota.lanes[lane]);
  return ORDER_OF_SACRIFICE.filter((step) => over.includes(step.lane));
}

/** Whether a batch may go in a step. One that a broker has seen stays: its bytes are known elsewhere. */
export function mayGo(
  batch: { kind: "raw" | "rollup" | "gap"; pinned: boolean; sent: boolean },
  take: Sacrifice["take"],
): boolean {
  if (batch.sent || batch.kind === "gap") return false;
  if (take === "raw" || take === "rollup") return batch.kind === take;
  return take === "any" || !batch.pinned;
}
