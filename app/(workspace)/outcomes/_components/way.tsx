import { Share } from "@/components/ui/share";
import { StatusText } from "@/components/ui/status";
import { formatNumber } from "@/server/fabric/domain/health";
import { progressOf } from "@/server/value/domain/progress";
import type { OutcomeKpi } from "@/server/value/outcome-queries";

/** How far a KPI is from its baseline to its target, or why nobody can say. */
export function Way({ kpi }: { kpi: OutcomeKpi }) {
  const progress = progressOf(kpi);
  if (!progress.known || !kpi.now.known)
    return <StatusText status="unknown">{progress.known ? "unknown" : progress.why}</StatusText>;
  const { share, raw } = progress.value;
  return (
    <>
      <Share ratio={share} label={`Way of ${kpi.name} to its target`} /> now {formatNumber(kpi.now.value.value)}{" "}
      {kpi.unit}
      {raw < 0 ? <StatusText status="bad">worse than its baseline</StatusText> : null}
    </>
  );
}
