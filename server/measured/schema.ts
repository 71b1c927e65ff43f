import { z } from "zod";
import { Cents, Day, SEEN, Why, words } from "@/server/value/schema";
import { MOST_DRIVERS } from "./domain/measured-value";

/** Another KPI's days, or the daily mean of a stream. */
const Driver = z
  .strictObject({ kpiId: z.uuid().nullable().default(null), streamId: z.int().positive().nullable().default(null) })
  .refine(({ kpiId, streamId }) => (kpiId === null) !== (streamId === null), {
    path: ["kpiId"],
    message: "E_REQUIRED: Choose a KPI or a stream.",
  });

/** What the first day is, by which KPI it is seen, and what was really paid. Money in cents. */
export const GoLive = z
  .strictObject({
    ...SEEN,
    liveOn: Day,
    kpiId: z.uuid("E_REQUIRED: Choose the KPI by which it is measured."),
    /** days before go-live that say what would have been */
    baselineDays: z
      .int()
      .min(14, "E_RANGE: Enter 14 days or more.")
      .max(365, "E_RANGE: Enter 365 days or less.")
      .default(90),
    drivers: z
      .array(Driver)
      .max(MOST_DRIVERS, `E_RANGE: At most ${MOST_DRIVERS} drivers; more describe noise.`)
      .default([]),
    oneOffCents: Cents,
    runCentsPerDay: Cents,
    usefulLifeDays: z.int().min(1, "E_RANGE: Enter 1 day or more.").max(7_320, "E_RANGE: Enter 20 years or less."),
    why: words(500).default(""),
  })
  .superRefine(({ kpiId, drivers }, context) => {
    const seen = new Set([kpiId]);
    for (const [index, driver] of drivers.entries()) {
      const key = driver.kpiId ?? `stream ${driver.streamId}`;
      const message =
        driver.kpiId === kpiId ? "E_VALUE: A KPI cannot drive itself." : "E_DUPLICATE: This driver is there twice.";
      if (seen.has(key)) context.addIssue({ code: "custom", path: ["drivers", index], message });
      seen.add(key);
    }
  });
export type GoLive = z.infer<typeof GoLive>;

/** A change that has nothing to do with the use case, in cents on its day; negative takes away from what it earned. */
export const Adjust = z.strictObject({
  ...SEEN,
  day: Day,
  cents: z
    .number()
    .refine(
      (cents) => Number.isSafeInteger(cents) && cents !== 0,
      "E_NOT_A_NUMBER: Enter an amount other than 0 with at most two decimals.",
    ),
  reason: Why,
});
export type Adjust = z.infer<typeof Adjust>;
