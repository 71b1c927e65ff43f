import type { Metadata } from "next";
import { StreamListInput } from "@/server/fabric/domain/read-inputs";
import { getQueryClient, Hydrate, trpc } from "../../_trpc/server";
import { Streams } from "./_components/streams";

export const metadata: Metadata = { title: "Explore streams" };

export default async function StreamsPage({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  const params = await searchParams;
  const input = StreamListInput.safeParse({ q: params.q, node: params.node });
  await getQueryClient().prefetchInfiniteQuery(
    trpc.streams.list.infiniteQueryOptions(
      input.success ? { q: input.data.q, node: input.data.node, status: null } : {},
      { getNextPageParam: (page) => page.next, initialCursor: null },
    ),
  );
  return (
    <Hydrate>
      <Streams />
    </Hydrate>
  );
}
