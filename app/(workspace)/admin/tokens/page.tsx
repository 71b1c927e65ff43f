import type { Metadata } from "next";
import { getQueryClient, Hydrate, requirePermission, trpc } from "../../../_trpc/server";
import { ServiceTokens } from "./_components/service-tokens";

export const metadata: Metadata = { title: "Service tokens" };

export default async function ServiceTokensPage() {
  await requirePermission("tokens.manage");
  await getQueryClient().prefetchQuery(trpc.tokens.list.queryOptions());
  return (
    <Hydrate>
      <ServiceTokens />
    </Hydrate>
  );
}
