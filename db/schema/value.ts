import {
  type AnyPgColumn,
  doublePrecision,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uuid,
} from "drizzle-orm/pg-core";
import { cents, instant } from "./columns";
import { devices, nodes, streams } from "./fabric";
import { orgs, teams, users } from "./identity";

/** Tables of db/migrations/0041-use-cases.sql, which holds constraints and indexes; a test compares the two. */

export const useCases = pgTable("use_cases", {
  id: uuid().primaryKey().defaultRandom(),
  orgId: uuid("org_id")
    .notNull()
    .references(() => orgs.id),
  teamId: uuid("team_id")
    .notNull()
    .references(() => teams.id),
  title: text().notNull(),
  summary: text().notNull().default(""),
  intake: text().$type<"pending" | "accepted" | "rejected" | "snoozed" | "duplicate">().notNull().default("pending"),
  intakeWhy: text("intake_why"),
  snoozedUntil: instant("snoozed_until"),
  duplicateOf: uuid("duplicate_of").references((): AnyPgColumn => useCases.id),
  stage: text().$type<"idea" | "frame" | "pilot" | "prove" | "scale" | "run">().notNull().default("idea"),
  ownerId: uuid("owner_id").references(() => users.id),
  ownerConfirmedAt: instant("owner_confirmed_at"),
  sponsorId: uuid("sponsor_id").references(() => users.id),
  sponsorConfirmedAt: instant("sponsor_confirmed_at"),
  committedCents: cents("committed_cents"),
  objections: text().array(),
  option: integer().notNull().default(1),
  reviewedBy: text("reviewed_by"),
  reviewedAt: instant("reviewed_at"),
  version: integer().notNull().default(1),
  createdBy: text("created_by").notNull(),
  createdByName: text("created_by_name").notNull(),
  createdAt: instant("created_at").notNull().defaultNow(),
});

export const useCaseEstimates = pgTable(
  "use_case_estimates",
  {
    useCaseId: uuid("use_case_id")
      .notNull()
      .references(() => useCases.id),
    version: integer().notNull(),
    option: integer().notNull().default(1),
    currency: text().notNull(),
    benefitLow: cents("benefit_low").notNull(),
    benefitMode: cents("benefit_mode").notNull(),
    benefitHigh: cents("benefit_high").notNull(),
    adoptionLow: doublePrecision("adoption_low").notNull(),
    adoptionMode: doublePrecision("adoption_mode").notNull(),
    adoptionHigh: doublePrecision("adoption_high").notNull(),
    worksLow: doublePrecision("works_low").notNull(),
    worksMode: doublePrecision("works_mode").notNull(),
    worksHigh: doublePrecision("works_high").notNull(),
    oneOffLow: cents("one_off_low").notNull(),
    oneOffMode: cents("one_off_mode").notNull(),
    oneOffHigh: cents("one_off_high").notNull(),
    runLow: cents("run_low").notNull(),
    runMode: cents("run_mode").notNull(),
    runHigh: cents("run_high").notNull(),
    rampDays: integer("ramp_days").notNull(),
    shape: text().$type<"pert" | "triangular">().notNull().default("pert"),
    why: text().notNull().default(""),
    forecast: jsonb().notNull(),
    madeBy: text("made_by").notNull(),
    madeByName: text("made_by_name").notNull(),
    madeAt: instant("made_at").notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.useCaseId, t.version] })],
);

/** Of db/migrations/0048-ratings.sql. */
export const useCaseRatings = pgTable(
  "use_case_ratings",
  {
    useCaseId: uuid("use_case_id")
      .notNull()
      .references(() => useCases.id),
    version: integer().notNull(),
    rating: jsonb().notNull(),
    why: text().notNull().default(""),
    madeBy: text("made_by").notNull(),
    madeByName: text("made_by_name").notNull(),
    madeAt: instant("made_at").notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.useCaseId, table.version] })],
);

export const useCaseNeeds = pgTable("use_case_needs", {
  id: uuid().primaryKey().defaultRandom(),
  useCaseId: uuid("use_case_id")
    .notNull()
    .references(() => useCases.id),
  capability: text().notNull(),
  streamId: integer("stream_id").references(() => streams.id),
  deviceId: integer("device_id").references(() => devices.id),
  nodeId: text("node_id").references(() => nodes.id),
  slot: text(),
  costCents: cents("cost_cents").notNull().default(0),
  option: integer(),
  skill: text(),
  hours: doublePrecision(),
});

/** Of db/migrations/0049-design-options.sql. */
export const useCaseOptions = pgTable(
  "use_case_options",
  {
    useCaseId: uuid("use_case_id")
      .notNull()
      .references(() => useCases.id),
    n: integer().notNull(),
    name: text().notNull(),
    summary: text().notNull().default(""),
    hours: jsonb().notNull().default({}),
    droppedAt: instant("dropped_at"),
  },
  (table) => [primaryKey({ columns: [table.useCaseId, table.n] })],
);

export const valuePolicies = pgTable(
  "value_policies",
  {
    orgId: uuid("org_id")
      .notNull()
      .references(() => orgs.id),
    version: integer().notNull(),
    currency: text().notNull(),
    budgetCents: cents("budget_cents").notNull(),
    discountRate: doublePrecision("discount_rate").notNull(),
    weights: jsonb().notNull(),
    rankedBy: text("ranked_by").$type<"value" | "score">().notNull(),
    why: text().notNull().default(""),
    madeBy: text("made_by").notNull(),
    madeByName: text("made_by_name").notNull(),
    madeAt: instant("made_at").notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.orgId, t.version] })],
);
