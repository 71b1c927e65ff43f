import { z } from "zod";
import { KINDS, RUN_STATES } from "./domain/kinds";

export const OnRun = z.strictObject({ id: z.uuid() });
export type OnRun = z.infer<typeof OnRun>;

export const ListRuns = z.strictObject({
  state: z.enum(RUN_STATES).nullable().default(null),
  kind: z.enum(KINDS).nullable().default(null),
  q: z.string().trim().max(200).default(""),
  cursor: z.uuid().nullable().default(null),
  /** Sent along by the pages' query library; there is one way to go on, to older ones. */
  direction: z.enum(["forward", "backward"]).optional(),
});
export type ListRuns = z.infer<typeof ListRuns>;
