import { z } from "zod";

export const ListInbox = z.strictObject({
  show: z.enum(["all", "unread"]).default("all"),
  cursor: z.int().positive().nullable().default(null),
  /** Sent along by the pages' query library; there is one way to go on, to older ones. */
  direction: z.enum(["forward", "backward"]).optional(),
});
export type ListInbox = z.infer<typeof ListInbox>;

const Ids = z.array(z.int().positive()).min(1).max(300);
/** `all` marks what is there up to the newest one that the person has seen, not what came meanwhile. */
export const MarkRead = z.strictObject({ ids: Ids });
export type MarkRead = z.infer<typeof MarkRead>;
export const MarkAllRead = z.strictObject({ upTo: z.number().max(8.64e15) });
export type MarkAllRead = z.infer<typeof MarkAllRead>;
