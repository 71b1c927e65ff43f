import { type Ctx, type Visit, visitOf } from "./context";
import type { Action } from "./domain/permissions";
import { DomainError, type DomainErrorCode } from "./errors";

/** What a route handler answers when it refuses: a code for programs, a sentence and a way out for people. */
export interface Refusal {
  code: DomainErrorCode;
  message: string;
  field?: string;
  hint?: string;
}

const STATUS: Record<DomainErrorCode, number> = {
  unauthenticated: 401,
  not_found: 404,
  forbidden: 403,
  invalid_state: 409,
  conflict: 409,
  busy: 503,
  invalid_input: 400,
};

/**
 * The door of a route handler: the context of whoever sends the request (session cookie, or `Authorization: Bearer tlp_…`) for one
 * action, or the refusal to answer with.
 */
export async function authenticate(
  request: Request,
  action: Action,
  visit: Visit = visitOf(request.headers),
): Promise<{ ctx: Ctx; refusal: null } | { ctx: null; refusal: Response }> {
  try {
    return { ctx: await visit.as(action), refusal: null };
  } catch (cause) {
    if (cause instanceof DomainError) return { ctx: null, refusal: refuse(cause) };
    throw cause;
  }
}

export function refuse({ code, message, detail }: DomainError): Response {
  const refusal: Refusal = { code, message };
  if (typeof detail.field === "string") refusal.field = detail.field;
  if (code === "unauthenticated")
    refusal.hint = "Send a session cookie, or a token as Authorization: Bearer tlp_… (npx throughline token create).";
  return Response.json({ error: refusal }, { status: STATUS[code], headers: { "cache-control": "no-store" } });
}
