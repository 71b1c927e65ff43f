"use client";
import { type QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createTRPCClient, TRPCClientError, type TRPCLink } from "@trpc/client";
import type { inferRouterOutputs } from "@trpc/server";
import { observable } from "@trpc/server/observable";
import { NuqsTestingAdapter } from "nuqs/adapters/testing";
import { type ReactNode, useEffect, useState } from "react";
import type { AppRouter } from "@/server/root";
import { TRPCProvider } from "../../../_trpc/client";
import { makeQueryClient } from "../../../_trpc/query-client";

/**
 * `filled`: every question is answered. `stale`: answered once, refused since. `empty`: answered that there is nothing. `loading`: not
 * answered. `failed`: refused.
 */
export const STAGES = ["filled", "stale", "empty", "loading", "failed"] as const;
export type Stage = (typeof STAGES)[number];

type Outputs = inferRouterOutputs<AppRouter>;
/** What procedures answer, by the router and their name. */
export type Answers = { readonly [R in keyof Outputs]?: Partial<Outputs[R]> };

interface StagedProps {
  stage: Stage;
  filled: Answers;
  /** What is answered where there is nothing; what is not in it is answered as when there is. */
  empty: Answers;
  /** Procedures that answer in the other states too: what the page is about, where the state of a part of it is looked at. */
  always: readonly string[];
  /** The parameters of the page's address. */
  address: string;
  children: ReactNode;
}

/** A server of its own for what is inside, which answers as the stage has it, at once and without asking anybody. */
export function Staged({ stage, filled, empty, always, address, children }: StagedProps) {
  const [{ queries, trpc }] = useState(() => ({
    queries: stagedQueries(),
    trpc: createTRPCClient<AppRouter>({
      links: [stagedLink(stage, stage === "empty" ? [empty, filled] : [filled], always)],
    }),
  }));
  useEffect(() => (stage === "stale" ? askAgainOnce(queries) : undefined), [stage, queries]);
  return (
    <NuqsTestingAdapter searchParams={`${address}&refresh=off`} hasMemory>
      <QueryClientProvider client={queries}>
        <TRPCProvider trpcClient={trpc} queryClient={queries}>
          {children}
        </TRPCProvider>
      </QueryClientProvider>
    </NuqsTestingAdapter>
  );
}

function stagedQueries(): QueryClient {
  const client = makeQueryClient();
  client.setDefaultOptions({ queries: { retry: false, staleTime: Infinity, refetchOnWindowFocus: false } });
  return client;
}

/** Every page asks who looks at it, which is no part of what the stages are about. */
const VIEWER = "me.viewer";

function stagedLink(stage: Stage, answers: readonly Answers[], always: readonly string[]): TRPCLink<AppRouter> {
  const answered = new Set<string>();
  return () =>
    ({ op: { path, input, type } }) =>
      observable((observer) => {
        const question = `${path} ${JSON.stringify(input)}`;
        const isSettled = path === VIEWER || (stage !== "stale" && always.includes(path));
        const isRefused = stage === "failed" || (stage === "stale" && answered.has(question)) || type !== "query";
        if (!isSettled && stage === "loading") return;
        answered.add(question);
        if (!isSettled && isRefused) return observer.error(new TRPCClientError("The server answered 503."));
        const answer = answerTo(path, answers);
        if (answer === undefined) return observer.error(new TRPCClientError(`no sample answers ${path}`));
        observer.next({ result: { data: answer } });
        observer.complete();
      });
}

function answerTo(path: string, answers: readonly Answers[]): unknown {
  const [router = "", name = ""] = path.split(".");
  for (const all of answers) {
    const ofRouter = Object.entries(all).find(([key]) => key === router)?.[1];
    const found = Object.entries(ofRouter ?? {}).find(([key]) => key === name);
    if (found) return found[1];
  }
  return undefined;
}

/** Asks each question a second time once it was answered. @returns what ends it */
function askAgainOnce(client: QueryClient): () => void {
  const asked = new Set<string>();
  return client.getQueryCache().subscribe(({ type, query }) => {
    if (type !== "updated" || query.state.status !== "success" || query.state.fetchStatus !== "idle") return;
    if (asked.has(query.queryHash) || query.queryKey.flat().join(".") === VIEWER) return;
    asked.add(query.queryHash);
    void client.refetchQueries({ queryKey: query.queryKey, exact: true });
  });
}
