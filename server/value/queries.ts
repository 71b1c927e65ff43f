import { type Shape } from "./domain/estimate";
import { z } from "zod";
import type { Sql } from "@/db/access";
import type { FindThings } from "./schema";
import { capabilityStates, type NeedRow, providerState } from "./domain/needs";
import { type Intake, intakeAt, type Stage } from "./domain/stages";
import { FIRST_POLICY, type Standing, standingOf, type UseCaseFacts, type ValuePolicy } from "./domain/standing";
import type { ThingFact } from "./domain/requirements";
import type { UseCaseFigures } from "./domain/use-case-figures";
import { isOf } from "./domain/ways";
import {
  type EffectRow,
  listEffectsOfAll,
  listPromises,
  NOTHING_PROMISED,
  type Promised,
  type WrittenEffect,
} from "./effect-queries";
import { type HistoryRow, listHistory } from "./history-queries";
import { type KnownNeed, listNeeds, listNeedsOfAll } from "./need-queries";
import { listOptions, type OptionRow } from "./option-queries";

const ms = (column: string) => `(extract(epoch from ${column}) * 1000)::float8`;

const Weights = z.object({ value: z.number(), readiness: z.number(), kpiClarity: z.number(), sponsorship: z.number() });

/** The newest policy of the organisation, or the one that holds before anybody decided. */
export async function getPolicy(sql: Sql): Promise<ValuePolicy> {
  const { rows } = await sql.query<Omit<ValuePolicy, "weights"> & { weights: unknown }>(
    `select version, currency, budget_cents::float8 as "budgetCents", discount_rate as "discountRate", weights, ranked_by as "rankedBy"
     from value_policies order by version desc limit 1`,
  );
  const [newest] = rows;
  return newest ? { ...newest, weights: Weights.parse(newest.weights) } : FIRST_POLICY;
}

const Forecast = z.object({ p10: z.number(), p50: z.number(), p90: z.number(), chanceOfGain: z.number() });

interface EstimateColumns {
  estimate: number | null;
  currency: string;
  figures: number[];
  rampDays: number;
  shape: Shape;
  forecast: unknown;
}

interface UseCaseColumns {
  id: string;
  teamId: string;
  team: string;
  title: string;
  summary: string;
  intake: Intake;
  intakeWhy: string | null;
  snoozedUntilMs: number | null;
  stage: Stage;
  ownerId: string | null;
  sponsorId: string | null;
  ownerName: string | null;
  ownerConfirmedMs: number | null;
  sponsorName: string | null;
  sponsorConfirmedMs: number | null;
  committedCents: number | null;
  objections: string[] | null;
  /** number of the way to do it that is chosen; all that is shown is of this one */
  option: number;
  version: number;
  createdByName: string;
  createdMs: number;
}

/** Low, mode and high of each figure in a row of numbers: built by name they took longer than everything else of the list. */
const FIGURE_COLUMNS = ["benefit", "adoption", "works", "one_off", "run"].map(
  (name) => `e.${name}_low, e.${name}_mode, e.${name}_high`,
);
const ESTIMATE = `e.version as estimate, e.currency, e.ramp_days as "rampDays", e.shape, array[${FIGURE_COLUMNS.join(", ")}]::float8[] as figures,
  json_build_object('p10', e.forecast->'p10', 'p50', e.forecast->'p50', 'p90', e.forecast->'p90', 'chanceOfGain', e.forecast->'chanceOfGain') as forecast`;

const USE_CASES = `
  select u.id, u.team_id as "teamId", t.name as team, u.title, u.summary, u.intake, u.intake_why as "intakeWhy",
    ${ms("u.snoozed_until")} as "snoozedUntilMs", u.stage, u.owner_id as "ownerId", u.sponsor_id as "sponsorId", o.name as "ownerName", ${ms("u.owner_confirmed_at")} as "ownerConfirmedMs",
    s.name as "sponsorName", ${ms("u.sponsor_confirmed_at")} as "sponsorConfirmedMs", u.committed_cents::float8 as "committedCents",
    u.objections, u.option, u.version, u.created_by_name as "createdByName", ${ms("u.created_at")} as "createdMs",
    ${ESTIMATE}
  from use_cases u
  join teams t on t.id = u.team_id
  left join users o on o.id = u.owner_id
  left join users s on s.id = u.sponsor_id
  left join (select distinct on (e.use_case_id) e.* from use_case_estimates e join use_cases c on c.id = e.use_case_id and c.option = e.option
    order by e.use_case_id, e.version desc) e on e.use_case_id = u.id`;

