import "server-only";
import { dehydrate, HydrationBoundary } from "@tanstack/react-query";
import { createTRPCOptionsProxy } from "@trpc/tanstack-react-query";
import { headers } from "next/headers";
import { notFound, redirect } from "next/navigation";
import { cache, type ReactNode } from "react";
import { visitOf } from "@/server/core/context";
import type { Action } from "@/server/core/domain/permissions";
import { DomainError } from "@/server/core/errors";
import { admitVisit } from "@/server/core/rates";
import { appRouter, signInOptions } from "@/server/root";
import { makeQueryClient } from "./query-client";

export const getQueryClient = cache(makeQueryClient);

/** Who asks for this page; looked up once, however many queries it makes. */
const visit = cache(async () => visitOf(await headers()));

/** Counts this page once as a request of whoever asks, however many of its parts require something. @throws {Refused} */
const admitted = cache(async () => admitVisit(await visit(), await headers()));

/** Sends whoever is not signed in, or no longer, to the sign-in page. What they may see is asked where it is read. */
export async function requireSignIn(): Promise<void> {
  await admitted();
  if ((await (await visit()).who()) === null) redirect("/login");
}

/** Whoever may not open a page finds what somebody finds who asks for a page that does not exist. */
export async function requirePermission(action: Action): Promise<void> {
  await requireSignIn();
  try {
    await (await visit()).as(action);
  } catch (cause) {
    if (cause instanceof DomainError && cause.code === "not_found") notFound();
    throw cause;
  }
}

/** What a page is about, read; whoever asks for what is not there, or not theirs, finds what somebody finds who mistyped the address. */
export async function orNotFound<T>(read: Promise<T>): Promise<T> {
  try {
    return await read;
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "NOT_FOUND") notFound();
    throw cause;
  }
}

export { signInOptions };

/** Queries of this request, answered without HTTP. */
export const trpc = createTRPCOptionsProxy({
  ctx: visit,
  router: appRouter,
  queryClient: getQueryClient,
});

/** Hands what the page prefetched to the client components inside. */
export function Hydrate({ children }: { children: ReactNode }) {
  return <HydrationBoundary state={dehydrate(getQueryClient())}>{children}</HydrationBoundary>;
}
