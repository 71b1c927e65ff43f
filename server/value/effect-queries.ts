import type { Sql } from "@/db/access";
import { boundKpi } from "./domain/kpi-now";
import type { UseCaseFacts } from "./domain/standing";
import { type Fact, known, unknown } from "./domain/three-valued";
import { listMeasured } from "@/server/measured/queries";
import { detectableEffect, remedyWords } from "./domain/measurability";
import type { Estimate } from "./domain/estimate";
import type { Noise } from "./domain/autocorrelation";
import { RETURN_WINDOW_DAYS } from "./domain/ninety-day-return";
import { listKpiFacts } from "./kpi-facts-queries";

/** An effect that a use case promises: change for the better of a KPI's value of a day, in the KPI's unit. */
export interface EffectRow {
  kpiId: string;
  name: string;
  unit: string;
  now: Fact<{ value: number; day: string }>;
  /** the least effect that the KPI's own noise lets one see in 90 days */
  detectable: Fact<number>;
  /** what would make it visible, in a sentence; empty where it can be seen or nobody knows */
  remedies: string;
  low: number;
  mode: number;
  high: number;
  /** cents that one unit is worth */
  valueCents: Estimate;
}

/** What a use case promises, as the checks look at it and as a page shows it. */
export interface Promised extends Pick<UseCaseFacts, "kpis" | "expectedEffect" | "detectableEffect" | "remedies"> {
  effects: readonly EffectRow[];
  /** day from go-live on which it was paid back in cash, as measured; null where it was not, or nobody can say */
  paidBackDay: number | null;
}

export const NOTHING_PROMISED: Promised = {
  effects: [],
  paidBackDay: null,
  kpis: [],
  expectedEffect: unknown("No KPI is bound, so no effect is promised."),
  detectableEffect: unknown("No KPI is bound, so its noise is not known."),
};

/** An effect as it was written down, of whatever way. */
export interface WrittenEffect extends Pick<EffectRow, "kpiId" | "name" | "unit" | "low" | "mode" | "high"> {
  /** the way that promises it, in place of the row without one; null: promised however it is done */
  option: number | null;
}

/** What use cases promise by every way, by use case; of KPIs that they may see. @param useCaseId of this one alone */
export async function listEffectsOfAll(sql: Sql, useCaseId: string | null): Promise<Map<string, WrittenEffect[]>> {
  const { rows } = await sql.query<WrittenEffect & { useCaseId: string }>(
    `select e.use_case_id as "useCaseId", e.kpi_id as "kpiId", k.name, d.unit, e.low, e.mode, e.high, e.option
     from use_case_effects e join kpis k on k.id = e.kpi_id
     join lateral (select d.unit from kpi_versions d where d.kpi_id = k.id order by d.version desc limit 1) d on true
     where $1::uuid is null or e.use_case_id = $1 order by e.use_case_id, lower(k.name), e.kpi_id, e.option nulls first`,
    [useCaseId],
  );
  const effects = new Map<string, WrittenEffect[]>();
  for (const { useCaseId: of, ...row } of rows) effects.set(of, [...(effects.get(of) ?? []), row]);
  return effects;
}

/**
 * The KPIs that use cases promise to move, by use case. Of several the one whose effect stands out best against its noise is judged: it is
 * the one by which the use case can be proven. @param useCaseId of this one alone
 */
export async function listPromises(
  sql: Sql,
  nowMs: number,
  useCaseId: string | null,
): Promise<ReadonlyMap<string, Promised>> {
  const [{ rows }, facts, seen] = await Promise.all([
    sql.query<Pick<EffectRow, "kpiId" | "low" | "mode" | "high"> & { useCaseId: string }>(
      `select use_case_id as "useCaseId", kpi_id as "kpiId", low, mode, high from chosen_effects
       where $1::uuid is null or use_case_id = $1 order by use_case_id, kpi_id`,
      [useCaseId],
    ),
    listKpiFacts(sql, nowMs, useCaseId),
    listLive(sql, nowMs, useCaseId),
  ]);
  const kpis = new Map(facts.map((row) => [row.id, { row, ...boundKpi(row, row.now, row.baseline) }]));
  const promises = new Map<string, Promised>();
  const bestOf = new Map<string, number>();
  for (const { useCaseId: of, kpiId, low, mode, high } of rows) {
    const found = kpis.get(kpiId);
    if (!found) continue; // a KPI of a team that they are not in
    const { row, kpi } = found;
    const live = seen.noise.get(`${of} ${kpiId}`);
    const detectable = live ? known(detectableEffect(live, live.days, RETURN_WINDOW_DAYS)) : found.detectable;
    const noise = live ?? (detectable.known ? row.baseline.noise : null);
    const remedies = noise && mode > 0 ? remedyWords(mode, noise, RETURN_WINDOW_DAYS) : "";
    const before = promises.get(of) ?? NOTHING_PROMISED;
    const { name, unit, now, valueCents } = row;
    const effect = { kpiId, name, unit, now, valueCents, detectable, remedies, low, mode, high };
    const standsOut = detectable.known ? mode / Math.max(detectable.value, Number.MIN_VALUE) : Number.NEGATIVE_INFINITY;
    const best = bestOf.get(of);
    const isBest = best === undefined || standsOut > best;
    if (isBest) bestOf.set(of, standsOut);
    promises.set(of, {
      effects: [...before.effects, effect],
      paidBackDay: seen.paidBackDay.get(of) ?? null,
      kpis: [...before.kpis, kpi],
      expectedEffect: isBest ? known(mode) : before.expectedEffect,
      detectableEffect: isBest ? detectable : before.detectableEffect,
      remedies: isBest ? remedies : before.remedies,
    });
  }
  return promises;
}

/** What is measured of use cases that went live. */
interface Live {
  /**
   * By use case and KPI, what their baseline leaves of the KPI's noise: it knows what else moves the KPI, so less of what the KPI does is
   * noise. Of a baseline that was refused there is none.
   */
  noise: ReadonlyMap<string, Noise>;
  /** by use case */
  paidBackDay: ReadonlyMap<string, number>;
}

async function listLive(sql: Sql, nowMs: number, useCaseId: string | null): Promise<Live> {
  const noise = new Map<string, Noise>();
  const paidBackDay = new Map<string, number>();
  for (const { useCaseId: of, kpiId, measured } of await listMeasured(
    sql,
    nowMs,
    useCaseId === null ? null : [useCaseId],
  )) {
    if (!measured.known) continue;
    const { baseline, returns } = measured.value;
    if (baseline.known) {
      const { days, deviation, rho } = baseline.value;
      noise.set(`${of} ${kpiId}`, { days, deviation, rho });
    }
    const day = returns.known ? returns.value.cash.breakEvenDay : null;
    if (day !== null) paidBackDay.set(of, day);
  }
  return { noise, paidBackDay };
}
