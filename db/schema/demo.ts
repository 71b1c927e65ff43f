import { bigint, jsonb, pgTable, text } from "drizzle-orm/pg-core";
import { instant } from "./columns";
import { nodes } from "./fabric";

/** Tables of db/migrations/0031-demo-history.sql and 0052-demo-pages.sql, which hold the constraints; a test compares the two. */

export const demoHistories = pgTable("demo_histories", {
  nodeId: text("node_id")
    .primaryKey()
    .references(() => nodes.id, { onDelete: "cascade" }),
  seed: bigint({ mode: "number" }).notNull(),
  fromTs: instant("from_ts").notNull(),
  toTs: instant("to_ts").notNull(),
  epoch: text().notNull(),
  lanes: jsonb().notNull(),
  notedAt: instant("noted_at").notNull().defaultNow(),
});

export const demoStories = pgTable("demo_stories", {
  id: text().primaryKey(),
  nodeId: text("node_id").references(() => nodes.id, { onDelete: "cascade" }),
  streamKey: text("stream_key"),
  title: text().notNull(),
  sentence: text().notNull(),
  cause: text(),
  fromTs: instant("from_ts"),
  toTs: instant("to_ts"),
  href: text(),
});
