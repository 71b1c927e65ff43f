import { z } from "zod";
import { Digest, EpochMs, NodeId, StreamKey, Ulid } from "./names";

/** How far a node's clock can be trusted: offset to UTC and its error bound, both in ms (G8). */
export const ClockStatus = z.object({
  source: z.enum(["ntp", "ptp", "gps", "manual", "none"]),
  offsetMs: z.number(),
  errorMs: z.number().nonnegative(),
});
export type ClockStatus = z.infer<typeof ClockStatus>;

/** One quantity at one point. `alias` is its column name in the batches of this boot. */
export const StreamSpec = z.object({
  alias: z.int().min(0).max(1_000_000),
  key: StreamKey,
  quantity: z.string().min(1).max(64),
  unit: z.string().min(1).max(32), // UCUM code: Cel, mm/s, kW
  type: z.enum(["number", "boolean"]),
  device: z.string().min(1).max(63).optional(),
  rateHz: z.number().positive().max(1_000_000).optional(),
  /** what is still in order, in `unit`; a person may set others, which then hold */
  limits: z.object({ low: z.number().optional(), high: z.number().optional() }).optional(),
});
export type StreamSpec = z.infer<typeof StreamSpec>;

/** Which model a slot runs; `trial` is the one on probation and is never what a restart falls back to. */
export const SlotStatus = z.object({
  slot: z.string().min(1).max(64),
  committed: Digest.nullable(),
  trial: Digest.nullable(),
});
export type SlotStatus = z.infer<typeof SlotStatus>;

/** How full a node's buffer is; `oldest` is the capture time of the oldest batch that is not settled. */
export const BufferStatus = z.object({
  bytes: z.number().nonnegative(),
  limitBytes: z.number().positive(),
  oldest: EpochMs.nullable().default(null),
});
export type BufferStatus = z.infer<typeof BufferStatus>;

/**
 * Who a node is, published retained at the start of each boot before any batch of that boot (wire contract §2). An
 * unknown node or stream in it is not an error: it is proposed to the registry.
 */
export const Birth = z.object({
  v: z.literal(1),
  node: NodeId,
  boot: Ulid,
  epoch: Ulid,
  sdk: z.string().min(1).max(120),
  agent: z.string().max(120).optional(),
  site: z.string().max(63).optional(),
  labels: z.record(z.string().max(63), z.string().max(253)).default({}),
  arch: z.string().max(32).optional(),
  memMB: z.number().positive().optional(),
  capabilities: z.array(z.string().max(32)).max(32).default([]),
  clock: ClockStatus,
  streams: z.array(StreamSpec).max(10_000),
  slots: z.array(SlotStatus).max(64).default([]),
  buffer: BufferStatus.optional(),
});
export type Birth = z.infer<typeof Birth>;

/**
 * `up/state`, and the Will that the broker sends when the connection breaks. While its buffer moves, a node repeats its state
 * with the new figures and `why` "report".
 */
export const NodeState = z.object({
  v: z.literal(1),
  online: z.boolean(),
  boot: Ulid,
  why: z.string().max(120),
  buffer: BufferStatus.optional(),
});
export type NodeState = z.infer<typeof NodeState>;
