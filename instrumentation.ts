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
  guardWebServer();
}
