import { z } from "zod";

/** Verbs of `dn/cmd/{verb}`; a node answers `unknown-verb` to any other (wire contract §1). */
export const COMMAND_VERBS = ["ping", "snapshot", "restart", "hold", "resume", "resend", "calibrate"] as const;
export type CommandVerb = (typeof COMMAND_VERBS)[number];

export const CORRELATION_BYTES = 16;

/** Body of a command; what a verb needs beyond its name is in `args`. */
export const Command = z.object({ v: z.literal(1), args: z.record(z.string(), z.unknown()).default({}) });
export type Command = z.infer<typeof Command>;

/** Answer on the response topic, with the command's correlation data; a repeated command gets this same answer again. */
export const CommandAnswer = z.object({
  v: z.literal(1),
  verb: z.string().max(32),
  ok: z.boolean(),
  code: z.enum(["done", "unknown-verb", "refused", "failed", "expired"]),
  detail: z.string().max(1_000).optional(),
  result: z.record(z.string(), z.unknown()).optional(),
});
export type CommandAnswer = z.infer<typeof CommandAnswer>;
