import { type Logger, pino } from "pino";
import type { LogLevel } from "./config";

export type { Logger } from "pino";

/** Keys whose values never reach a log, at the top and one level down. */
const SECRET_KEYS = [
  "password",
  "token",
  "secret",
  "authorization",
  "cookie",
  "set-cookie",
  "x-api-key",
  "sid",
  "session",
  "token_hash",
  "tokenHash",
  "url",
  "connectionString",
  "databaseUrl",
  "mqttUrl",
];
const URL_PASSWORD = /([a-z][a-z0-9+.-]*:\/\/[^\s:/@]*):[^\s@/]+@/gi;
/** Tokens of nodes and of the API. */
const TOKEN = /\b(tln|tlp)_[A-Za-z0-9_-]{8,}/g;
/** Whatever stands behind the word in a header that was printed. */
const BEARER = /\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{8,}/gi;

/** Hides passwords of URLs and tokens inside free text, such as the message of a driver's error. */
export function redact(text: string): string {
  return text.replace(URL_PASSWORD, "$1:[hidden]@").replace(TOKEN, "$1_[hidden]").replace(BEARER, "$1 [hidden]");
}

/** One JSON object per line on stdout. `process` says which of our processes wrote it. */
export function openLogger(process: string, level: LogLevel, destination?: NodeJS.WritableStream): Logger {
  const options = {
    level,
    base: { process },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: SECRET_KEYS.flatMap((key) => [key, `*.${key}`]), censor: "[hidden]" },
    serializers: {
      err: (cause: unknown) =>
        cause instanceof Error
          ? {
              type: cause.name,
              message: redact(cause.message),
              code: "code" in cause ? cause.code : undefined,
              stack: redact(cause.stack ?? ""),
            }
          : { message: redact(String(cause)) },
    },
    hooks: {
      logMethod(this: Logger, args: Parameters<Logger["info"]>, method: Logger["info"]) {
        const cleaned = args.map((arg) => (typeof arg === "string" ? redact(arg) : arg));
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the same tuple with its strings cleaned
        method.apply(this, cleaned as Parameters<Logger["info"]>);
      },
    },
  };
  return destination ? pino(options, destination) : pino(options);
}
