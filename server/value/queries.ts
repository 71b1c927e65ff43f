import { z } from "zod";
import type { Sql } from "@/db/access";
import { qualityWord } from "@/sdk/wire/quality";
import { capabilityStates, type NeedRow, type ProviderFacts, providerState } from "./domain/needs";
import type { Intake, Stage } from "./domain/stages";
import { FIRST_POLICY, type Standing, standingOf, type UseCaseFacts, type ValuePolicy } from "./domain/standing";
import type { ThingFact } from "./domain/requirements";
import type { UseCaseFigures } from "./domain/use-case-figures";
import { type EffectRow, listPromises, NOTHING_PROMISED, type Promised } from "./effect-queries";
import { type HistoryRow, listHistory } from "./history-queries";

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
  figures: { low: number; mode: number; high: number }[];
  rampDays: number;
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
  version: number;
  createdByName: string;
  createdMs: number;
}

const triple = (name: string) =>
  `jsonb_build_object('low', e.${name}_low, 'mode', e.${name}_mode, 'high', e.${name}_high)`;

const TRIPLES = `jsonb_build_array(${["benefit", "adoption", "works", "one_off", "run"].map(triple).join(", ")})`;

const USE_CASES = `
  select u.id, u.team_id as "teamId", t.name as team, u.title, u.summary, u.intake, u.intake_why as "intakeWhy",
    ${ms("u.snoozed_until")} as "snoozedUntilMs", u.stage, u.owner_id as "ownerId", u.sponsor_id as "sponsorId", o.name as "ownerName", ${ms("u.owner_confirmed_at")} as "ownerConfirmedMs",
    s.name as "sponsorName", ${ms("u.sponsor_confirmed_at")} as "sponsorConfirmedMs", u.committed_cents::float8 as "committedCents",
    u.objections, u.version, u.created_by_name as "createdByName", ${ms("u.created_at")} as "createdMs",
    e.version as estimate, e.currency, e.ramp_days as "rampDays", e.forecast,
    ${TRIPLES} as figures
  from use_cases u
  join teams t on t.id = u.team_id
  left join users o on o.id = u.owner_id
  left join users s on s.id = u.sponsor_id
  left join lateral (select * from use_case_estimates e where e.use_case_id = u.id order by e.version desc limit 1) e on true`;

function figuresOf({ estimate, currency, figures, rampDays }: EstimateColumns): UseCaseFigures | null {
  const [benefitCentsPerDay, adoption, technicalProbability, oneOffCents, runCentsPerDay] = figures;
  if (estimate === null || !benefitCentsPerDay || !adoption || !technicalProbability || !oneOffCents || !runCentsPerDay)
    return null;
  return { currency, benefitCentsPerDay, adoption, technicalProbability, oneOffCents, runCentsPerDay, rampDays };
}

interface NeedColumns {
  useCaseId: string;
  id: string;
  capability: string;
  /** what people call the thing; null for what is still to be found, and for what is not theirs */
  label: string | null;
  costCents: number;
  streamId: number | null;
  deviceId: number | null;
  nodeId: string | null;
  slot: string | null;
  status: "proposed" | "accepted" | "retired" | null;
  online: boolean | null;
  lastMs: number | null;
  rateHz: number | null;
  quality: number | null;
  isPlaced: boolean | null;
}

/** A need as it was written down, with what provides it. */
export interface KnownNeed extends NeedRow {
  id: string;
  label: string | null;
  streamId: number | null;
  deviceId: number | null;
  nodeId: string | null;
  slot: string | null;
}

/** What each use case needs, with what the registry and the newest readings say of it now; of what is not theirs, nothing. */
export async function listNeeds(sql: Sql, useCaseId: string | null): Promise<Map<string, KnownNeed[]>> {
  const { rows } = await sql.query<NeedColumns>(
    `select w.use_case_id as "useCaseId", w.id, w.capability,
       case when w.stream_id is not null then s.node_id || ' / ' || s.key when w.device_id is not null then k.node_id || ' / ' || coalesce(k.name, k.key)
         when w.slot is not null then n.id || ' / model in ' || w.slot else n.id end as label, w.cost_cents::float8 as "costCents", w.stream_id as "streamId", w.device_id as "deviceId",
       w.node_id as "nodeId", w.slot, case when n.status = 'retired' then 'retired' else coalesce(s.status, n.status) end as status, n.online, ${ms("coalesce(v.ts, d.ts, m.ts)")} as "lastMs",
       coalesce(s.rate_hz, d.rate_hz) as "rateHz", v.quality,
       exists (select from jsonb_array_elements(n.slots) p where p->>'slot' = w.slot and p->>'committed' is not null) as "isPlaced"
     from use_case_needs w
     left join streams s on s.id = w.stream_id
     left join devices k on k.id = w.device_id
     left join nodes n on n.id = coalesce(w.node_id, s.node_id, k.node_id)
     left join latest_values v on v.stream_id = w.stream_id
     left join lateral (
       select max(l.ts) as ts, max(x.rate_hz) as rate_hz from streams x join latest_values l on l.stream_id = x.id
       where x.device_id = w.device_id and x.status = 'accepted') d on w.device_id is not null
     left join lateral (
       select i.ts from inference i where i.node_id = w.node_id and i.slot = w.slot and i.role = 'active' and i.ts > now() - interval '1 day'
       order by i.ts desc limit 1) m on w.slot is not null
     where $1::uuid is null or w.use_case_id = $1
     order by w.capability, label`,
    [useCaseId],
  );
  const needs = new Map<string, KnownNeed[]>();
  for (const row of rows) {
    const { id, capability, costCents, label, streamId, deviceId, nodeId, slot } = row;
    const thing = { id, label, streamId, deviceId, nodeId, slot };
    const need: KnownNeed = { ...thing, capability, costCents, thing: thingOf(row), provider: providerOf(row) };
    const before = needs.get(row.useCaseId);
    if (before) before.push(need);
    else needs.set(row.useCaseId, [need]);
  }
  return needs;
}

