import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { visitOf } from "@/server/core/context";
import { refuseChange } from "@/server/core/same-origin";
import { appRouter } from "@/server/root";

function handle(request: Request): Promise<Response> {
  return fetchRequestHandler({
    endpoint: "/api/trpc",
    req: request,
    router: appRouter,
    createContext: () => visitOf(request.headers),
    onError: ({ error, path }) => {
      if (error.code === "INTERNAL_SERVER_ERROR") console.error(`tRPC ${path ?? "?"} failed`, error.cause ?? error);
    },
  });
}

export const GET = handle;

export function POST(request: Request): Promise<Response> | Response {
  const refusal = refuseChange(request.headers);
  return refusal === null ? handle(request) : Response.json({ error: refusal }, { status: 403 });
}
