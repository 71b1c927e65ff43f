import type { Sql } from "@/db/access";
import type { PlanAnswer, PlanState } from "./domain/plan-answer";
import {
  type Carrier,
  type Carriers,
  type PlanFacts,
  planFacts,
  type PlanInput,
  type WayInput,
} from "./domain/plan-facts";
import { type PlanQuestion, questionHash } from "./domain/plan-question";
import { effectsOf, isOf } from "./domain/ways";
import { listEffectsOfAll } from "./effect-queries";
import { type KnownNeed, listNeedsOfAll } from "./need-queries";
import { listOptions } from "./option-queries";
import { getPortfolio, listFiguresOfAll } from "./queries";

const ms = (column: string) => `(extract(epoch from ${column}) * 1000)::float8`;

/** The way of a use case that is done in one. */
const UNNAMED = { name: "", hours: {}, isDropped: false };

/** The facts of a plan as they are now, for whoever asks: what is another team's is not among them. */
export async function getPlanFacts(sql: Sql, question: PlanQuestion, nowMs: number): Promise<PlanFacts> {
  const [portfolio, figures, needs, effects, options] = await Promise.all([
    getPortfolio(sql, nowMs),
    listFiguresOfAll(sql),
    listNeedsOfAll(sql, null),
    question.goal === "minimal-set" ? listEffectsOfAll(sql, null) : null,
    listOptions(sql, null),
  ]);
  const waysIn = ({ id, option }: { id: string; option: number }): WayInput[] => {
    const described = options.get(id) ?? [{ ...UNNAMED, n: option }];
    return described
      .filter(({ isDropped }) => !isDropped)
      .map(({ n, name, hours }) => ({
        ...{ n, name, hours },
        figures: figures.get(id)?.get(n) ?? null,
        needs: (needs.get(id) ?? []).filter(isOf(n)),
        effects: effectsOf(effects?.get(id) ?? [], n).map(({ kpiId, name: kpi, unit, low, mode, high }) => ({
          ...{ kpiId, name: kpi, unit },
          effect: { low, mode, high },
        })),
      }));
  };
  const inputs = portfolio.rows.map((row): PlanInput => {
    const { id, title, teamId, team, intake, stage, committedCents, standing } = row;
    return {
      ...{ id, title, teamId, team, intake, stage, committedCents },
      waitsFor: standing.checks.find(({ verdict }) => verdict !== "pass")?.why ?? null,
      ways: waysIn(row),
      chosen: row.option,
    };
  });
  const carriers = question.goal === "minimal-set" ? await listCarriers(sql, [...needs.values()].flat()) : undefined;
  return planFacts(inputs, question, portfolio.policy, nowMs, carriers);
}

interface CarrierColumns {
  thing: string;
  deviceId: number | null;
  device: string | null;
  lastMs: number | null;
  rateHz: number | null;
  nodeId: string;
  status: "proposed" | "accepted" | "retired";
  online: boolean;
}

/** The device and the node that each needed stream, device or model stands on. */
async function listCarriers(sql: Sql, needs: readonly KnownNeed[]): Promise<Carriers> {
  const ids = <T>(of: (need: KnownNeed) => T | null): T[] => [...new Set(needs.flatMap((need) => of(need) ?? []))];
  const { rows } = await sql.query<CarrierColumns>(
    `select t.thing, d.id as "deviceId", n.id || ' / ' || coalesce(d.name, d.key) as device, ${ms("l.ts")} as "lastMs", l.rate_hz as "rateHz",
       n.id as "nodeId", n.status, n.online
     from (
       select 'stream:' || s.id as thing, s.device_id, s.node_id from streams s where s.id = any ($1)
       union all select 'device:' || d.id, null, d.node_id from devices d where d.id = any ($2)
       union all select 'model:' || m.node_id || '/' || m.slot, null, m.node_id
         from jsonb_to_recordset($3) as m (node_id text, slot text)) t
     join nodes n on n.id = t.node_id
     left join devices d on d.id = t.device_id
     left join lateral (
       select max(v.ts) as ts, max(x.rate_hz) as rate_hz from streams x join latest_values v on v.stream_id = x.id
       where x.device_id = d.id and x.status = 'accepted') l on d.id is not null
     order by t.thing`,
    [
      ids(({ streamId }) => streamId),
      ids(({ deviceId }) => deviceId),
      JSON.stringify(needs.flatMap(({ nodeId, slot }) => (slot === null ? [] : [{ node_id: nodeId, slot }]))),
    ],
  );
  return new Map(rows.map((row) => [row.thing, carriersIn(row)]));
}

function carriersIn({ deviceId, device, lastMs, rateHz, nodeId, status, online }: CarrierColumns): Carrier[] {
  const node: Carrier = {
    ...{ id: `node:${nodeId}`, capability: "edge node", label: nodeId },
    provider: { kind: "node", status, online },
  };
  if (deviceId === null) return [node];
  const provider = { kind: "device" as const, nodeOnline: online, lastMs, rateHz };
  return [node, { id: `device:${deviceId}`, capability: "device", label: device ?? nodeId, provider }];
}

