import { formatAge } from "@/server/fabric/domain/health";
import { type Noise, noiseOf } from "./autocorrelation";
import { type KpiDefinition, NOT_BUILT, type Source, unitFault } from "./kpi";
import type { KpiDayValue } from "./kpi-day";
import { detectableEffect } from "./measurability";
import { BASELINE_DAYS } from "./must-meets";
import type { BoundKpi } from "./standing";
import { type Fact, known, unknown } from "./three-valued";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A window must have been computed this long after it ended: rollups and the job take minutes, a late node may take an hour. */
const COMPUTED_WITHIN_MS = 2 * HOUR_MS;
/** Days after go-live over which an effect has to show. */
const WINDOW_DAYS = 90;

/** Sources whose values people give: what was done with the last one. They are no live series, and stale by their own age. */
const GIVEN: Readonly<Partial<Record<Source, string>>> = { manual: "entered", import: "imported" };

/** What is known of a KPI at one moment. */
export interface KpiMoment {
  /** its newest window that was computed or entered, and when that window ended */
  last: KpiDayValue | null;
  endOfLastMs: number | null;
  /** false: its stream is not theirs to see */
  isSeen: boolean;
  /** why the stream's readings cannot become its unit; null when they can */
  unitWhy: string | null;
  /** newest reading of its stream; of no meaning for the health of a device, which is known to be silent */
  newestMs: number | null;
  nowMs: number;
}

/** Why no day of a KPI can be computed from its stream, as `kpiNow` says it; null when it can. */
export function unitWhyOf(kpi: Pick<KpiDefinition, "unit" | "stat">, streamUnit: string | null): string | null {
  const hint = unitFault(kpi, streamUnit)?.hint;
  return hint === undefined ? null : `it cannot be computed: ${hint.replace(/^The/, "the").replace(/\.$/, "")}`;
}

/** The value that a KPI has now, or why nobody can say: a stale or thin one is unknown, never its last good value. */
export function kpiNow(
  kpi: Pick<KpiDefinition, "source" | "maxStaleS" | "minCoverage">,
  { last, endOfLastMs, isSeen, unitWhy, newestMs, nowMs }: KpiMoment,
): Fact<{ value: number; day: string }> {
  const notBuilt = NOT_BUILT[kpi.source];
  if (notBuilt !== undefined) return unknown(notBuilt);
  const limitMs = kpi.maxStaleS * 1_000;
  const given = GIVEN[kpi.source];
  if (given === undefined) {
    const of = kpi.source === "device" ? "device" : "stream";
    if (!isSeen) return unknown(`its ${of} belongs to a team that you are not in`);
    const silent = of === "stream" ? silentWhy(unitWhy, newestMs === null ? null : nowMs - newestMs, limitMs) : null;
    if (silent !== null) return unknown(silent);
  }
  if (last === null || endOfLastMs === null)
    return unknown(given ? `nobody has ${given} a value` : "no day of it has been computed yet");
  const { day, value, quality, coverage } = last;
  if (value === null || quality === "empty") return unknown(`there is no reading of ${day}`);
  if (quality === "thin")
    return unknown(
      `${day} is covered to ${Math.floor(coverage * 100)} %, ${Math.round(kpi.minCoverage * 100)} % is the least`,
    );
  if (given !== undefined && nowMs - endOfLastMs > limitMs)
    return unknown(`the last value that was ${given} is of ${day}, ${formatAge(limitMs)} is the limit`);
  if (given === undefined && nowMs - endOfLastMs > DAY_MS + COMPUTED_WITHIN_MS)
    return unknown(`nothing was computed since ${day}`);
  return known({ value, day });
}

/** Why the stream of a KPI says nothing about now; null when it does. */
function silentWhy(unitWhy: string | null, ageMs: number | null, limitMs: number): string | null {
  if (unitWhy !== null) return unitWhy;
  if (ageMs === null) return "its stream has no reading";
  if (ageMs <= limitMs) return null;
  return `its newest reading is ${formatAge(ageMs)} old, ${formatAge(limitMs)} is the limit`;
}

/** One entry per day from the first to the last: a day without a value is null, so that neighbours are neighbours. */
export function seriesOf(days: readonly KpiDayValue[]): (number | null)[] {
  const [first] = days;
  if (!first) return [];
  const startMs = Date.parse(first.day);
  const series: (number | null)[] = [];
  for (const { day, value, quality } of days) {
    const index = Math.round((Date.parse(day) - startMs) / DAY_MS);
    while (series.length < index) series.push(null);
    series.push(quality === "good" || quality === "manual" ? value : null);
  }
  return series;
}

/** What 90 days of a KPI say about how it usually is. */
export interface Baseline {
  /** days with a value that can be used */
  usableDays: number;
  /** mean share of a day that was covered, 0–1; null without a day */
  coverage: number | null;
  /** null: the days are alike or far apart */
  noise: Noise | null;
}

/** The baseline of a KPI from its days, the oldest first. */
export function baselineOf(days: readonly KpiDayValue[]): Baseline {
  const series = seriesOf(days);
  return {
    usableDays: series.filter((value) => value !== null).length,
    coverage: series.length === 0 ? null : days.reduce((sum, { coverage }) => sum + coverage, 0) / series.length,
    noise: noiseOf(series),
  };
}

/**
 * What the checks of a use case need of a KPI: that it is alive, how long its baseline is and how well covered, and the least effect that
 * its own noise lets one see in 90 days. A KPI that is entered or imported is no live series.
 */
export function boundKpi(
  facts: Pick<BoundKpi, "name" | "hasOwner" | "hasDatedTarget"> & Pick<KpiDefinition, "source">,
  now: Fact<unknown>,
  { usableDays, coverage, noise }: Baseline,
): { kpi: BoundKpi; detectable: Fact<number> } {
  const { name, hasOwner, hasDatedTarget, source } = facts;
  return {
    kpi: {
      ...{ name, hasOwner, hasDatedTarget },
      live: GIVEN[source] !== undefined ? known(false) : now.known ? known(true) : unknown(now.why),
      baselineDays: known(usableDays),
      coverage: coverage === null ? unknown("no day of it has been computed yet") : known(coverage),
    },
    detectable:
      usableDays < BASELINE_DAYS
        ? unknown(`${name} has ${usableDays} of ${BASELINE_DAYS} days, too few to know its noise.`)
        : noise === null
          ? unknown(`All days of ${name} are alike or far apart, so its noise is not known.`)
          : known(detectableEffect(noise, usableDays, WINDOW_DAYS)),
  };
}
