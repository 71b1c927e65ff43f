import { sql } from "drizzle-orm";
import {
  type AnyPgColumn,
  bigint,
  boolean,
  doublePrecision,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  unique,
  uuid,
} from "drizzle-orm/pg-core";
import { instant } from "./columns";
import { orgs, teams } from "./identity";

/** Tables of db/migrations/0025-jobs-and-inbox.sql, which holds constraints and indexes; a test compares the two. */

export const jobRuns = pgTable("job_runs", {
  id: uuid().primaryKey().defaultRandom(),
  orgId: uuid("org_id")
    .notNull()
    .references(() => orgs.id),
  ownerId: text("owner_id").notNull(),
  ownerName: text("owner_name").notNull(),
  teamId: uuid("team_id").references(() => teams.id),
  kind: text().notNull(),
  title: text().notNull(),
  input: jsonb().notNull(),
  state: text().$type<"queued" | "running" | "done" | "failed" | "cancelled">().notNull().default("queued"),
  done: doublePrecision().notNull().default(0),
  total: doublePrecision(),
  counted: text(),
  checkpoint: jsonb(),
  attempts: integer().notNull().default(0),
  worker: text(),
  createdAt: instant("created_at").notNull().defaultNow(),
  startedAt: instant("started_at"),
  heardAt: instant("heard_at"),
  endedAt: instant("ended_at"),
  cancelAskedAt: instant("cancel_asked_at"),
  cancelAskedBy: text("cancel_asked_by"),
  result: jsonb(),
  error: text(),
  repeats: uuid().references((): AnyPgColumn => jobRuns.id),
});

export const jobLines = pgTable(
  "job_lines",
  {
    runId: uuid("run_id")
      .notNull()
      .references(() => jobRuns.id),
    n: bigint({ mode: "number" }).generatedAlwaysAsIdentity(),
    at: instant("at").notNull().default(sql`clock_timestamp()`),
    text: text().notNull(),
  },
  (t) => [primaryKey({ columns: [t.runId, t.n] })],
);

export const jobSchedules = pgTable("job_schedules", {
  name: text().primaryKey(),
  cron: text().notNull(),
  startedAt: instant("started_at"),
  endedAt: instant("ended_at"),
  ok: boolean(),
  result: jsonb(),
  error: text(),
});

export const auditAnchors = pgTable(
  "audit_anchors",
  {
    orgId: uuid("org_id")
      .notNull()
      .references(() => orgs.id),
    n: bigint({ mode: "number" }).notNull(),
    digest: text().notNull(),
    at: instant("at").notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.orgId, t.n] })],
);

export const notifications = pgTable(
  "notifications",
  {
    id: bigint({ mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    orgId: uuid("org_id")
      .notNull()
      .references(() => orgs.id),
    ownerId: text("owner_id").notNull(),
    key: text().notNull(),
    kind: text().notNull(),
    status: text().$type<"ok" | "watch" | "bad" | "unknown">().notNull(),
    title: text().notNull(),
    detail: text(),
    href: text(),
    times: integer().notNull().default(1),
    toldAt: instant("told_at").notNull().defaultNow(),
    readAt: instant("read_at"),
  },
  (t) => [unique().on(t.orgId, t.ownerId, t.key)],
);
