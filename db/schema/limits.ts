import { integer, pgTable, primaryKey, text, timestamp } from "drizzle-orm/pg-core";

/** Requests of one token, person or address in one window; every web process counts into the same row. */
export const rateCounts = pgTable(
  "rate_counts",
  {
    bucket: text().notNull(),
    windowStart: timestamp("window_start", { withTimezone: true }).notNull(),
    n: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.bucket, t.windowStart] })],
);
