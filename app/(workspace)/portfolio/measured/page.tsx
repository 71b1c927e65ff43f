import type { Metadata } from "next";
import { type SearchParams, scopeOf } from "../../../_shell/search-params";
import { getQueryClient, Hydrate, requirePermission, trpc } from "../../../_trpc/server";
import { MeasuredOverview } from "./_components/overview";

export const metadata: Metadata = { title: "Measured value" };

export default async function MeasuredPage({ searchParams }: { searchParams: SearchParams }) {
  await requirePermission("value.read");
  const { team } = scopeOf(await searchParams);
  await getQueryClient().prefetchQuery(trpc.measured.overview.queryOptions({ team }));
  return (
    <Hydrate>
      <MeasuredOverview />
    </Hydrate>
  );
}
