import type { Metadata } from "next";
import { getQueryClient, Hydrate, requirePermission, trpc } from "../../_trpc/server";
import { Kpis } from "./_components/kpis";

export const metadata: Metadata = { title: "KPIs" };

export default async function KpisPage() {
  await requirePermission("value.read");
  await getQueryClient().prefetchQuery(trpc.value.kpis.queryOptions());
  return (
    <Hydrate>
      <Kpis />
    </Hydrate>
  );
}
