import { hostname } from "node:os";
import { readVitals, webDoor, webLiveHub } from "./context";
import { startHeartbeat } from "./heartbeat";
import { shutdownSignal } from "./shutdown";
import { webLog } from "./web-log";

/** The web process's own word that it lives; ends with it. */
export function startWebHeartbeat(): void {
  const stop = startHeartbeat(webDoor(), {
    kind: "web",
    name: `web ${hostname()}:${process.env.PORT ?? "3000"}`,
    health: async () => {
      const { tookMs, connections } = await readVitals();
      return { ok: true, databaseTookMs: tookMs, connections, liveBrowsers: webLiveHub().size };
    },
    failed: (cause) => webLog().error({ err: cause }, "the page of the system was not told that the web process lives"),
  });
  shutdownSignal().addEventListener("abort", () => void stop(), { once: true });
}
