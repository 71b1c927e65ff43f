import { z } from "zod";
import { REJECT_CODES } from "./codes";
import { Ordinal, Ulid } from "./names";

/** The most batches a node may have sent without a durable ack (design decision 3). */
export const MAX_SEND_WINDOW = 16;
export const MAX_ACK_RANGES = 32;

/**
 * Durable ack on `dn/ack/{lane}`: published only after the database committed. Every batch up to `upTo` and inside
 * `ranges` (inclusive) is settled and may be freed at the edge. `upTo` is −1 until batch 0 is settled. `credit` is how
 * many batches may be under way; 0 means hold. A rejected batch is settled too: it is kept on both sides and not sent
 * again.
 */
export const DurableAck = z.object({
  v: z.literal(1),
  epoch: Ulid,
  upTo: z.int().min(-1),
  ranges: z
    .array(z.tuple([Ordinal, Ordinal]))
    .max(MAX_ACK_RANGES)
    .default([]),
  credit: z.int().min(0).max(65_535),
  rejected: z
    .array(z.object({ batch: Ordinal, code: z.enum(REJECT_CODES), detail: z.string().max(1_000) }))
    .max(256)
    .default([]),
});
export type DurableAck = z.infer<typeof DurableAck>;
