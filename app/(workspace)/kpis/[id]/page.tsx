import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { ThingId } from "@/server/value/domain/thing-id";
import { getQueryClient, Hydrate, orNotFound, requirePermission, trpc } from "../../../_trpc/server";
import { Kpi } from "./_components/kpi";

export const metadata: Metadata = { title: "KPI" };

export default async function KpiPage({ params }: { params: Promise<{ id: string }> }) {
  await requirePermission("value.read");
  const input = ThingId.safeParse(await params);
  if (!input.success) notFound();
  const found = await orNotFound(getQueryClient().fetchQuery(trpc.value.kpi.queryOptions(input.data)));
  return (
    <Hydrate>
      <Kpi id={found.kpi.id} />
    </Hydrate>
  );
}
