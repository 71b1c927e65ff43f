import { z } from "zod";
import { ClockStatus } from "./birth";
import { Digest, EpochMs, NodeId, Ordinal, StreamKey, Ulid } from "./names";
import { Quality } from "./quality";

export const BATCH_JSON = "application/vnd.throughline.batch+json";
/** Compression names allowed in the user property `ce`. */
export const CONTENT_ENCODINGS = ["gzip", "br"] as const;
export type ContentEncoding = (typeof CONTENT_ENCODINGS)[number];

/** Limits every party keeps (wire contract §3); a seal may be smaller, never larger. */
export const MAX_BATCH_BYTES = 256 * 1024;
/** What a batch may grow to once decompressed: a bomb is refused before it is parsed. */
export const MAX_DECODED_BYTES = 8 * 1024 * 1024;
export const MAX_BATCH_ROWS = 10_000;
export const MAX_BATCH_READINGS = 100_000;
export const MAX_JSON_DEPTH = 8;
/** Arrays and objects in one document: each costs tens of bytes of memory for as little as three on the wire. */
export const MAX_JSON_CONTAINERS = 200_000;
/** Keys in one document, repeats in other objects included: 30 for each of the most rows. */
export const MAX_JSON_KEYS = 300_000;

/** Rows the edge had to drop: the loss itself is data (G5). `from` and `to` are capture times of the first and last. */
export const Gap = z.object({
  first: Ordinal,
  count: z.int().positive(),
  from: EpochMs,
  to: EpochMs,
  why: z.string().min(1).max(64),
  kept: z.string().max(64).optional(),
});
export type Gap = z.infer<typeof Gap>;

const offsets = z.array(z.number()).max(MAX_BATCH_ROWS);
const dt = z.number();

/** What every lane's batch says about itself. `first` numbers its first row within (epoch, lane). */
const Envelope = z.object({
  v: z.literal(1),
  node: NodeId,
  epoch: Ulid,
  batch: Ordinal,
  first: Ordinal,
  count: z.int().min(0).max(MAX_BATCH_ROWS),
  base: EpochMs,
  /** capture time before which this lane sends nothing more, except as backfill */
  watermark: EpochMs.nullable().default(null),
  backfill: z.boolean().default(false),
  clock: ClockStatus.extend({ boot: Ulid, monoMs: z.number().nonnegative() }),
  origin: z.object({ pipeline: z.string().max(120).optional(), model: Digest.optional() }).optional(),
  gaps: z.array(Gap).max(1_000).default([]),
});

/** `[position in the column, word]`: only values that are not `good` are listed. */
const ColumnQuality = z.array(z.tuple([Ordinal, Quality]));

/** Readings in columns by alias; `dt` is shared by all columns and counts ms after `base`. */
export const TelemetryBatch = Envelope.extend({
  lane: z.literal("telemetry"),
  dt: offsets,
  columns: z.record(z.string().regex(/^\d{1,7}$/), z.array(z.unknown()).max(MAX_BATCH_ROWS)),
  quality: z.record(z.string().regex(/^\d{1,7}$/), ColumnQuality).default({}),
});
export type TelemetryBatch = z.infer<typeof TelemetryBatch>;

export const EventRow = z.object({
  dt,
  kind: z.string().min(1).max(64),
  severity: z.enum(["info", "low", "medium", "high", "critical"]).optional(),
  stream: StreamKey.optional(),
  data: z.record(z.string(), z.unknown()).default({}),
});
export type EventRow = z.infer<typeof EventRow>;
export const EventsBatch = Envelope.extend({ lane: z.literal("events"), rows: z.array(EventRow).max(MAX_BATCH_ROWS) });
export type EventsBatch = z.infer<typeof EventsBatch>;

export const InferenceRow = z.object({
  dt,
  id: z.uuid(),
  slot: z.string().min(1).max(64),
  model: Digest,
  role: z.enum(["active", "shadow"]),
  input: z.record(z.string(), z.number().nullable()).nullable(),
  output: z.object({ score: z.number().optional(), label: z.string().max(64).optional() }).catchall(z.unknown()),
  latencyMs: z.number().nonnegative(),
  window: z.tuple([EpochMs, EpochMs]),
  media: z.array(Digest).max(64).default([]),
});
export type InferenceRow = z.infer<typeof InferenceRow>;
export const InferenceBatch = Envelope.extend({
  lane: z.literal("inference"),
  rows: z.array(InferenceRow).max(MAX_BATCH_ROWS),
});
export type InferenceBatch = z.infer<typeof InferenceBatch>;

export const MediaRow = z.object({
  dt,
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.int().nonnegative(),
  type: z.string().max(127),
  stream: StreamKey,
  from: EpochMs,
  to: EpochMs,
  trigger: z.string().max(200).optional(),
  frame: z.string().max(200).optional(),
});
export type MediaRow = z.infer<typeof MediaRow>;
export const MediaBatch = Envelope.extend({ lane: z.literal("media"), rows: z.array(MediaRow).max(MAX_BATCH_ROWS) });
export type MediaBatch = z.infer<typeof MediaBatch>;

/** A sealed batch: numbered, never re-cut, byte-identical on every resend (wire contract §3). */
export const SealedBatch = z.discriminatedUnion("lane", [TelemetryBatch, EventsBatch, InferenceBatch, MediaBatch]);
export type SealedBatch = z.infer<typeof SealedBatch>;
