import { z } from "zod";
import { NodeId } from "@/sdk/wire/names";

export const PAGE_SIZE = 50;

/** Which way a list goes on. The client of an endless list always says it; ours only go forward. */
const Direction = z.literal("forward").optional();
/** What of the organisation a page is narrowed to; a site or team that does not exist leaves nothing. */
const SCOPE = {
  site: z.string().min(1).max(100).nullable().default(null),
  team: z.uuid().nullable().default(null),
};
export const Scope = z.strictObject(SCOPE);
export type Scope = z.infer<typeof Scope>;

/** `cursor` is what the page before returned as `next`. */
export const FleetInput = z.strictObject({
  q: z.string().trim().max(100).default(""),
  show: z.enum(["all", "bad", "watch", "ok", "unknown", "offline", "proposed", "retired"]).default("all"),
  ...SCOPE,
  cursor: z.string().max(200).nullable().default(null),
  direction: Direction,
});
export type FleetInput = z.infer<typeof FleetInput>;

export const NodeInput = z.strictObject({ node: NodeId });

export const StreamListInput = z.strictObject({
  q: z.string().trim().max(100).default(""),
  node: NodeId.nullable().default(null),
  status: z.enum(["accepted", "proposed", "retired"]).nullable().default(null),
  ...SCOPE,
  cursor: z.int().nonnegative().nullable().default(null),
  direction: Direction,
});
export type StreamListInput = z.infer<typeof StreamListInput>;

export const StreamInput = z.strictObject({ id: z.int().positive() });

/** Epoch ms, UTC; half-open [from, to). */
export const StreamRangeInput = z
  .strictObject({
    id: z.int().positive(),
    fromMs: z.number().min(0),
    toMs: z.number().max(8.64e15),
    maxPoints: z.int().min(10).max(1_000).default(1_000),
  })
  .refine((range) => range.toMs > range.fromMs, { path: ["toMs"], message: "The range ends before it starts." });
export type StreamRangeInput = z.infer<typeof StreamRangeInput>;

export const QuarantineInput = z.strictObject({
  node: NodeId.nullable().default(null),
  reason: z.string().max(40).nullable().default(null),
  status: z.enum(["held", "replayed", "discarded"]).default("held"),
  ...SCOPE,
  cursor: z.int().positive().nullable().default(null),
  direction: Direction,
});
export type QuarantineInput = z.infer<typeof QuarantineInput>;
