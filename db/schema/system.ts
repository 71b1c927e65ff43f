import { bigint, boolean, integer, jsonb, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { instant } from "./columns";

/** Tables of db/migrations/0026-system.sql, which holds constraints; a test compares the two. */

export const processHeartbeats = pgTable("process_heartbeats", {
  name: text().primaryKey(),
  kind: text().$type<"web" | "ingest" | "jobs">().notNull(),
  host: text().notNull(),
  pid: integer().notNull(),
  version: text().notNull(),
  startedAt: instant("started_at").notNull(),
  heardAt: instant("heard_at").notNull().defaultNow(),
  stoppedAt: instant("stopped_at"),
  ok: boolean().notNull(),
  health: jsonb().notNull(),
});

export const storageSamples = pgTable(
  "storage_samples",
  {
    at: instant("at").notNull().defaultNow(),
    what: text().notNull(),
    bytes: bigint({ mode: "number" }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.what, t.at] })],
);

export const retentionSettings = pgTable("retention_settings", {
  what: text().primaryKey(),
  days: integer().notNull(),
  changedBy: text("changed_by"),
  changedAt: instant("changed_at").notNull().defaultNow(),
});
