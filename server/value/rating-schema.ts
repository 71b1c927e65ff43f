import { z } from "zod";
import { ratingFaults } from "./domain/rating";
import { say, SEEN, words } from "./schema";

const Rice = z.strictObject({
  reach: z.number(),
  reachUnit: z.string().trim().max(60),
  impact: z.number(),
  confidence: z.number(),
  effortPersonMonths: z.number(),
});

const Ice = z.strictObject({
  impact: z.number(),
  confidence: z.number(),
  confidenceScale: z.enum(["points", "share"]),
  ease: z.number(),
  rule: z.enum(["product", "mean"]),
});

const Wsjf = z.strictObject({
  businessValue: z.number(),
  timeCriticality: z.number(),
  riskReduction: z.number(),
  jobSize: z.number(),
  durationWeeks: z.number(),
});

/** What somebody thinks of a use case on the scales of the usual methods. */
export const RatingInput = z
  .strictObject({ rice: Rice.nullable(), ice: Ice.nullable(), wsjf: Wsjf.nullable() })
  .superRefine((rating, context) => say(ratingFaults(rating), context));

export const RateUseCase = z.strictObject({ ...SEEN, rating: RatingInput, why: words(500).default("") });
export type RateUseCase = z.infer<typeof RateUseCase>;
