/**
 * An error in words, with what lies behind it: `fetch` says "fetch failed" and keeps the reason in `cause`, and a name with
 * several addresses gives an error without words of its own, whose code says more.
 */
export function wordsOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const code = "code" in cause ? String(cause.code) : cause.name;
  const own = cause.message || code;
  return cause.cause === undefined ? own : `${own}: ${wordsOf(cause.cause)}`;
}