/** A run of the optimiser, as its page shows it. */
export interface PlanRow {
  id: string;
  question: PlanQuestion;
  facts: PlanFacts;
  state: PlanState;
  answer: PlanAnswer;
  boundCents: number | null;
  gap: number | null;
  error: string | null;
  solver: string | null;
  seed: number | null;
  timeLimitS: number;
  ownerName: string;
  madeMs: number;
  firstMs: number | null;
  /** null while anything is still being worked out */
  endedMs: number | null;
  adoptedMs: number | null;
  adoptedByName: string | null;
  /** its job, of whoever may follow that */
  run: {
    id: string;
    state: "queued" | "running" | "done" | "failed" | "cancelled";
    done: number;
    total: number | null;
  } | null;
}

/** A plan whose process was never heard of again is over after this long. */
const GIVEN_UP_AFTER_MS = 900_000;

const PLANS = `
  select p.id, p.question, p.facts, p.state, p.answer, p.bound_cents::float8 as "boundCents", p.gap, p.error, p.solver, p.seed, p.time_limit_s as "timeLimitS",
    p.owner_name as "ownerName", ${ms("p.made_at")} as "madeMs", ${ms("p.first_at")} as "firstMs", ${ms("p.ended_at")} as "endedMs",
    ${ms("p.adopted_at")} as "adoptedMs", p.adopted_by_name as "adoptedByName",
    case when r.id is not null then jsonb_build_object('id', r.id, 'state', r.state, 'done', r.done, 'total', r.total) end as run
  from plans p left join job_runs r on r.id = p.run_id`;

export async function findPlan(sql: Sql, id: string, nowMs: number): Promise<PlanRow | null> {
  const { rows } = await sql.query<PlanRow>(`${PLANS} where p.id = $1`, [id]);
  return rows[0] ? settled(rows[0], nowMs) : null;
}

/** The newest plan that answers this question; null where nobody asked it. */
export async function findNewestPlan(sql: Sql, question: PlanQuestion, nowMs: number): Promise<PlanRow | null> {
  const { rows } = await sql.query<PlanRow>(`${PLANS} where p.question_hash = $1 order by p.made_at desc limit 1`, [
    questionHash(question),
  ]);
  return rows[0] ? settled(rows[0], nowMs) : null;
}

/** A plan whose job is over is over too, whatever it could still write down itself. */
function settled(plan: PlanRow, nowMs: number): PlanRow {
  if (plan.endedMs !== null) return plan;
  const isLost = nowMs - plan.madeMs > GIVEN_UP_AFTER_MS;
  const isOver = plan.run !== null && ["done", "failed", "cancelled"].includes(plan.run.state);
  if (!isLost && !isOver) return plan;
  const state = plan.state !== "solving" ? plan.state : "failed";
  const error =
    plan.run?.state === "cancelled"
      ? "It was cancelled before there was an answer."
      : "Its process ended before there was an answer.";
  return { ...plan, state, error: plan.error ?? (state === "failed" ? error : null), endedMs: nowMs };
}

/** Something that an adopted plan still has to get. */
export interface PlanTask {
  id: string;
  planId: string;
  title: string;
  /** what people call the thing; null for what is still to be found, and for what is not theirs */
  label: string | null;
  costCents: number;
  useCases: readonly { id: string; title: string }[];
  doneMs: number | null;
  doneByName: string | null;
}

/** The tasks of one plan, or those of every plan for one use case; what is open first. */
export async function listPlanTasks(
  sql: Sql,
  { planId, useCaseId }: { planId: string | null; useCaseId: string | null },
): Promise<PlanTask[]> {
  const { rows } = await sql.query<PlanTask>(
    `select t.id, t.plan_id as "planId", t.title, t.cost_cents::float8 as "costCents",
       case when s.id is not null then s.node_id || ' / ' || s.key when d.id is not null then d.node_id || ' / ' || coalesce(d.name, d.key)
         when n.id is not null then n.id || coalesce(' / model in ' || nullif(split_part(t.asset, '/', 2), ''), '') end as label,
       (select coalesce(jsonb_agg(jsonb_build_object('id', u.id, 'title', u.title) order by u.title), '[]') from use_cases u where u.id = any (t.use_case_ids)) as "useCases",
       ${ms("t.done_at")} as "doneMs", t.done_by_name as "doneByName"
     from plan_tasks t
     left join streams s on t.asset = 'stream:' || s.id
     left join devices d on t.asset = 'device:' || d.id
     left join nodes n on t.asset = 'node:' || n.id or split_part(t.asset, '/', 1) = 'model:' || n.id
     where ($1::uuid is null or t.plan_id = $1) and ($2::uuid is null or $2 = any (t.use_case_ids))
     order by t.done_at is not null, t.plan_id, t.n limit 500`,
    [planId, useCaseId],
  );
  return rows;
}
