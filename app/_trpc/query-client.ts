import { QueryClient } from "@tanstack/react-query";
import { wireForm } from "@/server/core/wire-form";

/** One client per request on the server, one per tab in the browser. Queries stop by themselves while the tab is hidden. */
export function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: { staleTime: 5_000, retry: 1, refetchIntervalInBackground: false, refetchOnWindowFocus: true },
      // Only what is there already: a query that is still under way would arrive with another time than the HTML was made with.
      dehydrate: { serializeData: wireForm.serialize },
      hydrate: { deserializeData: wireForm.deserialize },
    },
  });
}
