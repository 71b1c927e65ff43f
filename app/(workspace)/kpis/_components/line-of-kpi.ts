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

/** The stream, device or node that a KPI is computed from, where its use case names none. */
export function withOwnSource(
  stops: readonly LineStop[],
  kpi: Pick<KpiRow, "streamId" | "streamLabel" | "nodeId" | "deviceLabel" | "deviceNodeId" | "now">,
): LineStop[] {
  const own = ownSource(kpi);
  const { now } = kpi;
  return stops.map((stop) =>
    own === null || stop.kind !== own.kind || stop.label !== null
      ? stop
      : {
          ...{ ...own, status: now.known ? "ok" : "unknown" },
          reason: now.known ? "the KPI is computed from it" : now.why,
        },
  );
}

/** What a KPI is computed from; null for one of people, and for what is not theirs to see. */
function ownSource({
  streamId,
  streamLabel,
  nodeId,
  deviceLabel,
  deviceNodeId,
}: Parameters<typeof withOwnSource>[1]): Pick<LineStop, "kind" | "label" | "href"> | null {
  if (streamId !== null && streamLabel !== null)
    return { kind: "stream", label: streamLabel, href: `/streams/${streamId}` };
  if (deviceLabel === null) return null;
  return { kind: nodeId === null ? "device" : "node", label: deviceLabel, href: `/fleet/${deviceNodeId}` };
}
