import type { Status } from "@/server/fabric/domain/health";
import { progressOf } from "@/server/value/domain/progress";
import type { OutcomeRow } from "@/server/value/outcome-queries";

/** How an outcome stands: one that is wanted now is as well off as the worst of its KPIs, and not known while one of them is not. */
export function outcomeStatus({ state, kpis }: Pick<OutcomeRow, "state" | "kpis">): Status {
  if (state === "missed") return "bad";
  if (state === "achieved") return "ok";
  if (state !== "active") return "unknown";
  const progress = kpis.map(progressOf);
  if (progress.some((one) => one.known && one.value.raw < 0)) return "watch";
  return progress.length > 0 && progress.every(({ known }) => known) ? "ok" : "unknown";
}
