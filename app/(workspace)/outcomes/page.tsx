import type { Metadata } from "next";
import { getQueryClient, Hydrate, requirePermission, trpc } from "../../_trpc/server";
import { Outcomes } from "./_components/outcomes";

export const metadata: Metadata = { title: "Outcomes" };

export default async function OutcomesPage() {
  await requirePermission("value.read");
  await getQueryClient().prefetchQuery(trpc.value.outcomes.queryOptions());
  return (
    <Hydrate>
      <Outcomes />
    </Hydrate>
  );
}
