import type { RangeAxis } from "@/components/charts/range-bar";
import type { RankedRow } from "@/server/value/domain/portfolio-list";

/** Returns beyond these are drawn at the edge: one wild guess must not flatten all other bars. */
const LOWEST = -1;
const HIGHEST = 3;

/** The axis that the returns of all rows share. */
export function axisOf(rows: readonly RankedRow[]): RangeAxis {
  const forecasts = rows.flatMap(({ row: { forecast } }) => (forecast ? [forecast] : []));
  const low = Math.max(LOWEST, Math.min(-0.5, ...forecasts.map(({ p10 }) => p10)));
  const high = Math.min(HIGHEST, Math.max(0.5, ...forecasts.map(({ p90 }) => p90)));
  return { low: Math.floor(low * 10) / 10, high: Math.ceil(high * 10) / 10 };
}
