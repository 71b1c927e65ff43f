const WORDS = new Map<string, string>([
  ["PARSE", "cannot be read"],
  ["SCHEMA", "wrong shape"],
  ["CTYPE", "unknown content type"],
  ["CONTRACT", "breaks its contract"],
  ["UNKNOWN_ALIAS", "unknown column"],
  ["SEALED_MISMATCH", "same number, other bytes"],
  ["TOO_LARGE", "over a size limit"],
  ["CLOCK", "impossible time"],
  ["PROPOSED", "not accepted yet"],
  ["RETIRED", "of a retired node"],
]);

/** A reason code of the wire contract in words; an unknown code as it is. */
export function reasonWords(code: string): string {
  return WORDS.get(code) ?? code.toLowerCase().replace(/_/g, " ");
}
