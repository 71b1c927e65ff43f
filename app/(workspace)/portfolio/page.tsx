import type { Metadata } from "next";
import { getQueryClient, Hydrate, requirePermission, trpc } from "../../_trpc/server";
import { Portfolio } from "./_components/portfolio";

export const metadata: Metadata = { title: "Portfolio" };

export default async function PortfolioPage() {
  await requirePermission("value.read");
  await getQueryClient().prefetchQuery(trpc.value.portfolio.queryOptions());
  return (
    <Hydrate>
      <Portfolio />
    </Hydrate>
  );
}
