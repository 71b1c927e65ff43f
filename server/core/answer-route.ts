import type { z } from "zod";
import { type Ctx, type Visit, visitOf } from "./context";
import type { Action } from "./domain/permissions";
import { answered } from "./failure";
import { queryOf, readQuery } from "./query";
import { admitVisit } from "./rates";

/** What a route handler asks of a request before it answers. */
interface RouteDoor<Q extends z.ZodObject> {
  /** what whoever asks must be allowed to do */
  action: Action;
  /** the parameters of its address; there are no others */
  query: Q;
  visit?: Visit;
}

/**
 * The door of a route handler beside tRPC and `/api/v1`: who sends the request (session cookie, or `Authorization: Bearer tlp_…`), how
 * often, and with which parameters. Whatever is refused, here or in `answer`, is told as code, sentence, field and hint.
 */
export function answerRoute<Q extends z.ZodObject>(
  request: Request,
  { action, query, visit = visitOf(request.headers) }: RouteDoor<Q>,
  answer: (ctx: Ctx, query: z.output<Q>) => Promise<Response>,
): Promise<Response> {
  return answered(request, async () => {
    const raw = queryOf(new URL(request.url).searchParams);
    await admitVisit(visit, request.headers);
    const ctx = await visit.as(action);
    return answer(ctx, readQuery(raw, query));
  });
}
