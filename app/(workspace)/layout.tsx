import { Suspense, type ReactNode } from "react";
import { LiveProvider } from "../_shell/live";
import { Shell } from "../_shell/shell";
import { getQueryClient, Hydrate, requireSignIn, trpc } from "../_trpc/server";

/** Everything for people who work here: the shell and the live line around every page. Doors stand outside this folder. */
export default async function WorkspaceLayout({ children }: { children: ReactNode }) {
  await requireSignIn();
  const queryClient = getQueryClient();
  await Promise.all([
    queryClient.prefetchQuery(trpc.me.viewer.queryOptions()),
    queryClient.prefetchQuery(trpc.fleet.waiting.queryOptions()),
    queryClient.prefetchQuery(trpc.inbox.unread.queryOptions()),
  ]);
  return (
    <Hydrate>
      <LiveProvider>
        <Suspense>
          <Shell>{children}</Shell>
        </Suspense>
      </LiveProvider>
    </Hydrate>
  );
}
