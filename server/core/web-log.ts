import { type Logger, openLogger } from "./logger";

declare global {
  // Next.js bundles routes apart, so a module variable would exist several times.
  var throughlineWebLog: Logger | undefined;
}

/** The log of the web process: JSON lines without secrets. */
export function webLog(): Logger {
  globalThis.throughlineWebLog ??= openLogger("web", "info");
  return globalThis.throughlineWebLog;
}
