import { sql } from "drizzle-orm";
import {
  boolean,
  doublePrecision,
  foreignKey,
  index,
  integer,
  bigint,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  unique,
  uuid,
} from "drizzle-orm/pg-core";

/** Tables of db/migrations/0002-fabric.sql, which holds the constraints; a test compares the two. */

export type AcceptanceStatus = "proposed" | "accepted" | "retired";

export const sites = pgTable("sites", {
  id: text().primaryKey(),
  name: text().notNull(),
  timeZone: text("time_zone").notNull().default("UTC"),
  orgId: uuid("org_id").notNull().default(sql`first_org()`),
  createdAt: timestamp("created_at", { withTimezone: true }).notNull().defaultNow(),
});

/** One edge worker or device with its own identity at the broker. */
export const nodes = pgTable(
  "nodes",
  {
    id: text().primaryKey(),
    siteId: text("site_id").references(() => sites.id),
    teamId: uuid("team_id").notNull().default(sql`first_team()`),
    name: text(),
    status: text().$type<AcceptanceStatus>().notNull().default("proposed"),
    trusted: boolean().notNull().default(false),
    tokenHash: text("token_hash"),
    loginSetAt: timestamp("login_set_at", { withTimezone: true }),
    labels: jsonb().$type<Record<string, string>>().notNull().default({}),
    arch: text(),
    memMb: integer("mem_mb"),
    sdk: text(),
    agent: text(),
    capabilities: text().array().notNull().default([]),
    boot: text(),
    epoch: text(),
    clockSource: text("clock_source"),
    clockOffsetMs: doublePrecision("clock_offset_ms"),
    clockErrorMs: doublePrecision("clock_error_ms"),
    online: boolean().notNull().default(false),
    onlineWhy: text("online_why"),
    onlineChangedAt: timestamp("online_changed_at", { withTimezone: true }),
    lastSeenAt: timestamp("last_seen_at", { withTimezone: true }),
    bornAt: timestamp("born_at", { withTimezone: true }),
    bufferBytes: bigint("buffer_bytes", { mode: "number" }),
    bufferLimitBytes: bigint("buffer_limit_bytes", { mode: "number" }),
    bufferOldestAt: timestamp("buffer_oldest_at", { withTimezone: true }),
    slots: jsonb().$type<unknown[]>().notNull().default([]),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull().defaultNow(),
    retiredAt: timestamp("retired_at", { withTimezone: true }),
    retiredBy: text("retired_by"),
    retiredFrom: text("retired_from").$type<Exclude<AcceptanceStatus, "retired">>(),
  },
  (t) => [index("nodes_by_site").on(t.siteId)],
);

export const devices = pgTable(
  "devices",
  {
    id: integer().primaryKey().generatedAlwaysAsIdentity(),
    nodeId: text("node_id")
      .notNull()
      .references(() => nodes.id),
    key: text().notNull(),
    name: text(),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [unique().on(t.nodeId, t.key)],
);

/** One quantity at one point, with its unit (UCUM). */
export const streams = pgTable(
  "streams",
  {
    id: integer().primaryKey().generatedAlwaysAsIdentity(),
    nodeId: text("node_id")
      .notNull()
      .references(() => nodes.id),
    teamId: uuid("team_id").notNull(),
    deviceId: integer("device_id").references(() => devices.id),
    key: text().notNull(),
    quantity: text(),
    unit: text(),
    type: text().notNull().default("number"),
    rateHz: doublePrecision("rate_hz"),
    status: text().$type<AcceptanceStatus>().notNull().default("proposed"),
    plain: boolean().notNull().default(false),
    limitLow: doublePrecision("limit_low"),
    limitHigh: doublePrecision("limit_high"),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull().defaultNow(),
    acceptedAt: timestamp("accepted_at", { withTimezone: true }),
  },
  (t) => [
    unique().on(t.nodeId, t.key),
    index("streams_by_device").on(t.deviceId),
    index("streams_proposed").on(t.nodeId).where(sql`status = 'proposed'`),
  ],
);

export const births = pgTable(
  "births",
  {
    nodeId: text("node_id")
      .notNull()
      .references(() => nodes.id),
    boot: text().notNull(),
    epoch: text().notNull(),
    document: jsonb().notNull(),
    receivedAt: timestamp("received_at", { withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.nodeId, t.boot] }), index("births_latest").on(t.nodeId, t.receivedAt.desc())],
);

export const streamAliases = pgTable(
  "stream_aliases",
  {
    nodeId: text("node_id").notNull(),
    boot: text().notNull(),
    alias: integer().notNull(),
    streamId: integer("stream_id")
      .notNull()
      .references(() => streams.id),
  },
  (t) => [
    primaryKey({ columns: [t.nodeId, t.boot, t.alias] }),
    foreignKey({ columns: [t.nodeId, t.boot], foreignColumns: [births.nodeId, births.boot] }),
  ],
);

/** What a node should run and what it says it runs (wire contract §5). */
export const nodeDocuments = pgTable("node_documents", {
  nodeId: text("node_id")
    .primaryKey()
    .references(() => nodes.id),
  desired: jsonb(),
  desiredRevision: bigint("desired_revision", { mode: "number" }).notNull().default(0),
  reported: jsonb(),
  appliedRevision: bigint("applied_revision", { mode: "number" }),
  reportedAt: timestamp("reported_at", { withTimezone: true }),
});

/** What a node last said about each roll-out action (wire contract §6). */
export const actionReports = pgTable(
  "action_reports",
  {
    nodeId: text("node_id")
      .notNull()
      .references(() => nodes.id),
    action: text().notNull(),
    attempt: integer().notNull(),
    seq: bigint({ mode: "number" }).notNull(),
    state: text().notNull(),
    reason: text(),
    progress: doublePrecision(),
    detail: text(),
    reportedAt: timestamp("reported_at", { withTimezone: true }).notNull(),
    receivedAt: timestamp("received_at", { withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.nodeId, t.action] })],
);
