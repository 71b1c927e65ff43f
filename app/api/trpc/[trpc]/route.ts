import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { visitOf } from "@/server/core/context";
import { MAX_RPC_BATCH } from "@/server/core/domain/rpc-limits";
import { newCorrelationId, refusalResponse } from "@/server/core/refusal";
import { enterRpc } from "@/server/core/rpc-door";
import { correlationOf } from "@/server/core/trpc";
import { appRouter } from "@/server/root";

async function handle(request: Request): Promise<Response> {
  const entry = await enterRpc(request);
  if ("refusal" in entry) return refusalResponse(entry.refusal, newCorrelationId());
  return fetchRequestHandler({
    endpoint: "/api/trpc",
    req: entry.request,
    router: appRouter,
    createContext: () => visitOf(request.headers),
    allowMethodOverride: true,
    maxBatchSize: MAX_RPC_BATCH,
    onError: ({ error, path }) => {
      if (error.code === "INTERNAL_SERVER_ERROR")
        console.error(`tRPC ${path ?? "?"} failed (${correlationOf(error)})`, error.cause ?? error);
    },
  });
}

export { handle as GET, handle as POST, handle as PUT, handle as PATCH, handle as DELETE };
