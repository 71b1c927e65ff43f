import type { Sql } from "@/db/access";
import { boundKpi } from "./domain/kpi-now";
import type { UseCaseFacts } from "./domain/standing";
import { type Fact, known, unknown } from "./domain/three-valued";
import { listMeasured } from "@/server/measured/queries";
import { detectableEffect } from "./domain/measurability";
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
  low: number;
  mode: number;
  high: number;
}

/** What a use case promises, as the checks look at it and as a page shows it. */
export interface Promised extends Pick<UseCaseFacts, "kpis" | "expectedEffect" | "detectableEffect"> {
  effects: readonly EffectRow[];
}

export const NOTHING_PROMISED: Promised = {
  effects: [],
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
    listSeen(sql, nowMs, useCaseId),
  ]);
  const kpis = new Map(facts.map((row) => [row.id, { row, ...boundKpi(row, row.now, row.baseline) }]));
  const promises = new Map<string, Promised>();
  const bestOf = new Map<string, number>();
  for (const { useCaseId: of, kpiId, low, mode, high } of rows) {
    const found = kpis.get(kpiId);
    if (!found) continue; // a KPI of a team that they are not in
    const { row, kpi } = found;
    const detectable = seen.get(`${of} ${kpiId}`) ?? found.detectable;
    const before = promises.get(of) ?? NOTHING_PROMISED;
    const effect = { kpiId, name: row.name, unit: row.unit, now: row.now, detectable, low, mode, high };
    const standsOut = detectable.known ? mode / Math.max(detectable.value, Number.MIN_VALUE) : Number.NEGATIVE_INFINITY;
    const best = bestOf.get(of);
    const isBest = best === undefined || standsOut > best;
    if (isBest) bestOf.set(of, standsOut);
    promises.set(of, {
      effects: [...before.effects, effect],
      kpis: [...before.kpis, kpi],
      expectedEffect: isBest ? known(mode) : before.expectedEffect,
      detectableEffect: isBest ? detectable : before.detectableEffect,
    });
  }
  return promises;
}

/**
 * The least effect that can be told of use cases that went live, by use case and KPI: their baseline knows what else moves the KPI, so less of
 * what it does is noise. Of a baseline that was refused there is none.
 */
async function listSeen(sql: Sql, nowMs: number, useCaseId: string | null): Promise<ReadonlyMap<string, Fact<number>>> {
  const live = await listMeasured(sql, nowMs, useCaseId === null ? null : [useCaseId]);
  return new Map(
    live.flatMap(({ useCaseId: of, kpiId, measured }) => {
      if (!measured.known || !measured.value.baseline.known) return [];
      const { days, ...noise } = measured.value.baseline.value;
      return [[`${of} ${kpiId}`, known(detectableEffect(noise, days, RETURN_WINDOW_DAYS))]];
    }),
  );
}
