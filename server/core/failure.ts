import { DomainError, type DomainErrorCode } from "./errors";
import { addressOf } from "./rates";
import { databaseRefusal, newCorrelationId, type Refusal, refusalResponse, Refused, UNEXPECTED } from "./refusal";
import { webLog } from "./web-log";

const DOMAIN_STATUS: Record<DomainErrorCode, [number, string]> = {
  unauthenticated: [401, "E_UNAUTHENTICATED"],
  not_found: [404, "E_NOT_FOUND"],
  forbidden: [403, "E_FORBIDDEN"],
  invalid_state: [409, "E_STATE"],
  conflict: [409, "E_STALE"],
  busy: [503, "E_BUSY"],
  invalid_input: [400, "E_INPUT"],
};

/** What an HTTP door says of a failure. What nobody expected says nothing of itself: it is in the log, under the id of the answer. */
function refusalFor(cause: unknown): Refusal {
  if (cause instanceof Refused) return cause.refusal;
  if (cause instanceof DomainError) {
    const [status, code] = DOMAIN_STATUS[cause.code];
    const { field } = cause.detail;
    if (status === 401)
      return {
        status,
        code,
        message: "A session or a valid token is needed: this one is missing, over or revoked.",
        hint: "Sign in, or send a token: Authorization: Bearer tlp_…, made with npx throughline token create.",
      };
    return { status, code, message: cause.message, ...(typeof field === "string" ? { field } : {}) };
  }
  const known = databaseRefusal(cause);
  if (known) return known;
  return {
    status: 500,
    code: "E_INTERNAL",
    message: UNEXPECTED,
  };
}

/** The answer that `work` gives, or the refusal that every door of this server answers with. */
export async function answered(request: Request, work: () => Promise<Response>): Promise<Response> {
  const correlationId = newCorrelationId();
  try {
    return await work();
  } catch (cause) {
    const refusal = refusalFor(cause);
    const { pathname } = new URL(request.url);
    if (refusal.status >= 500)
      noteFailure(cause instanceof Refused ? (cause.cause ?? cause) : cause, pathname, correlationId);
    else if (isTurnedAway(refusal)) noteRefusal(refusal.code, pathname, request.headers, correlationId);
    return refusalResponse(refusal, correlationId);
  }
}

/** Whoever is not let in, asks too often, or shows a secret; not what is only mistyped. */
function isTurnedAway({ status, code }: Refusal): boolean {
  return [401, 403, 404, 429].includes(status) || code === "E_TOKEN_IN_URL" || code === "E_KEY";
}

/** Writes why a request failed, without what is secret, under the id that whoever asked was told. */
export function noteFailure(cause: unknown, path: string, correlationId: string): void {
  webLog().error({ err: cause, correlationId, path: path.slice(0, 200) }, "a request failed");
}

/** Writes that a request was turned away, and where it came from, so that somebody who tries doors is seen. */
export function noteRefusal(code: string, path: string, headers: Headers, correlationId: string): void {
  webLog().warn(
    { code, path: path.slice(0, 200), from: addressOf(headers), correlationId },
    "a request was turned away",
  );
}