function figuresOf({ estimate, currency, figures, rampDays, shape }: EstimateColumns): UseCaseFigures | null {
  if (estimate === null) return null;
  const [benefitCentsPerDay, adoption, technicalProbability, oneOffCents, runCentsPerDay] = [0, 3, 6, 9, 12].map(
    (at) => ({
      low: figures[at] ?? Number.NaN,
      mode: figures[at + 1] ?? Number.NaN,
      high: figures[at + 2] ?? Number.NaN,
    }),
  );
  if (!benefitCentsPerDay || !adoption || !technicalProbability || !oneOffCents || !runCentsPerDay) return null;
  return { currency, benefitCentsPerDay, adoption, technicalProbability, oneOffCents, runCentsPerDay, rampDays, shape };
}

/** A use case as the portfolio shows it: what was written down, and where it stands by what is known now. */
export interface PortfolioRow extends UseCaseColumns {
  estimate: number | null;
  forecast: UseCaseFacts["forecast"];
  capabilities: UseCaseFacts["capabilities"];
  /** day from go-live on which it was paid back in cash, as measured; null where it was not, or nobody can say */
  paidBackDay: number | null;
  standing: Standing;
}

export interface EstimateRow {
  estimate: number;
  /** the way that it is of */
  option: number;
  figures: UseCaseFigures;
  forecast: NonNullable<UseCaseFacts["forecast"]>;
  why: string;
  madeByName: string;
  madeMs: number;
}

/** A way to do it, with how many of the capabilities that it needs are there now. */
export interface WayRow extends OptionRow {
  there: number;
  needed: number;
}

export interface UseCaseDetail {
  policy: ValuePolicy;
  row: PortfolioRow;
  /** the ways to do it; empty while there is one, which has no name */
  options: readonly WayRow[];
  /** of every way */
  needs: (KnownNeed & ThingFact)[];
  /** of the chosen way, as they are known now */
  effects: readonly EffectRow[];
  /** of every way, as they were written down */
  promised: readonly WrittenEffect[];
  estimates: EstimateRow[];
  history: HistoryRow[];
  asOfMs: number;
}

export interface Portfolio {
  policy: ValuePolicy;
  rows: PortfolioRow[];
  asOfMs: number;
}

/** One use case with all that is written about it; null where there is none, or none of theirs. */
export async function findUseCase(sql: Sql, id: string, nowMs: number): Promise<UseCaseDetail | null> {
  const [policy, useCases, needs, promises, estimates, history, options, written] = await Promise.all([
    getPolicy(sql),
    sql.query<UseCaseColumns & EstimateColumns>(`${USE_CASES} where u.id = $1`, [id]),
    listNeedsOfAll(sql, [id]),
    listPromises(sql, nowMs, id),
    sql.query<EstimateColumns & Omit<EstimateRow, "figures" | "forecast">>(
      `select ${ESTIMATE}, e.option, e.why, e.made_by_name as "madeByName",
         ${ms("e.made_at")} as "madeMs" from use_case_estimates e where e.use_case_id = $1 order by e.version desc limit 50`,
      [id],
    ),
    listHistory(sql, `use-case:${id}`),
    listOptions(sql, id),
    listEffectsOfAll(sql, id),
  ]);
  const [columns] = useCases.rows;
  if (!columns) return null;
  const rows = needs.get(id) ?? [];
  const promised = promises.get(id) ?? NOTHING_PROMISED;
  return {
    policy,
    row: rowOf(columns, rows.filter(isOf(columns.option)), promised, policy, nowMs),
    options: (options.get(id) ?? []).map((option) => {
      const capabilities = capabilityStates(rows.filter(isOf(option.n)), nowMs);
      const there = capabilities.filter(({ state }) => state === "satisfied").length;
      return { ...option, there, needed: capabilities.length };
    }),
    effects: promised.effects,
    promised: written.get(id) ?? [],
    needs: rows.map((need) => ({ ...need, ...providerState(need.provider, nowMs) })),
    estimates: estimates.rows.flatMap(({ option, why, madeByName, madeMs, ...estimate }) => {
      const figures = figuresOf(estimate);
      if (figures === null || estimate.estimate === null) return [];
      const forecast = Forecast.parse(estimate.forecast);
      return [{ estimate: estimate.estimate, option, figures, forecast, why, madeByName, madeMs }];
    }),
    history,
    asOfMs: nowMs,
  };
}

/** A use case with its newest figures and nothing else. */
export interface FiguresRow {
  id: string;
  version: number;
  teamId: string;
  team: string;
  title: string;
  summary: string;
  /** as it was decided; a snooze may be over by `snoozedUntilMs` */
  intake: Intake;
  snoozedUntilMs: number | null;
  stage: Stage;
  figures: UseCaseFigures | null;
}

/** The newest figures of every way to do every use case of the teams that may be seen, by use case and number of the way. */
export async function listFiguresOfAll(sql: Sql): Promise<ReadonlyMap<string, ReadonlyMap<number, UseCaseFigures>>> {
  const { rows } = await sql.query<EstimateColumns & { useCaseId: string; option: number }>(
    `select distinct on (e.use_case_id, e.option) e.use_case_id as "useCaseId", e.option, ${ESTIMATE} from use_case_estimates e
     order by e.use_case_id, e.option, e.version desc`,
  );
  const all = new Map<string, Map<number, UseCaseFigures>>();
  for (const row of rows) {
    const figures = figuresOf(row);
    if (figures)
      all.set(row.useCaseId, (all.get(row.useCaseId) ?? new Map<number, UseCaseFigures>()).set(row.option, figures));
  }
  return all;
}

