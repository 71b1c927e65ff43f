import { z } from "zod";

export const AUDIT_PAGE = 100;

/** Times are epoch ms, UTC; `toMs` is not included. `cursor` is the number of the last row of the page before. */
export const AuditFilter = z.strictObject({
  q: z.string().max(200).default(""),
  action: z.string().max(100).nullable().default(null),
  fromMs: z.number().nullable().default(null),
  toMs: z.number().nullable().default(null),
  /** Only what this person did, also through a token of theirs, and what was done to them. */
  person: z.uuid().nullable().default(null),
  /** Only what belongs to this team. */
  team: z.uuid().nullable().default(null),
  cursor: z.int().positive().nullable().default(null),
  /** Sent along by the pages' query library; there is one way to go on, to older rows. */
  direction: z.enum(["forward", "backward"]).optional(),
});
export type AuditFilter = z.infer<typeof AuditFilter>;
