import { initTRPC, TRPCError } from "@trpc/server";
import { ZodError } from "zod";
import type { Visit } from "./context";
import type { Action } from "./domain/permissions";
import { DomainError, type DomainErrorCode } from "./errors";
import { inputFault } from "./input-faults";
import { databaseRefusal, newCorrelationId, UNEXPECTED } from "./refusal";
import { wireForm } from "./wire-form";

type TrpcCode = TRPCError["code"];

const TRPC_CODES: Partial<Record<DomainErrorCode, TrpcCode>> = {
  unauthenticated: "UNAUTHORIZED",
  not_found: "NOT_FOUND",
  forbidden: "FORBIDDEN",
  invalid_state: "CONFLICT",
  conflict: "CONFLICT",
  busy: "TOO_MANY_REQUESTS",
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
    transformer: wireForm,
    isDev: false, // never a stack in an answer
    errorFormatter: ({ shape, error }) => {
      const fault = error.cause instanceof ZodError ? inputFault(error.cause) : null;
      const refusal = error.cause instanceof DomainError ? error.cause : null;
      const isUnexpected = error.code === "INTERNAL_SERVER_ERROR";
      const database = isUnexpected ? databaseRefusal(error.cause) : null;
      return {
        ...shape,
        // A person reads what a DomainError says, or that the database is slow or gone. Anything else is ours to read in the log.
        message: database?.message ?? (isUnexpected ? UNEXPECTED : (fault?.message ?? shape.message)),
        data: {
          code: shape.data.code,
          httpStatus: shape.data.httpStatus,
          path: shape.data.path,
          /** what was refused, for code to branch on: E_… of an input, or the code of the refusal */
          reason: fault?.code ?? refusal?.code ?? database?.code ?? null,
          field: fault?.field ?? fieldOf(refusal),
          hint: fault?.hint ?? database?.hint ?? null,
          correlationId: correlationOf(error),
        },
      };
    },
  });

/** The field that a refusal is about, where it says so. */
function fieldOf(refusal: DomainError | null): string | null {
  const field = refusal?.detail.field;
  return typeof field === "string" ? field : null;
}

const correlations = new WeakMap<object, string>();

/** The name under which a failure is both told to a person and written to the log. */
export function correlationOf(error: TRPCError): string {
  const known = correlations.get(error);
  if (known !== undefined) return known;
  const made = newCorrelationId();
  correlations.set(error, made);
  return made;
}

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
    .use(async ({ ctx, next, type }) => {
      const reached = await ctx.as(action);
      const result = await next({ ctx: reached });
      if (type === "mutation") reached.forgetShared();
      return result;
    });
}