/** The figures of every use case of the teams that may be seen, by title. */
export async function listFigures(sql: Sql): Promise<FiguresRow[]> {
  const { rows } = await sql.query<UseCaseColumns & EstimateColumns>(`${USE_CASES} order by lower(u.title), u.id`);
  return rows.map((row) => {
    const { id, version, teamId, team, title, summary, intake, snoozedUntilMs, stage } = row;
    return { id, version, teamId, team, title, summary, intake, snoozedUntilMs, stage, figures: figuresOf(row) };
  });
}

/**
 * Every use case of the teams that may be seen, with its standing; the ranking itself is made where it is looked at.
 *
 * @param team of this one alone; null = of all
 */
export async function getPortfolio(sql: Sql, nowMs: number, team: string | null = null): Promise<Portfolio> {
  const [policy, useCases, needs, promises] = await Promise.all([
    getPolicy(sql),
    sql.query<UseCaseColumns & EstimateColumns>(
      `${USE_CASES} where $1::uuid is null or u.team_id = $1 order by u.created_at, u.id`,
      [team],
    ),
    listNeeds(sql, null),
    listPromises(sql, nowMs, null),
  ]);
  const rows = useCases.rows.map(
    (row): PortfolioRow => rowOf(row, needs.get(row.id) ?? [], promises.get(row.id) ?? NOTHING_PROMISED, policy, nowMs),
  );
  return { policy, rows, asOfMs: nowMs };
}

function rowOf(
  { figures, currency, rampDays, shape, ...row }: UseCaseColumns & EstimateColumns,
  needs: readonly NeedRow[],
  { kpis, expectedEffect, detectableEffect, remedies, paidBackDay }: Promised,
  policy: ValuePolicy,
  nowMs: number,
): PortfolioRow {
  const forecast = row.estimate === null ? null : Forecast.parse(row.forecast);
  const capabilities = capabilityStates(needs, nowMs);
  const standing = standingOf(
    {
      id: row.id,
      owner: { person: row.ownerName, confirmedAtMs: row.ownerConfirmedMs },
      sponsor: { person: row.sponsorName, confirmedAtMs: row.sponsorConfirmedMs },
      committedCents: row.committedCents,
      objections: row.objections,
      figures: figuresOf({ estimate: row.estimate, currency, figures, rampDays, shape, forecast: null }),
      forecast,
      capabilities,
      kpis,
      expectedEffect,
      detectableEffect,
      remedies,
    },
    policy,
    nowMs,
  );
  return { ...row, intake: intakeAt(row, nowMs), forecast, capabilities, paidBackDay, standing };
}

/** Somebody who can own or sponsor a use case. */
export interface PersonChoice {
  id: string;
  name: string;
}

export async function listPeople(sql: Sql): Promise<PersonChoice[]> {
  const { rows } = await sql.query<PersonChoice>(
    "select id, name from users where disabled_at is null order by lower(name), id limit 1000",
  );
  return rows;
}

/** A thing of the plant that can provide a capability. */
export interface ThingChoice {
  label: string;
  kind: "stream" | "device" | "node" | "model";
  streamId: number | null;
  deviceId: number | null;
  nodeId: string | null;
  slot: string | null;
}

/** Streams, devices, nodes and models whose name holds all of the words, streams first; at most 30. @param kinds of these alone */
export async function findThings(sql: Sql, { q, kinds }: FindThings): Promise<ThingChoice[]> {
  const words = q
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  const { rows } = await sql.query<ThingChoice>(
    `select * from (
       select s.node_id || ' / ' || s.key as label, 'stream' as kind, s.id as "streamId", null::int as "deviceId", null as "nodeId", null as slot, 0 as place
         from streams s join nodes n on n.id = s.node_id where s.status = 'accepted' and n.status <> 'retired'
       union all select d.node_id || ' / ' || coalesce(d.name, d.key), 'device', null, d.id, null, null, 1 from devices d join nodes n on n.id = d.node_id where n.status <> 'retired'
       union all select n.id || ' / model in ' || (p->>'slot'), 'model', null, null, n.id, p->>'slot', 2
         from nodes n cross join jsonb_array_elements(n.slots) p where n.status = 'accepted' and p->>'slot' is not null
       union all select n.id, 'node', null, null, n.id, null, 3 from nodes n where n.status = 'accepted') things
     where not exists (select from unnest($1::text[]) w where strpos(lower(label), w) = 0)
       and ($2::text[] is null or kind = any ($2))
     order by place, label limit 30`,
    [words, kinds ?? null],
  );
  return rows;
}
