import {
  bigint,
  customType,
  doublePrecision,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  timestamp,
  unique,
  uuid,
} from "drizzle-orm/pg-core";
import { nodes, streams } from "./fabric";

/** Tables of db/migrations/0003-ingest.sql, which holds the constraints; a test compares the two. */

const bytea = customType<{ data: Buffer }>({ dataType: () => "bytea" });
/** Text form of PostgreSQL, such as `{[3,5),[9,12)}`. */
const int8multirange = customType<{ data: string }>({ dataType: () => "int8multirange" });

export type LaneName = "events" | "telemetry" | "inference" | "media";

/** The cursor of one lane: every batch up to `upTo` is settled, and those in `ranges` beyond it. */
export const ingestLanes = pgTable(
  "ingest_lanes",
  {
    id: integer().primaryKey().generatedAlwaysAsIdentity(),
    nodeId: text("node_id")
      .notNull()
      .references(() => nodes.id),
    epoch: text().notNull(),
    lane: text().$type<LaneName>().notNull(),
    upTo: bigint("up_to", { mode: "number" }).notNull().default(-1),
    ranges: int8multirange().notNull().default("{}"),
    watermark: timestamp({ withTimezone: true }),
    lastBatchAt: timestamp("last_batch_at", { withTimezone: true }),
  },
  (t) => [unique().on(t.nodeId, t.epoch, t.lane)],
);

/** The ledger: written in the transaction that writes the rows. */
export const ingestBatches = pgTable(
  "ingest_batches",
  {
    laneId: integer("lane_id")
      .notNull()
      .references(() => ingestLanes.id),
    batch: bigint({ mode: "number" }).notNull(),
    sha256: bytea().notNull(),
    rows: integer().notNull(),
    readings: integer().notNull(),
    rejected: text(),
    receivedAt: timestamp("received_at", { withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.laneId, t.batch] })],
);

/** Payloads kept as they came, with the reason. */
export const quarantine = pgTable("quarantine", {
  id: bigint({ mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
  nodeId: text("node_id").notNull(),
  teamId: uuid("team_id").notNull(),
  topic: text().notNull(),
  lane: text(),
  epoch: text(),
  batch: bigint({ mode: "number" }),
  reason: text().notNull(),
  field: text(),
  message: text().notNull(),
  hint: text(),
  payload: bytea().notNull(),
  properties: jsonb()
    .$type<{ contentType?: string; contentEncoding?: string; userProperties?: Record<string, string | string[]> }>()
    .notNull()
    .default({}),
  streamIds: integer("stream_ids").array(),
  status: text().$type<"held" | "replayed" | "discarded">().notNull().default("held"),
  receivedAt: timestamp("received_at", { withTimezone: true }).notNull().defaultNow(),
  decidedAt: timestamp("decided_at", { withTimezone: true }),
  decidedBy: text("decided_by"),
  outcome: jsonb(),
});

/** Rows the edge had to drop: loss is data. */
export const gaps = pgTable(
  "gaps",
  {
    id: bigint({ mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    nodeId: text("node_id")
      .notNull()
      .references(() => nodes.id),
    lane: text().$type<LaneName>().notNull(),
    epoch: text().notNull(),
    firstRow: bigint("first_row", { mode: "number" }).notNull(),
    rowCount: bigint("row_count", { mode: "number" }).notNull(),
    fromTs: timestamp("from_ts", { withTimezone: true }).notNull(),
    toTs: timestamp("to_ts", { withTimezone: true }).notNull(),
    why: text().notNull(),
    kept: text(),
    receivedAt: timestamp("received_at", { withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [unique().on(t.nodeId, t.epoch, t.lane, t.firstRow)],
);

/** The newest reading by event time of each stream. */
export const latestValues = pgTable("latest_values", {
  streamId: integer("stream_id")
    .primaryKey()
    .references(() => streams.id),
  ts: timestamp({ withTimezone: true }).notNull(),
  value: doublePrecision(),
  quality: smallint().notNull().default(0),
  receivedAt: timestamp("received_at", { withTimezone: true }).notNull().defaultNow(),
});
