import type { Metadata } from "next";
import { getQueryClient, Hydrate, requirePermission, trpc } from "../../../_trpc/server";
import { MeasuredOverview } from "./_components/overview";

export const metadata: Metadata = { title: "Measured value" };

export default async function MeasuredPage() {
  await requirePermission("value.read");
  await getQueryClient().prefetchQuery(trpc.measured.overview.queryOptions());
  return (
    <Hydrate>
      <MeasuredOverview />
    </Hydrate>
  );
}
