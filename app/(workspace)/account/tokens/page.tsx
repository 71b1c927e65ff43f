import type { Metadata } from "next";
import { getQueryClient, Hydrate, trpc } from "../../../_trpc/server";
import { Tokens } from "../_components/tokens";

export const metadata: Metadata = { title: "Your tokens" };

export default async function TokensPage() {
  await getQueryClient().prefetchQuery(trpc.me.tokens.queryOptions());
  return (
    <Hydrate>
      <Tokens />
    </Hydrate>
  );
}
