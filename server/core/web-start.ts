import { checkWebConfig, EXIT_BAD_CONFIGURATION } from "./config";
import { errorText } from "./errors";
import { readWebSecret } from "./secret";
import { closeOnShutdown } from "./shutdown";
import { startWebHeartbeat } from "./web-heartbeat";
import { guardWebServer } from "./web-server";

/**
 * What the web process does before its first request. Open event streams would keep `next start` alive after SIGTERM for as long as a
 * browser listens, so every one of them ends when the shutdown signal is aborted. A variable that is missing or cannot be used, or a secret
 * that is known or short, ends the process with a line that names it: not the first request, hours later.
 */
export function startWebServer(): void {
  closeOnShutdown();
  try {
    checkWebConfig(process.env);
    readWebSecret(process.env);
  } catch (cause) {
    process.stderr.write(`${errorText(cause)}\n`);
    process.exit(EXIT_BAD_CONFIGURATION);
  }
  guardWebServer();
  startWebHeartbeat();
}
