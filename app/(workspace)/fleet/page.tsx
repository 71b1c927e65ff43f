import type { Metadata } from "next";
import { FleetInput } from "@/server/fabric/domain/read-inputs";
import { oneOf, scopeOf, type SearchParams } from "../../_shell/search-params";
import { getQueryClient, Hydrate, trpc } from "../../_trpc/server";
import { Fleet } from "./_components/fleet";

export const metadata: Metadata = { title: "Fleet" };

export default async function FleetPage({ searchParams }: { searchParams: SearchParams }) {
  const query = await searchParams;
  const input = FleetInput.safeParse({ q: oneOf(query, "q"), show: oneOf(query, "show") });
  const { q, show } = input.success ? input.data : FleetInput.parse({});
  await getQueryClient().prefetchInfiniteQuery(
    trpc.fleet.list.infiniteQueryOptions(
      { q, show, ...scopeOf(query) },
      { getNextPageParam: (page) => page.next, initialCursor: null },
    ),
  );
  return (
    <Hydrate>
      <Fleet />
    </Hydrate>
  );
}
