"use client";
import { QueryClientProvider, type QueryClient } from "@tanstack/react-query";
import { createTRPCClient, httpBatchStreamLink } from "@trpc/client";
import { createTRPCContext } from "@trpc/tanstack-react-query";
import { useState, type ReactNode } from "react";
import { MAX_RPC_BATCH } from "@/server/core/domain/rpc-limits";
import { wireForm } from "@/server/core/wire-form";
import type { AppRouter } from "@/server/root";
import { attentionHeaders } from "./attention";
import { makeQueryClient } from "./query-client";

export const { TRPCProvider, useTRPC } = createTRPCContext<AppRouter>();

let browserClient: QueryClient | undefined;

function getBrowserQueryClient(): QueryClient {
  if (typeof window === "undefined") return makeQueryClient();
  return (browserClient ??= makeQueryClient());
}

/** What the door refuses as a whole, before any procedure, is no answer of tRPC: its sentence becomes the error that pages show. */
async function fetchOrSay(input: RequestInfo | URL | string, init?: RequestInit): Promise<Response> {
  const response = await fetch(input, init);
  if (response.ok) return response;
  const told: unknown = await response
    .clone()
    .json()
    .catch(() => null);
  const isRefusal = typeof told === "object" && told !== null && "correlationId" in told && "message" in told;
  if (isRefusal) throw new Error(String(told.message));
  return response;
}

export function Data({ children }: { children: ReactNode }) {
  const queryClient = getBrowserQueryClient();
  const [trpcClient] = useState(() =>
    createTRPCClient<AppRouter>({
      links: [
        httpBatchStreamLink({
          transformer: wireForm,
          url: "/api/trpc",
          // Reads go by POST as well, with a header that no other site can send: server/core/rpc-door.ts says why.
          methodOverride: "POST",
          headers: () => ({ "x-tl": "1", ...attentionHeaders() }),
          maxItems: MAX_RPC_BATCH,
          fetch: fetchOrSay,
        }),
      ],
    }),
  );
  return (
    <QueryClientProvider client={queryClient}>
      <TRPCProvider trpcClient={trpcClient} queryClient={queryClient}>
        {children}
      </TRPCProvider>
    </QueryClientProvider>
  );
}
