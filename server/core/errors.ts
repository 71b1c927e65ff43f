/**
 * Outcomes that a person can do something about. Code branches on these words, never on the text.
 *
 * - `unauthenticated` nobody is signed in, or no longer
 * - `not_found` the thing does not exist, or is not theirs to see
 * - `forbidden` they may not
 * - `invalid_state` it is not in a state that allows this
 * - `conflict` somebody else changed it first
 * - `busy` there is too much to do right now
 * - `invalid_input` what they gave cannot be used
 */
export type DomainErrorCode =
  | "unauthenticated"
  | "not_found"
  | "forbidden"
  | "invalid_state"
  | "conflict"
  | "busy"
  | "invalid_input";

/** An expected refusal. The message tells the person what they can do; `detail` is for the log. */
export class DomainError extends Error {
  constructor(
    readonly code: DomainErrorCode,
    userMessage: string,
    readonly detail: Readonly<Record<string, unknown>> = {},
  ) {
    super(userMessage);
    this.name = "DomainError";
  }
}

/** SQLSTATE of a database error, or the code of a socket error; `undefined` for anything else. */
export function errorCode(cause: unknown): string | undefined {
  if (!(cause instanceof Error) || !("code" in cause)) return undefined;
  return typeof cause.code === "string" ? cause.code : undefined;
}

export function errorText(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
