import { z } from "zod";
import { Digest, Ordinal, StreamKey } from "./names";

/**
 * What the control plane wants of a node; one revision covers everything (wire contract §5). A part that cannot be
 * applied leaves the last good one running and is named in the reported document.
 */
export const Desired = z.object({
  v: z.literal(1),
  revision: Ordinal,
  slots: z
    .array(
      z.object({
        slot: z.string().min(1).max(64),
        artifact: Digest,
        /** the document that says what the artifact takes and gives; fetched like the artifact, by its own digest */
        manifest: Digest.optional(),
        channel: z.string().max(32).optional(),
        shadow: Digest.nullable().optional(),
        action: z.string().max(64).optional(),
      }),
    )
    .max(64)
    .default([]),
  pipelines: z
    .array(
      z.object({
        name: z.string().min(1).max(64),
        version: z.int().positive(),
        spec: z.record(z.string(), z.unknown()),
      }),
    )
    .max(64)
    .default([]),
  sampling: z.record(StreamKey, z.object({ rateHz: z.number().positive() })).default({}),
  media: z.record(z.string(), z.unknown()).optional(),
  /** rows per second that a backlog may be sent at, beside live data */
  backfillRate: z.number().positive().optional(),
  credentials: z.object({ rotateBefore: z.number() }).optional(),
});
export type Desired = z.infer<typeof Desired>;

/** What a node made of the desired document; `applied` is the newest revision that runs in full. */
export const Reported = z.object({
  v: z.literal(1).default(1),
  revision: Ordinal,
  applied: Ordinal,
  errors: z
    .array(z.object({ path: z.string().max(300), code: z.string().max(64), detail: z.string().max(1_000) }))
    .max(256)
    .default([]),
});
export type Reported = z.infer<typeof Reported>;
