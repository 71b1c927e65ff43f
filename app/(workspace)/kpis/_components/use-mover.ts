"use client";
import { useQuery } from "@tanstack/react-query";
import type { LineStop } from "@/components/line/the-line";
import type { KpiRow } from "@/server/value/kpi-queries";
import { useTRPC } from "../../../_trpc/client";
import { belowKpi } from "./line-of-kpi";

/** The line below a KPI, as it is now: from the first use case that moves it down to the node. */
export function useBelowKpi(kpi: Pick<KpiRow, "movedBy"> | undefined, intervalMs: number | false): LineStop[] {
  const [mover] = kpi?.movedBy ?? [];
  const { data } = useQuery({
    ...useTRPC().value.get.queryOptions({ id: mover?.id ?? "" }),
    enabled: mover !== undefined,
    refetchInterval: intervalMs,
  });
  return belowKpi(mover, data);
}
