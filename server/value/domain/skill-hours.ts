import { z } from "zod";
import { oneLine } from "@/server/core/domain/one-line";

export const Skill = oneLine("E_REQUIRED: Name the skill, such as controls.", 60);
export const Hours = z
  .number("E_NOT_A_NUMBER: Enter hours.")
  .min(0, "E_NEGATIVE: Enter 0 or more hours.")
  .max(1_000_000, "E_RANGE: Enter at most a million hours.");
