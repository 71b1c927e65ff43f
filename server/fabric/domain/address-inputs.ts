import { z } from "zod";
import { wholeNumber } from "@/server/api/domain/params";

/**
 * What pages ask of route handlers, as it stands in an address: text that is read strictly. A message `E_CODE: sentence | hint` names the
 * refusal, as in server/core/input-faults.ts.
 */

const Id = wholeNumber({ min: 1, max: 2_147_483_647 });
/** Epoch ms, UTC; the last one that JavaScript's Date can tell within fifteen digits. */
export const Ms = wholeNumber({ min: 0, max: 999_999_999_999_999 });
const ENDS_EARLY = "E_RANGE: The range ends before it begins. | Give a fromMs that is before toMs.";

/** Half-open [fromMs, toMs). */
export const ExportAddress = z
  .strictObject({ fromMs: Ms, toMs: Ms })
  .refine(({ fromMs, toMs }) => fromMs < toMs, { path: ["toMs"], message: ENDS_EARLY });

export const SeriesAddress = z
  .strictObject({
    id: Id,
    fromMs: Ms,
    toMs: Ms,
    maxPoints: wholeNumber({ min: 10, max: 1_000 }).default(1_000),
  })
  .refine(({ fromMs, toMs }) => fromMs < toMs, { path: ["toMs"], message: ENDS_EARLY });

/** Streams that one browser hears of at a time. */
const MAX_STREAMS = 500;

export const LiveAddress = z.strictObject({
  /** their numbers, separated by commas; none hears of notifications and jobs alone */
  streams: z
    .string()
    .default("")
    .transform((text, ctx): number[] => {
      const parts = text === "" ? [] : text.split(",");
      if (parts.length > MAX_STREAMS) {
        ctx.addIssue({
          code: "custom",
          message: `E_TOO_MANY: At most ${MAX_STREAMS} streams at once. | Ask for fewer.`,
        });
        return z.NEVER;
      }
      return parts.map((part) => {
        const id = Id.safeParse(part);
        if (id.success) return id.data;
        ctx.addIssue({ code: "custom", message: "E_ID: This is no number of a stream. | Separate numbers by commas." });
        return z.NEVER;
      });
    }),
});
