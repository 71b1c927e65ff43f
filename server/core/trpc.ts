import { initTRPC, TRPCError } from "@trpc/server";
import superjson from "superjson";
import type { Visit } from "./context";
import type { Action } from "./domain/permissions";
import { DomainError, type DomainErrorCode } from "./errors";

type TrpcCode = TRPCError["code"];

const TRPC_CODES: Partial<Record<DomainErrorCode, TrpcCode>> = {
  unauthenticated: "UNAUTHORIZED",
  not_found: "NOT_FOUND",
  forbidden: "FORBIDDEN",
  invalid_state: "CONFLICT",
  conflict: "CONFLICT",
  invalid_input: "BAD_REQUEST",
};

/** Every procedure says which permission it needs; a test walks them all and finds one that says nothing. */
export interface ProcedureMeta {
  permission?: Action;
}

const t = initTRPC
  .context<Visit>()
  .meta<ProcedureMeta>()
  .create({
    transformer: superjson,
    errorFormatter: ({ shape, error }) => ({
      ...shape,
      // A person reads what a DomainError says. Anything else is ours to read in the log, not theirs.
      message:
        error.code === "INTERNAL_SERVER_ERROR"
          ? "The server could not do this. What failed is in its log; trying again is safe."
          : shape.message,
      data: { code: shape.data.code, httpStatus: shape.data.httpStatus, path: shape.data.path },
    }),
  });

/** Turns expected refusals into their tRPC code, so that no procedure needs a `try`. */
const speakDomainErrors = t.middleware(async ({ next }) => {
  const result = await next();
  if (result.ok || !(result.error.cause instanceof DomainError)) return result;
  const refusal = result.error.cause;
  throw new TRPCError({ code: TRPC_CODES[refusal.code] ?? "BAD_REQUEST", message: refusal.message, cause: refusal });
});

export const router = t.router;
export const createCallerFactory = t.createCallerFactory;

/** A procedure for whoever may do `action`. Its `ctx` reaches only the rows of the teams in which they may. */
export function protectedProcedure(action: Action) {
  return t.procedure
    .meta({ permission: action })
    .use(speakDomainErrors)
    .use(async ({ ctx, next }) => next({ ctx: await ctx.as(action) }));
}
