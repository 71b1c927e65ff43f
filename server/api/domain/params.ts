import { z } from "zod";

/**
 * Parameters of the public API as they stand in a query string: text that is read strictly, never coerced. A message that begins with
 * `E_CODE: ` names the code of the refusal, and what follows ` | ` is the hint.
 */

/** A whole number in decimal digits. */
export function wholeNumber({ min, max }: { min: number; max: number }) {
  return z
    .string()
    .regex(/^-?\d{1,15}$/, "E_NUMBER: This must be a whole number in decimal digits.")
    .transform(Number)
    .pipe(z.int().min(min).max(max));
}

/** Before the first telemetry anybody stores, and after any clock that is right. */
const EARLIEST_MS = Date.UTC(1990, 0, 1);
const LATEST_MS = Date.UTC(2100, 0, 1);
const EPOCH = /^\d{1,19}$/;
const HINT = "Use 2026-03-29T02:30:00+01:00 (in a URL, + is %2B), 2026-03-29T01:30:00Z, or epoch milliseconds.";
const Iso = z.iso.datetime({ offset: true });

/** A moment: ISO 8601 with an offset, or epoch milliseconds. Without an offset a local time may be two moments or none. */
export const moment = z
  .string()
  .max(40, "E_TS: This time is too long.")
  .transform((text, ctx): number => {
    const fail = (message: string) => {
      ctx.addIssue({ code: "custom", message: `${message} | ${HINT}` });
      return z.NEVER;
    };
    if (EPOCH.test(text)) return epochMs(Number(text), fail);
    if (Iso.safeParse(text).success) {
      const ms = Date.parse(text);
      return ms >= EARLIEST_MS && ms < LATEST_MS ? ms : fail("E_TS_RANGE: This time is not between 1990 and 2100.");
    }
    return /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?)?$/.test(text)
      ? fail("E_TS_OFFSET: This time does not say its offset from UTC, so it may be two moments or none.")
      : fail("E_TS: This is no time that exists.");
  })
  .meta({
    description: "ISO 8601 with offset, or epoch milliseconds",
    openapi: { anyOf: [{ type: "string", format: "date-time" }, { type: "integer" }] },
  });

function epochMs(ms: number, fail: (message: string) => number): number {
  if (ms >= EARLIEST_MS && ms < LATEST_MS) return ms;
  const seconds = ms * 1_000;
  if (seconds >= EARLIEST_MS && seconds < LATEST_MS) return fail("E_TS_RANGE: This looks like seconds.");
  if (ms / 1_000 >= EARLIEST_MS && ms / 1_000 < LATEST_MS) return fail("E_TS_RANGE: This looks like microseconds.");
  if (ms / 1e6 >= EARLIEST_MS && ms / 1e6 < LATEST_MS) return fail("E_TS_RANGE: This looks like nanoseconds.");
  return fail("E_TS_RANGE: This time is not between 1990 and 2100.");
}

/** Days of one request; more is asked for in several. */
const MAX_WINDOW_MS = 366 * 86_400_000;
/** What is meant when only the end of a window is given. */
const DEFAULT_WINDOW_MS = 3_600_000;

/**
 * The half-open window [fromMs, toMs) that `from` and `to` mean: the last hour when neither is given.
 * @returns the window, or what is wrong with it as a message of the form above
 */
export function windowOf(
  { from, to }: { from?: number | undefined; to?: number | undefined },
  nowMs: number,
): { fromMs: number; toMs: number } | { fault: string; field: string } {
  const toMs = to ?? nowMs;
  const fromMs = from ?? toMs - DEFAULT_WINDOW_MS;
  if (fromMs >= toMs) {
    return { field: "from", fault: "E_RANGE: The window ends before it begins. | Give a from that is before to." };
  }
  if (toMs - fromMs > MAX_WINDOW_MS) {
    return {
      field: "from",
      fault: "E_WINDOW: The window is longer than 366 days. | Ask for a shorter one, and for the rest after it.",
    };
  }
  return { fromMs, toMs };
}

/** Names of streams or their numbers, separated by commas. */
const MAX_STREAMS = 100;

export const streamList = z
  .string()
  .max(20_100, "E_TOO_MANY: At most 100 streams at once.")
  .transform((text, ctx): (string | number)[] => {
    const parts = text.split(",");
    if (parts.length > MAX_STREAMS) {
      ctx.addIssue({ code: "custom", message: "E_TOO_MANY: At most 100 streams at once. | Ask several times." });
      return z.NEVER;
    }
    return parts.map((part): string | number => {
      if (/^[1-9]\d{0,8}$/.test(part)) return Number(part);
      if (part.length <= 200 && /^[a-z0-9][a-z0-9._-]*(\/[a-z0-9][a-z0-9._-]*){0,7}$/.test(part)) return part;
      ctx.addIssue({
        code: "custom",
        message: "E_ID: This is neither the key nor the number of a stream. | Both are in /api/v1/streams.",
      });
      return z.NEVER;
    });
  })
  .meta({
    description: "keys or numbers of streams, separated by commas; at most 100",
    openapi: { type: "string", examples: ["pump-1/vibration-rms"] },
  });

export const nodeId = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9._-]{0,62}$/,
    "E_ID: This is not the name of a node. | It is 1 to 63 of a-z 0-9 . _ - as in /api/v1/nodes.",
  )
  .meta({ description: "name of a node" });

export const cursor = z
  .string()
  .regex(/^[A-Za-z0-9_.-]{1,400}$/, "E_CURSOR: This cursor was not given out by this server. | Start without a cursor.")
  .meta({ description: "what the page before gave as next" });

export const format = z
  .enum(["json", "ndjson", "csv"])
  .default("json")
  .meta({ description: "json: one document; ndjson: one row per line; csv: rows with a header" });
