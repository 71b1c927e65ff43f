import { jsonb, pgTable, primaryKey, text, timestamp, uuid } from "drizzle-orm/pg-core";
import { orgs } from "./identity";

/** Table of db/migrations/0045-portfolio-visits.sql, which holds the constraints; a test compares the two. */

export const portfolioVisits = pgTable(
  "portfolio_visits",
  {
    orgId: uuid("org_id")
      .notNull()
      .references(() => orgs.id),
    ownerId: text("owner_id").notNull(),
    seenAt: timestamp("seen_at", { withTimezone: true }).notNull(),
    ranks: jsonb().notNull(),
    beforeAt: timestamp("before_at", { withTimezone: true }),
    beforeRanks: jsonb("before_ranks"),
  },
  (t) => [primaryKey({ columns: [t.orgId, t.ownerId] })],
);
