import { getQueryClient, Hydrate, trpc } from "../_trpc/server";
import { Home } from "./_home/home";

export default async function HomePage() {
  await getQueryClient().prefetchInfiniteQuery(
    trpc.fleet.list.infiniteQueryOptions({}, { getNextPageParam: (page) => page.next, initialCursor: null }),
  );
  return (
    <Hydrate>
      <Home />
    </Hydrate>
  );
}
