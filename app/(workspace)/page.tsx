import { scopeOf, type SearchParams } from "../_shell/search-params";
import { getQueryClient, Hydrate, trpc } from "../_trpc/server";
import { Home } from "./_home/home";

export default async function HomePage({ searchParams }: { searchParams: SearchParams }) {
  await getQueryClient().prefetchQuery(trpc.home.facts.queryOptions(scopeOf(await searchParams)));
  return (
    <Hydrate>
      <Home />
    </Hydrate>
  );
}
