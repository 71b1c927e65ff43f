import type { Metadata } from "next";
import { getQueryClient, Hydrate, trpc } from "../../../_trpc/server";
import { Sessions } from "../_components/sessions";

export const metadata: Metadata = { title: "Your sessions" };

export default async function SessionsPage() {
  await getQueryClient().prefetchQuery(trpc.me.sessions.queryOptions());
  return (
    <Hydrate>
      <Sessions />
    </Hydrate>
  );
}
