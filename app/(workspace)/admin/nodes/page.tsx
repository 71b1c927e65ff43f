import type { Metadata } from "next";
import { NodeLogins as Input } from "@/server/fabric/schema";
import { oneOf, scopeOf, type SearchParams } from "../../../_shell/search-params";
import { getQueryClient, Hydrate, requirePermission, trpc } from "../../../_trpc/server";
import { NodeLogins } from "./_components/node-logins";

export const metadata: Metadata = { title: "Node logins" };

export default async function NodeLoginsPage({ searchParams }: { searchParams: SearchParams }) {
  await requirePermission("fleet.manage");
  const query = await searchParams;
  const input = Input.safeParse({ q: oneOf(query, "q"), show: oneOf(query, "show") });
  const { q, show } = input.success ? input.data : Input.parse({});
  await getQueryClient().prefetchInfiniteQuery(
    trpc.fleet.logins.infiniteQueryOptions(
      { q, show, ...scopeOf(query) },
      { getNextPageParam: (page) => page.next, initialCursor: null },
    ),
  );
  return (
    <Hydrate>
      <NodeLogins />
    </Hydrate>
  );
}
