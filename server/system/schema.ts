import { z } from "zod";
import { daysProblem, KEPT } from "./domain/retention";

const RetentionDays = z.number("Give a whole number of days.").superRefine((days, context) => {
  const message = daysProblem(days);
  if (message !== null) context.addIssue({ code: "custom", message });
});

export const SetRetention = z.strictObject({
  what: z.enum(KEPT, "must be one of the things that are kept for a time"),
  days: RetentionDays,
});
export type SetRetention = z.infer<typeof SetRetention>;
