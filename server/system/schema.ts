import { z } from "zod";
import { Kept, RetentionDays } from "./domain/retention";

export const SetRetention = z.strictObject({ what: Kept, days: RetentionDays });
export type SetRetention = z.infer<typeof SetRetention>;
