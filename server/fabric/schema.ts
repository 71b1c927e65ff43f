import { z } from "zod";
import { NodeId } from "@/sdk/wire/names";

/** Ids of streams to accept; `units` by id says which unit a stream has from now on, where a birth promises another. */
export const AcceptStreams = z.strictObject({
  streamIds: z.array(z.int().positive()).min(1, "Choose at least one stream.").max(10_000),
  units: z.record(z.string().regex(/^\d+$/), z.string().min(1).max(32)).default({}),
});
export type AcceptStreams = z.infer<typeof AcceptStreams>;

/** Accepts a node; `withStreams` also everything it proposes now. */
export const AcceptNode = z.strictObject({ node: NodeId, withStreams: z.boolean().default(true) });
export type AcceptNode = z.infer<typeof AcceptNode>;

export const DiscardQuarantine = z.strictObject({
  ids: z.array(z.int().positive()).min(1, "Choose at least one entry.").max(1_000),
});
export type DiscardQuarantine = z.infer<typeof DiscardQuarantine>;

/** `repair` replaces the payload of a single entry: JSON text, uncompressed. */
export const ReplayQuarantine = z
  .strictObject({
    ids: z.array(z.int().positive()).min(1, "Choose at least one entry.").max(1_000),
    repair: z.string().min(2).max(1_048_576).optional(),
  })
  .refine(({ ids, repair }) => repair === undefined || ids.length === 1, {
    path: ["repair"],
    message: "Repair one entry at a time.",
  });
export type ReplayQuarantine = z.infer<typeof ReplayQuarantine>;
