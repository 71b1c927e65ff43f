import { z } from "zod";

const NodeId = z.string().min(1).max(64);

/** One thing of the plant: a stream, a device, a node, or the model in a slot of a node. */
export const PlantThing = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("stream"), id: z.int().positive() }),
  z.strictObject({ kind: z.literal("device"), id: z.int().positive() }),
  z.strictObject({ kind: z.literal("node"), node: NodeId }),
  z.strictObject({ kind: z.literal("model"), node: NodeId, slot: z.string().min(1).max(64) }),
]);
export type PlantThing = z.infer<typeof PlantThing>;
