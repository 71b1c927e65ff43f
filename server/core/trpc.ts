import { initTRPC, TRPCError } from "@trpc/server";
import superjson from "superjson";
import type { Ctx } from "./context";
import { DomainError, type DomainErrorCode } from "./errors";

type TrpcCode = TRPCError["code"];

const TRPC_CODES: Partial<Record<DomainErrorCode, TrpcCode>> = {
  not_found: "NOT_FOUND",
  forbidden: "FORBIDDEN",
  invalid_state: "CONFLICT",
  conflict: "CONFLICT",
  invalid_input: "BAD_REQUEST",
};

const t = initTRPC.context<Ctx>().create({
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
export const procedure = t.procedure.use(speakDomainErrors);
