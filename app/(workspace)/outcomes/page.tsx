import type { Metadata } from "next";
import { type SearchParams, scopeOf } from "../../_shell/search-params";
import { getQueryClient, Hydrate, requirePermission, trpc } from "../../_trpc/server";
import { Outcomes } from "./_components/outcomes";

export const metadata: Metadata = { title: "Outcomes" };

export default async function OutcomesPage({ searchParams }: { searchParams: SearchParams }) {
  await requirePermission("value.read");
  const { team } = scopeOf(await searchParams);
  await getQueryClient().prefetchQuery(trpc.value.outcomes.queryOptions({ team }));
  return (
    <Hydrate>
      <Outcomes />
    </Hydrate>
  );
}
