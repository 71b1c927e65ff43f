import { defaultShouldDehydrateQuery, QueryClient } from "@tanstack/react-query";
import superjson from "superjson";

/** One client per request on the server, one per tab in the browser. Queries stop by themselves while the tab is hidden. */
export function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: { staleTime: 5_000, retry: 1, refetchIntervalInBackground: false, refetchOnWindowFocus: true },
      dehydrate: { serializeData: superjson.serialize, shouldDehydrateQuery: (query) => defaultShouldDehydrateQuery(query) || query.state.status === "pending" },
      hydrate: { deserializeData: superjson.deserialize },
    },
  });
}
