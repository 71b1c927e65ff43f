import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { visitOf } from "@/server/core/context";
import { answered, noteFailure, noteRefusal } from "@/server/core/failure";
import { MAX_RPC_BATCH } from "@/server/core/domain/rpc-limits";
import { admitVisit } from "@/server/core/rates";
import { Refused } from "@/server/core/refusal";
import { enterRpc } from "@/server/core/rpc-door";
import { correlationOf } from "@/server/core/trpc";
import { appRouter } from "@/server/root";

const TURNED_AWAY: ReadonlySet<string> = new Set(["UNAUTHORIZED", "FORBIDDEN", "NOT_FOUND"]);

function handle(request: Request): Promise<Response> {
  return answered(request, async () => {
    const entry = await enterRpc(request);
    if ("refusal" in entry) throw new Refused(entry.refusal);
    const visit = visitOf(request.headers);
    await admitVisit(visit, request.headers);
    return fetchRequestHandler({
      endpoint: "/api/trpc",
      req: entry.request,
      router: appRouter,
      createContext: () => visit,
      allowMethodOverride: true,
      maxBatchSize: MAX_RPC_BATCH,
      responseMeta: () => ({ headers: { "cache-control": "no-store" } }),
      onError: ({ error, path = "?" }) => {
        if (error.code === "INTERNAL_SERVER_ERROR")
          noteFailure(error.cause ?? error, `/api/trpc/${path}`, correlationOf(error));
        else if (TURNED_AWAY.has(error.code))
          noteRefusal(error.code, `/api/trpc/${path}`, request.headers, correlationOf(error));
      },
    });
  });
}

export { handle as GET, handle as POST, handle as PUT, handle as PATCH, handle as DELETE };
