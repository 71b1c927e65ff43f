import "server-only";
import { dehydrate, HydrationBoundary } from "@tanstack/react-query";
import { createTRPCOptionsProxy } from "@trpc/tanstack-react-query";
import { headers } from "next/headers";
import { cache, type ReactNode } from "react";
import { visitOf } from "@/server/core/context";
import { appRouter } from "@/server/root";
import { makeQueryClient } from "./query-client";

export const getQueryClient = cache(makeQueryClient);

/** Queries of this request, answered without HTTP. */
export const trpc = createTRPCOptionsProxy({
  ctx: cache(async () => visitOf(await headers())),
  router: appRouter,
  queryClient: getQueryClient,
});

/** Hands what the page prefetched to the client components inside. */
export function Hydrate({ children }: { children: ReactNode }) {
  return <HydrationBoundary state={dehydrate(getQueryClient())}>{children}</HydrationBoundary>;
}
