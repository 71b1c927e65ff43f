import {
  bigint,
  doublePrecision,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uuid,
} from "drizzle-orm/pg-core";
import { nodes, streams } from "./fabric";

/** Tables of db/migrations/0004-records.sql, which holds constraints and indexes; a test compares the two. */

export const events = pgTable("events", {
  id: bigint({ mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
  nodeId: text("node_id")
    .notNull()
    .references(() => nodes.id),
  streamId: integer("stream_id").references(() => streams.id),
  ts: timestamp({ withTimezone: true }).notNull(),
  kind: text().notNull(),
  severity: text().$type<"info" | "low" | "medium" | "high" | "critical">(),
  data: jsonb(),
  receivedAt: timestamp("received_at", { withTimezone: true }).notNull().defaultNow(),
});

/** One run of a model at the edge; `model` is the digest of the ONNX file that made it. */
export const inference = pgTable(
  "inference",
  {
    id: uuid().notNull(),
    nodeId: text("node_id")
      .notNull()
      .references(() => nodes.id),
    slot: text().notNull(),
    model: text().notNull(),
    role: text().$type<"active" | "shadow">().notNull(),
    ts: timestamp({ withTimezone: true }).notNull(),
    input: jsonb(),
    output: jsonb().notNull(),
    score: doublePrecision(),
    label: text(),
    latencyMs: doublePrecision("latency_ms"),
    windowFrom: timestamp("window_from", { withTimezone: true }),
    windowTo: timestamp("window_to", { withTimezone: true }),
    media: text().array().notNull().default([]),
    streamIds: integer("stream_ids").array(),
    receivedAt: timestamp("received_at", { withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.id, t.ts] })],
);

export const mediaManifests = pgTable("media_manifests", {
  id: bigint({ mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
  nodeId: text("node_id")
    .notNull()
    .references(() => nodes.id),
  ts: timestamp({ withTimezone: true }).notNull(),
  sha256: text().notNull(),
  bytes: bigint({ mode: "number" }).notNull(),
  type: text().notNull(),
  stream: text(),
  fromTs: timestamp("from_ts", { withTimezone: true }),
  toTs: timestamp("to_ts", { withTimezone: true }),
  trigger: text(),
  frame: text(),
  receivedAt: timestamp("received_at", { withTimezone: true }).notNull().defaultNow(),
});
