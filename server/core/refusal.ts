import { randomUUID } from "node:crypto";
import { errorCode } from "./errors";

/**
 * What an HTTP door answers instead of what was asked: a code to branch on, a plain sentence, the field at fault and what to change.
 * Codes begin with `E_`; a published code keeps its meaning.
 */
export interface Refusal {
  status: number;
  code: string;
  message: string;
  field?: string;
  hint?: string;
  /** seconds after which trying again makes sense; sent as Retry-After */
  retryAfterS?: number;
  /** what a 405 allows */
  allow?: string;
  /** what a 401 asks for; a bearer token when it says nothing */
  challenge?: string;
}

/** Carries a refusal out of a handler. Nothing in it is secret: the whole refusal is told to the caller. Its `cause` is for the log. */
export class Refused extends Error {
  constructor(
    readonly refusal: Refusal,
    options?: ErrorOptions,
  ) {
    super(refusal.message, options);
    this.name = "Refused";
  }
}

/** What a person reads of what nobody expected. */
export const UNEXPECTED = "The server could not do this. What failed is in its log; trying again is safe.";

/** What every door says of a database that took too long or does not answer; null for anything else. */
export function databaseRefusal(cause: unknown): Refusal | null {
  const code = errorCode(cause) ?? "";
  if (code === "57014")
    return {
      status: 503,
      code: "E_TIMEOUT",
      message: "The database took too long for this.",
      hint: "Narrow the range, or ask for fewer streams.",
      retryAfterS: 5,
    };
  if (/^(ECONNREFUSED|ECONNRESET|53300|57P0[1-3]|08...)$/.test(code))
    return {
      status: 503,
      code: "E_UNAVAILABLE",
      message: "The database does not answer right now.",
      hint: "Try again in a moment.",
      retryAfterS: 5,
    };
  return null;
}

/** Names one answer in the log and to the person who got it, so that both speak of the same. */
export function newCorrelationId(): string {
  return randomUUID();
}

/** The refusal as the JSON that every door of this server answers with. */
export function refusalResponse(refusal: Refusal, correlationId: string): Response {
  const { status, retryAfterS, allow, challenge = 'Bearer realm="throughline"', ...told } = refusal;
  return Response.json(
    { ...told, correlationId },
    {
      status,
      headers: {
        "cache-control": "no-store",
        "x-correlation-id": correlationId,
        ...(retryAfterS === undefined ? {} : { "retry-after": String(Math.max(1, Math.ceil(retryAfterS))) }),
        ...(allow === undefined ? {} : { allow }),
        ...(status === 401 ? { "www-authenticate": challenge } : {}),
      },
    },
  );
}
