import type { Tx } from "@/db/access";
import { ownerIdOf } from "@/server/core/actor";
import { audit } from "@/server/core/audit";
import { type Ctx, NOT_HERE } from "@/server/core/context";
import { DomainError } from "@/server/core/errors";
import { insertRun } from "@/server/jobs/verbs";
import { boughtOf, chosenOf, planChanges, planLines, taskTitle } from "./domain/plan-answer";
import { type PlanFacts, priceOf } from "./domain/plan-facts";
import { questionFaults } from "./domain/plan-faults";
import type { AdoptPlan, SetPlanTask } from "./domain/plan-inputs";
import { formatMoney } from "./domain/money-words";
import { type PlanQuestion, questionHash } from "./domain/plan-question";
import { lockUseCase } from "./lock-verbs";
import { setChosen } from "./option-verbs";
import { findPlan, getPlanFacts, type PlanRow } from "./plan-queries";
import { getPolicy } from "./queries";

type VerbCtx = Pick<Ctx, "transaction" | "actor" | "now" | "sql">;

const ADOPTED = "a plan of the portfolio was adopted";
/** Seconds until the search for a better answer ends, and what was found counts. */
const TIME_LIMIT_S = 20;

/**
 * Asks the optimiser. The facts are read now and kept with the plan; the jobs process answers.
 *
 * @throws {DomainError} invalid_input at the field that keeps the question from being asked, busy
 */
export async function startPlan(ctx: VerbCtx, question: PlanQuestion): Promise<{ id: string; runId: string }> {
  const facts = await getPlanFacts(ctx.sql, question, ctx.now());
  const [fault] = questionFaults(question, facts);
  if (fault) throw new DomainError("invalid_input", fault.hint, { field: fault.field, fault: fault.code });
  return ctx.transaction(async (tx) => {
    const { rows } = await tx.query<{ id: string }>(
      `insert into plans (org_id, team_ids, owner_id, owner_name, goal, question, question_hash, facts, input_hash, time_limit_s)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning id`,
      [
        ...[ctx.actor.orgId, await teamsIn(tx, facts), ownerIdOf(ctx.actor), ctx.actor.name, question.goal],
        ...[JSON.stringify(question), questionHash(question), JSON.stringify(facts), facts.inputHash, TIME_LIMIT_S],
      ],
    );
    const id = rows[0]?.id ?? "";
    const title =
      question.goal === "portfolio"
        ? `Best portfolio for ${formatMoney(facts.budgetCents, facts.currency)}`
        : `Smallest set for ${question.targets.length} ${question.targets.length === 1 ? "target" : "targets"}`;
    const run = await insertRun(tx, ctx, {
      kind: "solve-plan",
      title,
      input: { planId: id },
      teamId: null,
      repeats: null,
    });
    await tx.query("update plans set run_id = $2 where id = $1", [id, run.id]);
    const after = { question, inputHash: facts.inputHash };
    await audit(tx, ctx, { action: "plan.start", subject: `plan:${id}`, after });
    return { id, runId: run.id };
  });
}

/** Teams of everything that facts name. */
async function teamsIn(tx: Tx, { useCases }: PlanFacts): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(
    `select distinct team_id as id from (
       select u.team_id from use_cases u where u.id = any ($1)
       union all select coalesce(s.team_id, n.team_id, o.team_id) from use_case_needs w left join streams s on s.id = w.stream_id
         left join nodes n on n.id = w.node_id left join devices d on d.id = w.device_id left join nodes o on o.id = d.node_id
         where w.use_case_id = any ($1)) t
     where team_id is not null`,
    [useCases.map(({ id }) => id)],
  );
  return rows.map(({ id }) => id);
}

/**
 * Makes a plan what is done: money is committed to everything that it chooses, and what it still has to get is written down as tasks.
 * Nothing happens when the portfolio or the plant is no longer what the plan was made from.
 *
 * @throws {DomainError} not_found; invalid_state without an answer, and for one that is adopted; conflict saying what changed;
 *   invalid_input for more money than the policy's budget
 */
export async function adoptPlan(ctx: VerbCtx, { id }: AdoptPlan): Promise<{ committed: number; tasks: number }> {
  const seen = await findPlan(ctx.sql, id, ctx.now());
  if (!seen) throw new DomainError("not_found", NOT_HERE, { id });
  const chosen = chosenOf(seen.answer);
  if (seen.state === "solving" || !chosen)
    throw new DomainError("invalid_state", "There is no answer to adopt. Wait for it, or ask anew.", { id });
  const now = await getPlanFacts(ctx.sql, seen.question, ctx.now());
  const changes = planChanges(seen.facts, now);
  if (changes.length > 0)
    throw new DomainError("conflict", `Since this plan was made: ${changes.slice(0, 3).join("; ")}. Ask anew.`, { id });
  return ctx.transaction(async (tx) => {
    // One after the other, with every other commitment: each could fit, and together they could be too much.
    await tx.query("select pg_advisory_xact_lock(hashtext('throughline budget'))");
    await lockPlan(tx, id);
    const lines = planLines(seen.facts, chosen);
    await demandBudget(tx, lines);
    const versions = await versionsOf(tx, seen);
    const added = lines.filter(({ isCommitted }) => !isCommitted);
    for (const { useCaseId, cents, way } of added) {
      const use = await lockUseCase(tx, { id: useCaseId, version: versions.get(useCaseId) ?? 0 });
      if (use.committedCents !== null || use.intake !== "accepted")
        throw new DomainError("conflict", `Somebody decided on ${use.title} meanwhile. Ask anew.`, { id });
      await tx.query("update use_cases set committed_cents = $2 where id = $1", [useCaseId, cents]);
      await audit(tx, ctx, {
        ...{ action: "use-case.commit", subject: `use-case:${useCaseId}`, teamId: use.teamId },
        ...{ before: { cents: null }, after: { cents, why: ADOPTED, plan: id } },
      });
      if (way && way.id !== String(use.option))
        await setChosen(tx, ctx, {
          ...{ id: useCaseId, teamId: use.teamId, from: use.option, to: Number(way.id) },
          ...{ name: way.name, why: ADOPTED },
        });
    }
    const tasks = await addTasks(tx, ctx, seen, chosen);
    await tx.query("update plans set adopted_at = $2, adopted_by = $3, adopted_by_name = $4 where id = $1", [
      ...[id, new Date(ctx.now()), ownerIdOf(ctx.actor), ctx.actor.name],
    ]);
    const after = { lines: lines.map(({ useCaseId, cents }) => ({ useCaseId, cents })), tasks };
    await audit(tx, ctx, { action: "plan.adopt", subject: `plan:${id}`, after });
    return { committed: added.length, tasks };
  });
}

