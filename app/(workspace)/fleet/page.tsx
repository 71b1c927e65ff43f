import type { Metadata } from "next";
import { FleetInput } from "@/server/fabric/domain/read-inputs";
import { getQueryClient, Hydrate, trpc } from "../../_trpc/server";
import { Fleet } from "./_components/fleet";

export const metadata: Metadata = { title: "Fleet" };

export default async function FleetPage({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  const input = FleetInput.safeParse(await searchParams);
  await getQueryClient().prefetchInfiniteQuery(
    trpc.fleet.list.infiniteQueryOptions(input.success ? { q: input.data.q, show: input.data.show } : {}, {
      getNextPageParam: (page) => page.next,
      initialCursor: null,
    }),
  );
  return (
    <Hydrate>
      <Fleet />
    </Hydrate>
  );
}
