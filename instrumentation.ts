/** Runs once when the web server starts. The server's own part is only ever loaded by Node, so nothing of it is built for another runtime. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME === "nodejs") {
    const { startWebServer } = await import("./server/core/web-start");
    startWebServer();
  }
}
