import { doublePrecision, integer, jsonb, pgTable, text, unique, uuid } from "drizzle-orm/pg-core";
import { cents, instant } from "./columns";
import { orgs } from "./identity";
import { jobRuns } from "./jobs";

/** Tables of db/migrations/0043-plans.sql, which holds constraints and indexes; a test compares the two. */

export const plans = pgTable("plans", {
  id: uuid().primaryKey().defaultRandom(),
  orgId: uuid("org_id")
    .notNull()
    .references(() => orgs.id),
  teamIds: uuid("team_ids").array().notNull(),
  ownerId: text("owner_id").notNull(),
  ownerName: text("owner_name").notNull(),
  goal: text().$type<"portfolio" | "minimal-set">().notNull(),
  question: jsonb().notNull(),
  questionHash: text("question_hash").notNull(),
  facts: jsonb().notNull(),
  inputHash: text("input_hash").notNull(),
  timeLimitS: doublePrecision("time_limit_s").notNull(),
  seed: integer(),
  solver: text(),
  state: text().$type<"solving" | "proven" | "stopped" | "infeasible" | "failed">().notNull().default("solving"),
  answer: jsonb().notNull().default({}),
  boundCents: cents("bound_cents"),
  gap: doublePrecision(),
  error: text(),
  runId: uuid("run_id").references(() => jobRuns.id),
  madeAt: instant("made_at").notNull().defaultNow(),
  firstAt: instant("first_at"),
  endedAt: instant("ended_at"),
  adoptedAt: instant("adopted_at"),
  adoptedBy: text("adopted_by"),
  adoptedByName: text("adopted_by_name"),
});

export const planTasks = pgTable(
  "plan_tasks",
  {
    id: uuid().primaryKey().defaultRandom(),
    orgId: uuid("org_id")
      .notNull()
      .references(() => orgs.id),
    planId: uuid("plan_id")
      .notNull()
      .references(() => plans.id),
    n: integer().notNull(),
    asset: text().notNull(),
    title: text().notNull(),
    costCents: cents("cost_cents").notNull(),
    useCaseIds: uuid("use_case_ids").array().notNull(),
    doneAt: instant("done_at"),
    doneByName: text("done_by_name"),
  },
  (t) => [unique().on(t.planId, t.n)],
);
