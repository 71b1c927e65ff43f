import type { Metadata } from "next";
import { StreamListInput } from "@/server/fabric/domain/read-inputs";
import { oneOf, scopeOf, type SearchParams } from "../../_shell/search-params";
import { getQueryClient, Hydrate, trpc } from "../../_trpc/server";
import { Streams } from "./_components/streams";

export const metadata: Metadata = { title: "Explore streams" };

export default async function StreamsPage({ searchParams }: { searchParams: SearchParams }) {
  const query = await searchParams;
  const state = oneOf(query, "state");
  const input = StreamListInput.safeParse({
    q: oneOf(query, "q"),
    node: oneOf(query, "node") ?? null,
    status: state === undefined || state === "any" ? null : state,
  });
  const { q, node, status } = input.success ? input.data : StreamListInput.parse({});
  await getQueryClient().prefetchInfiniteQuery(
    trpc.streams.list.infiniteQueryOptions(
      { q, node, ...scopeOf(query), status },
      { getNextPageParam: (page) => page.next, initialCursor: null },
    ),
  );
  return (
    <Hydrate>
      <Streams />
    </Hydrate>
  );
}
