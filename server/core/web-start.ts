import { EXIT_BAD_CONFIGURATION } from "./config";
import { readWebSecret } from "./secret";
import { closeOnShutdown } from "./shutdown";
import { startWebHeartbeat } from "./web-heartbeat";
import { guardWebServer } from "./web-server";

/**
 * What the web process does before its first request. Open event streams would keep `next start` alive after SIGTERM for as long as a
 * browser listens, so every one of them ends when the shutdown signal is aborted. A secret that is missing, known or short ends the
 * process with a line that names the variable.
 */
export function startWebServer(): void {
  closeOnShutdown();
  try {
    readWebSecret(process.env);
  } catch (cause) {
    console.error(cause instanceof Error ? cause.message : cause);
    process.exit(EXIT_BAD_CONFIGURATION);
  }
  guardWebServer();
  startWebHeartbeat();
}
