/**
 * Why a control plane refuses a batch or message (wire contract §4). Published and append-only: devices branch on these
 * words, so a code is never renamed or given a second meaning.
 *
 * - `PARSE` not JSON, not UTF-8, not the compression it claims
 * - `SCHEMA` JSON of the wrong shape, or a version we do not read
 * - `CTYPE` content type or content encoding that no party knows
 * - `CONTRACT` well formed, but not what this node, stream or lane promised
 * - `UNKNOWN_ALIAS` a column that the birth of this boot never named
 * - `SEALED_MISMATCH` a batch number seen before, with other bytes
 * - `TOO_LARGE` over a size, depth or count limit
 * - `CLOCK` a capture time that cannot be
 */
export const REJECT_CODES = [
  "PARSE",
  "SCHEMA",
  "CTYPE",
  "CONTRACT",
  "UNKNOWN_ALIAS",
  "SEALED_MISMATCH",
  "TOO_LARGE",
  "CLOCK",
] as const;

export type RejectCode = (typeof REJECT_CODES)[number];
