import { z } from "zod";

const DAY_MS = 86_400_000;
const MOST_STREAMS = 50;
const MOST_DAYS = 3_660;

const Range = z.strictObject({
  streamIds: z
    .array(z.int().positive(), "Choose the streams.")
    .min(1, "Choose at least one stream.")
    .max(MOST_STREAMS, `At most ${MOST_STREAMS} streams at once.`)
    .refine((ids) => new Set(ids).size === ids.length, "A stream is named twice."),
  fromMs: z.number("From when? Give epoch ms, UTC.").min(0),
  toMs: z.number("Until when? Give epoch ms, UTC.").max(8.64e15),
});
const inOrder = ({ fromMs, toMs }: { fromMs: number; toMs: number }) => fromMs < toMs;
const notTooLong = ({ fromMs, toMs }: { fromMs: number; toMs: number }) => toMs - fromMs <= MOST_DAYS * DAY_MS;
const ORDER = { error: "The range ends before it starts.", path: ["toMs"] };
const LENGTH = { error: "At most ten years at once.", path: ["toMs"] };

export const ExportReadings = Range.refine(inOrder, ORDER).refine(notTooLong, LENGTH);
export type ExportReadings = z.infer<typeof ExportReadings>;
export const RecomputeRollups = Range.refine(inOrder, ORDER).refine(notTooLong, LENGTH);
export type RecomputeRollups = z.infer<typeof RecomputeRollups>;

export interface Slice {
  streamId: number;
  fromMs: number;
  toMs: number;
}

/** A range cut at midnight UTC, stream by stream: the pieces that a run counts and after which it can be taken up again. */
export function* slicesOf({ streamIds, fromMs, toMs }: ExportReadings): Generator<Slice> {
  for (const streamId of streamIds)
    for (let at = fromMs; at < toMs; ) {
      const end = Math.min(toMs, (Math.floor(at / DAY_MS) + 1) * DAY_MS);
      yield { streamId, fromMs: at, toMs: end };
      at = end;
    }
}

/** How many pieces `slicesOf` gives. */
export function countSlices({ streamIds, fromMs, toMs }: ExportReadings): number {
  return streamIds.length * (Math.ceil(toMs / DAY_MS) - Math.floor(fromMs / DAY_MS));
}

/** What a finished export holds: gzip members, one after the other, are one file. */
export const ExportResult = z.object({
  parts: z.array(z.object({ digest: z.string(), bytes: z.number() })),
  bytes: z.number(),
  readings: z.number(),
  name: z.string(),
});
export type ExportResult = z.infer<typeof ExportResult>;
