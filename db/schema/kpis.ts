import {
  bigint,
  boolean,
  date,
  doublePrecision,
  integer,
  pgTable,
  primaryKey,
  text,
  unique,
  uuid,
} from "drizzle-orm/pg-core";
import { instant } from "./columns";
import { devices, nodes, streams } from "./fabric";
import { orgs, teams, users } from "./identity";
import { useCases } from "./value";

/** Tables of db/migrations/0042-kpis.sql and 0053-kpi-devices.sql, which hold constraints and indexes; a test compares the two. */

export const kpis = pgTable("kpis", {
  id: uuid().primaryKey().defaultRandom(),
  orgId: uuid("org_id")
    .notNull()
    .references(() => orgs.id),
  teamId: uuid("team_id")
    .notNull()
    .references(() => teams.id),
  name: text().notNull(),
  ownerId: uuid("owner_id").references(() => users.id),
  version: integer().notNull().default(1),
  createdBy: text("created_by").notNull(),
  createdByName: text("created_by_name").notNull(),
  createdAt: instant("created_at").notNull().defaultNow(),
});

export const kpiVersions = pgTable(
  "kpi_versions",
  {
    kpiId: uuid("kpi_id")
      .notNull()
      .references(() => kpis.id),
    version: integer().notNull(),
    unit: text().notNull(),
    direction: text().$type<"up" | "down" | "band">().notNull(),
    bandLow: doublePrecision("band_low"),
    bandHigh: doublePrecision("band_high"),
    source: text().$type<"stream" | "manual" | "import" | "device" | "model" | "rollout" | "training">().notNull(),
    streamId: integer("stream_id").references(() => streams.id),
    nodeId: text("node_id").references(() => nodes.id),
    deviceId: integer("device_id").references(() => devices.id),
    stat: text().$type<"mean" | "min" | "max" | "integral">(),
    timeZone: text("time_zone").notNull(),
    fromMinute: integer("from_minute").notNull(),
    toMinute: integer("to_minute").notNull(),
    dueEveryS: integer("due_every_s"),
    minCoverage: doublePrecision("min_coverage").notNull(),
    maxStaleS: integer("max_stale_s").notNull(),
    isAdditive: boolean("is_additive").notNull(),
    valueLow: doublePrecision("value_low").notNull(),
    valueMode: doublePrecision("value_mode").notNull(),
    valueHigh: doublePrecision("value_high").notNull(),
    currency: text().notNull(),
    why: text().notNull().default(""),
    madeBy: text("made_by").notNull(),
    madeByName: text("made_by_name").notNull(),
    madeAt: instant("made_at").notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.kpiId, t.version] })],
);

export const kpiApprovals = pgTable(
  "kpi_approvals",
  {
    kpiId: uuid("kpi_id").notNull(),
    version: integer().notNull(),
    approvedBy: text("approved_by").notNull(),
    approvedByName: text("approved_by_name").notNull(),
    approvedAt: instant("approved_at").notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.kpiId, t.version] })],
);

export const kpiValues = pgTable(
  "kpi_values",
  {
    kpiId: uuid("kpi_id").notNull(),
    version: integer().notNull(),
    day: date().notNull(),
    revision: integer().notNull(),
    value: doublePrecision(),
    n: bigint({ mode: "number" }).notNull(),
    coverage: doublePrecision().notNull(),
    quality: text().$type<"good" | "thin" | "empty" | "manual">().notNull(),
    madeByName: text("made_by_name").notNull(),
    madeAt: instant("made_at").notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.kpiId, t.version, t.day, t.revision] })],
);

export const outcomes = pgTable("outcomes", {
  id: uuid().primaryKey().defaultRandom(),
  orgId: uuid("org_id")
    .notNull()
    .references(() => orgs.id),
  teamId: uuid("team_id")
    .notNull()
    .references(() => teams.id),
  statement: text().notNull(),
  ownerId: uuid("owner_id")
    .notNull()
    .references(() => users.id),
  horizon: date().notNull(),
  state: text().$type<"draft" | "active" | "achieved" | "missed" | "retired">().notNull().default("draft"),
  version: integer().notNull().default(1),
  createdBy: text("created_by").notNull(),
  createdByName: text("created_by_name").notNull(),
  createdAt: instant("created_at").notNull().defaultNow(),
});

export const outcomeKpis = pgTable(
  "outcome_kpis",
  {
    outcomeId: uuid("outcome_id")
      .notNull()
      .references(() => outcomes.id),
    kpiId: uuid("kpi_id")
      .notNull()
      .references(() => kpis.id),
    baseline: doublePrecision().notNull(),
    target: doublePrecision().notNull(),
  },
  (t) => [primaryKey({ columns: [t.outcomeId, t.kpiId] })],
);

export const useCaseEffects = pgTable(
  "use_case_effects",
  {
    useCaseId: uuid("use_case_id")
      .notNull()
      .references(() => useCases.id),
    kpiId: uuid("kpi_id")
      .notNull()
      .references(() => kpis.id),
    low: doublePrecision().notNull(),
    mode: doublePrecision().notNull(),
    high: doublePrecision().notNull(),
    option: integer(),
  },
  (t) => [unique().on(t.useCaseId, t.kpiId, t.option).nullsNotDistinct()],
);
