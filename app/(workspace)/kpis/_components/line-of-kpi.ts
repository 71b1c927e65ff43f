import type { LineStop } from "@/components/line/the-line";
import { formatNumber } from "@/server/fabric/domain/health";
import type { KpiRow } from "@/server/value/kpi-queries";
import type { UseCaseDetail } from "@/server/value/queries";
import { lineOf } from "../../portfolio/[id]/_components/line";

/** The KPI on a line; without a link on its own page. */
export function kpiStop(
  { id, name, unit, now }: Pick<KpiRow, "id" | "name" | "unit" | "now">,
  isHere: boolean,
): LineStop {
  return {
    ...{ kind: "KPI", label: name, status: now.known ? "ok" : "unknown" },
    reason: now.known ? `${formatNumber(now.value.value)} ${unit} on ${now.value.day}` : now.why,
    ...(isHere ? {} : { href: `/kpis/${id}` }),
  };
}

/** What moves the KPI and what that stands on: of the use case each kind of part that is worst off, hollow where there is none. */
export function belowKpi(
  mover: { id: string; title: string } | undefined,
  detail: UseCaseDetail | undefined,
): LineStop[] {
  if (!mover)
    return ["use case", "model", "stream", "device", "node"].map((kind) => ({ kind, label: null, status: "unknown" }));
  const href = `/portfolio/${mover.id}`;
  if (detail?.row.id !== mover.id)
    return [{ kind: "use case", label: mover.title, status: "unknown", href, reason: "its state is being read" }];
  return lineOf(detail)
    .slice(1)
    .map((stop) => (stop.kind === "use case" ? { ...stop, href } : stop));
}

/** The stream that a KPI is computed from, where its use case names none. */
export function withOwnStream(
  stops: readonly LineStop[],
  kpi: Pick<KpiRow, "streamId" | "streamLabel" | "now">,
): LineStop[] {
  const { streamId, streamLabel, now } = kpi;
  return stops.map((stop) =>
    stop.kind !== "stream" || stop.label !== null || streamId === null || streamLabel === null
      ? stop
      : {
          ...{ kind: "stream", label: streamLabel, href: `/streams/${streamId}`, status: now.known ? "ok" : "unknown" },
          reason: now.known ? "the KPI is computed from it" : now.why,
        },
  );
}
