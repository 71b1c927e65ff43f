import type { Metadata } from "next";
import { type SearchParams, scopeOf } from "../../_shell/search-params";
import { getQueryClient, Hydrate, requirePermission, trpc } from "../../_trpc/server";
import { Kpis } from "./_components/kpis";

export const metadata: Metadata = { title: "KPIs" };

export default async function KpisPage({ searchParams }: { searchParams: SearchParams }) {
  await requirePermission("value.read");
  const { team } = scopeOf(await searchParams);
  await getQueryClient().prefetchQuery(trpc.value.kpis.queryOptions({ team }));
  return (
    <Hydrate>
      <Kpis />
    </Hydrate>
  );
}
