import { MINUTES_OF_DAY, minuteShown } from "@/server/value/domain/kpi";
import type { KpiRow } from "@/server/value/kpi-queries";

const STATS = { mean: "mean", min: "lowest", max: "highest", integral: "mean × hours" } as const;

/** What a KPI is made of, in a few words. */
export function kpiSource(kpi: KpiRow): string {
  const { source, stat, streamLabel, streamUnit, unit, fromMinute, toMinute } = kpi;
  const hours =
    fromMinute === 0 && toMinute === MINUTES_OF_DAY ? "" : `, ${minuteShown(fromMinute)} to ${minuteShown(toMinute)}`;
  if (source === "manual") return "entered by hand";
  if (source === "import") return "from another system, by a file";
  if (source === "device") return healthOf(kpi, hours);
  if (source !== "stream") return `from ${source}s`;
  const of = streamLabel ?? "a stream that is not yours to see";
  const taken = streamLabel !== null && streamUnit === null ? `, which says no unit and is taken to fit ${unit}` : "";
  return `${stat === null ? "" : STATS[stat]} of ${of}${taken}${hours}`;
}

function healthOf({ deviceLabel, nodeId, deviceId }: KpiRow, hours: string): string {
  if (nodeId === null && deviceId === null) return "the health of a device, and nobody has chosen one";
  return `share of the readings due from ${deviceLabel ?? "a device that is not yours to see"}${hours}`;
}
