/** What of a body was asked for: `null` = all of it, `"unsatisfiable"` = a range that lies behind its end. */
export type ByteRange = { from: number; to: number } | "unsatisfiable" | null;

/**
 * One range of a body of `size` bytes from a Range header (RFC 9110 §14): `bytes=100-`, `bytes=100-199`, `bytes=-50`.
 * `to` is included, as on the wire. Several ranges, another unit or a malformed header give `null`: a server may answer
 * any of them with the whole.
 */
export function parseByteRange(header: string | null, size: number): ByteRange {
  const found = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? "");
  if (!found) return null;
  const [, first = "", last = ""] = found;
  if (first === "" && last === "") return null;
  if (first === "") {
    const length = Math.min(Number(last), size);
    return length === 0 ? "unsatisfiable" : { from: size - length, to: size - 1 };
  }
  const from = Number(first);
  const to = last === "" ? size - 1 : Math.min(Number(last), size - 1);
  if (last !== "" && Number(last) < from) return null;
  return from >= size ? "unsatisfiable" : { from, to };
}
