import { getQueryClient, Hydrate, trpc } from "../_trpc/server";
import { Home } from "./_home/home";

export default async function HomePage() {
  await getQueryClient().prefetchQuery(trpc.home.facts.queryOptions());
  return (
    <Hydrate>
      <Home />
    </Hydrate>
  );
}