function thingOf({ streamId, deviceId, nodeId, slot }: NeedColumns): string | null {
  if (streamId !== null) return `stream:${streamId}`;
  if (deviceId !== null) return `device:${deviceId}`;
  if (nodeId === null) return null;
  return slot === null ? `node:${nodeId}` : `model:${nodeId}/${slot}`;
}

function providerOf(row: NeedColumns): ProviderFacts {
  const { streamId, deviceId, nodeId, slot, status, online, lastMs, rateHz, quality } = row;
  if (streamId === null && deviceId === null && nodeId === null) return { kind: "none" };
  if (status === null || online === null) return { kind: "hidden" };
  if (streamId !== null)
    return { kind: "stream", status, nodeOnline: online, lastMs, rateHz, quality: qualityWord(quality ?? 0) };
  if (deviceId !== null) return { kind: "device", nodeOnline: online, lastMs, rateHz };
  if (slot === null) return { kind: "node", status, online };
  return { kind: "model", nodeOnline: online, isPlaced: row.isPlaced === true, lastMs };
}

/** A use case as the portfolio shows it: what was written down, and where it stands by what is known now. */
export interface PortfolioRow extends UseCaseColumns {
  estimate: number | null;
  forecast: UseCaseFacts["forecast"];
  capabilities: UseCaseFacts["capabilities"];
  standing: Standing;
}

export interface EstimateRow {
  estimate: number;
  figures: UseCaseFigures;
  forecast: NonNullable<UseCaseFacts["forecast"]>;
  why: string;
  madeByName: string;
  madeMs: number;
}

export interface UseCaseDetail {
  policy: ValuePolicy;
  row: PortfolioRow;
  needs: (KnownNeed & ThingFact)[];
  effects: readonly EffectRow[];
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
  const [policy, useCases, needs, promises, estimates, history] = await Promise.all([
    getPolicy(sql),
    sql.query<UseCaseColumns & EstimateColumns>(`${USE_CASES} where u.id = $1`, [id]),
    listNeeds(sql, id),
    listPromises(sql, nowMs, id),
    sql.query<EstimateColumns & Omit<EstimateRow, "figures" | "forecast">>(
      `select e.version as estimate, e.currency, e.ramp_days as "rampDays", e.forecast, ${TRIPLES} as figures, e.why, e.made_by_name as "madeByName",
         ${ms("e.made_at")} as "madeMs" from use_case_estimates e where e.use_case_id = $1 order by e.version desc limit 50`,
      [id],
    ),
    listHistory(sql, `use-case:${id}`),
  ]);
  const [columns] = useCases.rows;
  if (!columns) return null;
  const rows = needs.get(id) ?? [];
  const promised = promises.get(id) ?? NOTHING_PROMISED;
  return {
    policy,
    row: rowOf(columns, rows, promised, policy, nowMs),
    effects: promised.effects,
    needs: rows.map((need) => ({ ...need, ...providerState(need.provider, nowMs) })),
    estimates: estimates.rows.flatMap(({ why, madeByName, madeMs, ...estimate }) => {
      const figures = figuresOf(estimate);
      if (figures === null || estimate.estimate === null) return [];
      const forecast = Forecast.parse(estimate.forecast);
      return [{ estimate: estimate.estimate, figures, forecast, why, madeByName, madeMs }];
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
  intake: Intake;
  figures: UseCaseFigures | null;
}

/** The figures of every use case of the teams that may be seen, by title. */
export async function listFigures(sql: Sql): Promise<FiguresRow[]> {
  const { rows } = await sql.query<UseCaseColumns & EstimateColumns>(`${USE_CASES} order by lower(u.title), u.id`);
  return rows.map((row) => {
    const { id, version, teamId, team, title, summary, intake } = row;
    return { id, version, teamId, team, title, summary, intake, figures: figuresOf(row) };
  });
}

/** Every use case of the teams that may be seen, with its standing; the ranking itself is made where it is looked at. */
export async function getPortfolio(sql: Sql, nowMs: number): Promise<Portfolio> {
  const [policy, useCases, needs, promises] = await Promise.all([
    getPolicy(sql),
    sql.query<UseCaseColumns & EstimateColumns>(`${USE_CASES} order by u.created_at, u.id`),
    listNeeds(sql, null),
    listPromises(sql, nowMs, null),
  ]);
  const rows = useCases.rows.map(
    (row): PortfolioRow => rowOf(row, needs.get(row.id) ?? [], promises.get(row.id) ?? NOTHING_PROMISED, policy, nowMs),
  );
  return { policy, rows, asOfMs: nowMs };
}

function rowOf(
  { figures, currency, rampDays, ...row }: UseCaseColumns & EstimateColumns,
  needs: readonly NeedRow[],
  { kpis, expectedEffect, detectableEffect }: Promised,
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
      figures: figuresOf({ estimate: row.estimate, currency, figures, rampDays, forecast: null }),
      forecast,
      capabilities,
      kpis,
      expectedEffect,
      detectableEffect,
    },
    policy,
    nowMs,
  );
  return { ...row, forecast, capabilities, standing };
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

/** Streams, devices, nodes and models whose name holds all of the words, streams first; at most 30. */
export async function findThings(sql: Sql, q: string): Promise<ThingChoice[]> {
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
     order by place, label limit 30`,
    [words],
  );
  return rows;
}