/** @throws {DomainError} not_found, invalid_state for one that somebody adopted */
async function lockPlan(tx: Tx, id: string): Promise<void> {
  const { rows } = await tx.query<{ adoptedBy: string | null }>(
    `select adopted_by_name as "adoptedBy" from plans where id = $1 for update`,
    [id],
  );
  const [plan] = rows;
  if (!plan) throw new DomainError("not_found", NOT_HERE, { id });
  if (plan.adoptedBy !== null)
    throw new DomainError("invalid_state", `${plan.adoptedBy} adopted this plan already.`, { id });
}

async function demandBudget(tx: Tx, lines: readonly { useCaseId: string; cents: number }[]): Promise<void> {
  const { budgetCents, currency } = await getPolicy(tx);
  const { rows } = await tx.query<{ other: number }>(
    "select coalesce(sum(committed_cents), 0)::float8 as other from use_cases where not id = any ($1)",
    [lines.map(({ useCaseId }) => useCaseId)],
  );
  const total = (rows[0]?.other ?? 0) + lines.reduce((sum, { cents }) => sum + cents, 0);
  if (total <= budgetCents) return;
  const [taken, there] = [formatMoney(total, currency), formatMoney(budgetCents, currency)];
  throw new DomainError(
    "invalid_input",
    `With this plan ${taken} would be committed, and the budget of the policy is ${there}. Plan for less, or raise the budget.`,
    { field: "budgetCents" },
  );
}

async function versionsOf(tx: Tx, { facts }: PlanRow): Promise<Map<string, number>> {
  const { rows } = await tx.query<{ id: string; version: number }>(
    "select id, version from use_cases where id = any ($1) order by id for update",
    [facts.useCases.map(({ id }) => id)],
  );
  return new Map(rows.map(({ id, version }) => [id, version]));
}

/** One task per thing; of one that is open already only the use cases become more. @returns how many are new */
async function addTasks(
  tx: Tx,
  { actor }: Pick<Ctx, "actor">,
  { id, facts }: PlanRow,
  chosen: NonNullable<ReturnType<typeof chosenOf>>,
): Promise<number> {
  let n = 0;
  for (const { asset, users } of boughtOf(facts, chosen)) {
    const { rowCount } = await tx.query(
      `update plan_tasks set use_case_ids = (select array_agg(distinct x) from unnest(use_case_ids || $2::uuid[]) x)
       where asset = $1 and done_at is null and org_id = $3`,
      [asset.id, users, actor.orgId],
    );
    if (rowCount) continue;
    await tx.query(
      "insert into plan_tasks (org_id, plan_id, n, asset, title, cost_cents, use_case_ids) values ($1, $2, $3, $4, $5, $6, $7)",
      [actor.orgId, id, ++n, asset.id, taskTitle(asset), priceOf(asset), users],
    );
  }
  return n;
}

/** Says that a task of a plan is done, or after all is not. @throws {DomainError} not_found, conflict when it is so already */
export async function setPlanTask(ctx: VerbCtx, { id, isDone }: SetPlanTask): Promise<void> {
  await ctx.transaction(async (tx) => {
    const { rows } = await tx.query<{ planId: string; title: string; isDone: boolean; by: string | null }>(
      `select plan_id as "planId", title, done_at is not null as "isDone", done_by_name as by from plan_tasks where id = $1 for update`,
      [id],
    );
    const [task] = rows;
    if (!task) throw new DomainError("not_found", NOT_HERE, { id });
    if (task.isDone === isDone)
      throw new DomainError("conflict", isDone ? `${task.by ?? "Somebody"} did this already.` : "It is open already.");
    await tx.query("update plan_tasks set done_at = $2, done_by_name = $3 where id = $1", [
      ...[id, isDone ? new Date(ctx.now()) : null, isDone ? ctx.actor.name : null],
    ]);
    await audit(tx, ctx, {
      ...{ action: "plan.task", subject: `plan:${task.planId}` },
      ...{ before: { isDone: task.isDone }, after: { task: task.title, isDone } },
    });
  });
}
