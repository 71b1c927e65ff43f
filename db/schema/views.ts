import { pgTable, text, timestamp, unique, uuid } from "drizzle-orm/pg-core";
import { orgs } from "./identity";

/** Table of db/migrations/0040-saved-views.sql, which holds the constraints; a test compares the two. */

export const savedViews = pgTable(
  "saved_views",
  {
    id: uuid().primaryKey().defaultRandom(),
    orgId: uuid("org_id")
      .notNull()
      .references(() => orgs.id),
    ownerId: text("owner_id").notNull(),
    page: text().notNull(),
    name: text().notNull(),
    query: text().notNull(),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [unique().on(t.orgId, t.ownerId, t.page, t.name)],
);
