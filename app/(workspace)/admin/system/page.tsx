import type { Metadata } from "next";
import { getQueryClient, Hydrate, trpc } from "../../../_trpc/server";
import { System } from "./_components/system";

export const metadata: Metadata = { title: "System" };

export default async function SystemPage() {
  const client = getQueryClient();
  await Promise.all([
    client.prefetchQuery(trpc.system.parts.queryOptions()),
    client.prefetchQuery(trpc.system.storage.queryOptions()),
    client.prefetchQuery(trpc.system.retention.queryOptions()),
  ]);
  return (
    <Hydrate>
      <System />
    </Hydrate>
  );
}
