/**
 * Runs once when the web server starts. Open event streams would keep `next start` alive after SIGTERM for as long as a browser
 * listens, so every one of them ends when this signal is aborted.
 */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  const [{ closeOnShutdown }, { guardWebServer }] = await Promise.all([
    import("./server/core/shutdown"),
    import("./server/core/web-server"),
  ]);
  closeOnShutdown();
  const { readWebSecret } = await import("./server/core/secret");
  const { EXIT_BAD_CONFIGURATION } = await import("./server/core/config");
  try {
    readWebSecret(process.env);
  } catch (cause) {
    console.error(cause instanceof Error ? cause.message : cause);
    process.exit(EXIT_BAD_CONFIGURATION);
  }
  guardWebServer();
  const { startWebHeartbeat } = await import("./server/core/web-heartbeat");
  startWebHeartbeat();
}
