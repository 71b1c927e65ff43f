import * as z from "zod/mini";

/** A stream's newest reading as the server tells it; `tsMs` is the capture time. */
const Latest = z.object({ id: z.number(), tsMs: z.number(), value: z.nullable(z.number()), quality: z.number() });
export type LatestReading = z.infer<typeof Latest>;

/** Names what has changed, such as `nodes` or `jobs`; one that this version does not know is passed on and means nothing here. */
const Changed = z.string().check(z.minLength(1), z.maxLength(40));

/** What the leading tab passes on, and what the others ask of it. */
const Message = z.discriminatedUnion("type", [
  z.object({ type: z.literal("latest"), readings: z.array(Latest) }),
  z.object({ type: z.literal("changed"), what: Changed }),
  z.object({ type: z.literal("beat") }),
  z.object({ type: z.literal("state"), state: z.enum(["connecting", "live", "down"]) }),
  z.object({ type: z.literal("want"), tab: z.string(), streams: z.array(z.number()), visible: z.boolean() }),
  z.object({ type: z.literal("bye"), tab: z.string() }),
  z.object({ type: z.literal("who") }),
]);
export type Message = z.infer<typeof Message>;

/** A message from another tab or from the server, or null for what is none: another version may be open beside this one. */
export function readMessage(data: unknown): Message | null {
  const message = Message.safeParse(data);
  return message.success ? message.data : null;
}
