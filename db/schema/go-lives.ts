import { date, doublePrecision, integer, pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { cents, instant } from "./columns";
import { streams } from "./fabric";
import { useCases } from "./value";

/** Tables of db/migrations/0046-go-lives.sql, which holds constraints and indexes; a test compares the two. */

export const goLives = pgTable("go_lives", {
  useCaseId: uuid("use_case_id")
    .primaryKey()
    .references(() => useCases.id),
  kpiId: uuid("kpi_id").notNull(),
  kpiVersion: integer("kpi_version").notNull(),
  liveOn: date("live_on").notNull(),
  baselineFrom: date("baseline_from").notNull(),
  oneOffCents: cents("one_off_cents").notNull(),
  runCentsPerDay: cents("run_cents_per_day").notNull(),
  usefulLifeDays: integer("useful_life_days").notNull(),
  centsPerUnit: doublePrecision("cents_per_unit").notNull(),
  currency: text().notNull(),
  estimate: integer(),
  why: text().notNull().default(""),
  madeBy: text("made_by").notNull(),
  madeByName: text("made_by_name").notNull(),
  madeAt: instant("made_at").notNull().defaultNow(),
});

export const goLiveDrivers = pgTable(
  "go_live_drivers",
  {
    useCaseId: uuid("use_case_id")
      .notNull()
      .references(() => goLives.useCaseId),
    position: integer().notNull(),
    kpiId: uuid("kpi_id"),
    kpiVersion: integer("kpi_version"),
    streamId: integer("stream_id").references(() => streams.id),
  },
  (t) => [primaryKey({ columns: [t.useCaseId, t.position] })],
);

export const goLiveAdjustments = pgTable("go_live_adjustments", {
  id: uuid().primaryKey().defaultRandom(),
  useCaseId: uuid("use_case_id")
    .notNull()
    .references(() => goLives.useCaseId),
  day: date().notNull(),
  cents: cents("cents").notNull(),
  reason: text().notNull(),
  madeBy: text("made_by").notNull(),
  madeByName: text("made_by_name").notNull(),
  madeAt: instant("made_at").notNull().defaultNow(),
});
