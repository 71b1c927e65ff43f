import type { TestDb } from "@/db/testing";
import { PlanQuestion } from "./value/domain/plan-inputs";
import { questionHash } from "./value/domain/plan-question";

/** One of everything that belongs to a team. */
export interface TeamThings {
  team: string;
  node: string;
  stream: number;
  held: number;
  useCase: string;
  kpi: string;
  outcome: string;
  task: string;
}

const NOBODYS = "00000000-0000-4000-8000-000000000000";
/** Well formed, and nobody's. */
export const NEVER: TeamThings = {
  ...{ team: NOBODYS, node: "node-never", stream: 999_999, held: 999_999 },
  ...{ useCase: NOBODYS, kpi: NOBODYS, outcome: NOBODYS, task: NOBODYS },
};

/** Two teams of one organisation with one of everything each; a plan of the own is asked for one cent, of the other for two. */
export async function makeTwoTeams(db: TestDb): Promise<{ own: TeamThings; other: TeamThings }> {
  const things = { own: NEVER, other: NEVER };
  const org = (await db.owner.query<{ id: string }>("select id from orgs")).rows[0]?.id;
  await db.owner.query("insert into users (email, name) values ('owner@test.invalid', 'owner')");
  for (const standing of ["own", "other"] as const) {
    const made = await db.owner.query<{ id: string }>("insert into teams (org_id, name) values ($1, $2) returning id", [
      org,
      standing,
    ]);
    const team = made.rows[0]?.id ?? "";
    await db.owner.query("insert into nodes (id, status, team_id) values ($1, 'accepted', $2)", [
      `node-${standing}`,
      team,
    ]);
    const added = await db.owner.query<{ id: number }>(
      "insert into streams (node_id, key, status) values ($1, 'k', 'accepted') returning id",
      [`node-${standing}`],
    );
    const stream = added.rows[0]?.id ?? 0;
    const kept = await db.owner.query<{ id: string }>(
      "insert into quarantine (node_id, topic, reason, message, payload) values ($1, 't', 'E', 'm', 'x') returning id",
      [`node-${standing}`],
    );
    const held = Number(kept.rows[0]?.id);
    const proposed = await db.owner.query<{ id: string }>(
      "insert into use_cases (org_id, team_id, title, intake, created_by, created_by_name) values ($1, $2, $3, 'accepted', 'test', 'test') returning id",
      [org, team, standing],
    );
    const useCase = proposed.rows[0]?.id ?? "";
    const measured = await db.owner.query<{ id: string }>(
      "insert into kpis (org_id, team_id, name, created_by, created_by_name) values ($1, $2, $3, 'test', 'test') returning id",
      [org, team, standing],
    );
    const kpi = measured.rows[0]?.id ?? "";
    await db.owner.query(
      `insert into kpi_versions (kpi_id, version, unit, direction, source, time_zone, from_minute, to_minute, min_coverage, max_stale_s, is_additive,
         value_low, value_mode, value_high, currency, made_by, made_by_name)
       values ($1, 1, '1', 'up', 'manual', 'UTC', 0, 1440, 0.8, 60, false, 0, 0, 0, 'EUR', 'test', 'test')`,
      [kpi],
    );
    const wanted = await db.owner.query<{ id: string }>(
      `insert into outcomes (org_id, team_id, statement, owner_id, horizon, created_by, created_by_name)
       select $1, $2, $3, id, '2030-01-01', 'test', 'test' from users where email = 'owner@test.invalid' returning id`,
      [org, team, standing],
    );
    const outcome = wanted.rows[0]?.id ?? "";
    const asked = PlanQuestion.parse({ budgetCents: standing === "own" ? 1 : 2 });
    const doing = await db.owner.query<{ id: string }>(
      `with p as (
         insert into plans (org_id, team_ids, owner_id, owner_name, goal, question, question_hash, facts, input_hash, time_limit_s, ended_at)
         values ($1, $2, 'test', $3, 'portfolio', $4, $5, '{}', '0000000000000000', 1, now()) returning id)
       insert into plan_tasks (org_id, plan_id, n, asset, title, cost_cents, use_case_ids)
       select $1, id, 1, 'to find:flow', 'Install flow', 0, $6 from p returning id`,
      [org, [team], standing, JSON.stringify(asked), questionHash(asked), [useCase]],
    );
    const task = doing.rows[0]?.id ?? "";
    things[standing] = { team, node: `node-${standing}`, stream, held, useCase, kpi, outcome, task };
  }
  return things;
}
