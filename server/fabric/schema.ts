import { z } from "zod";
import { NodeId } from "@/sdk/wire/names";
import { oneLine } from "@/server/core/domain/one-line";
import { LOGINS_SHOWN } from "./domain/node-login-filter";

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

/** Filters of the list of logins; `cursor` is the last node of the page before. */
export const NodeLogins = z.strictObject({
  q: z.string().max(100).default(""),
  show: z.enum(LOGINS_SHOWN).default("all"),
  team: z.uuid().nullable().default(null),
  site: NodeId.nullable().default(null),
  cursor: NodeId.nullable().default(null),
  /** Sent along by the pages' query library; there is one way to go on. */
  direction: z.enum(["forward", "backward"]).optional(),
});

const NewNodeId = z
  .string()
  .refine(
    (id) => NodeId.safeParse(id).success,
    "E_ID: This cannot be the id of a node. | Use 1 to 63 of a-z 0-9 . _ - and begin with a letter or digit: pump-house-1.",
  );

/** `trusted`: the streams that it announces are accepted at once. */
export const AddNode = z.strictObject({
  node: NewNodeId,
  site: NodeId.nullable().default(null),
  teamId: z.uuid().nullable().default(null),
  trusted: z.boolean().default(false),
});
export const OnNode = z.strictObject({ node: NodeId });
/** `name` null shows the node by its id again. */
export const RenameNode = z.strictObject({
  node: NodeId,
  name: oneLine("Type a name, or leave the field empty to call it by its id.", 100).nullable(),
});
export const MoveNode = z.strictObject({ node: NodeId, teamId: z.uuid() });
