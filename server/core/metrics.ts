import { createServer, type Server } from "node:http";
import { collectDefaultMetrics, Registry } from "prom-client";

export { Counter, Gauge, Histogram, Registry } from "prom-client";

/** What `/health` answers. `ok` false is served as 503, so that a load balancer or supervisor needs no parsing. */
export interface Health {
  ok: boolean;
  [part: string]: unknown;
}

export function openRegistry(process: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ process });
  collectDefaultMetrics({ register: registry, prefix: "throughline_" });
  return registry;
}

/** Serves `/health` and `/metrics`; port 0 takes a free one. @throws when the port is taken */
export async function serveHealth(
  port: number,
  registry: Registry,
  health: () => Health,
  host = "0.0.0.0",
): Promise<{ server: Server; port: number; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const path = request.url?.split("?")[0];
    if (path === "/health") {
      const state = health();
      response.writeHead(state.ok ? 200 : 503, { "content-type": "application/json", "cache-control": "no-store" });
      response.end(JSON.stringify(state));
    } else if (path === "/metrics") {
      registry.metrics().then(
        (text) => {
          response.writeHead(200, { "content-type": registry.contentType });
          response.end(text);
        },
        (cause: unknown) => {
          response.writeHead(500);
          response.end(String(cause));
        },
      );
    } else {
      response.writeHead(404, { "content-type": "text/plain" });
      response.end("There is /health and /metrics here.\n");
    }
  });
  await new Promise<void>((listening, failed) => {
    server.once("error", failed);
    server.listen(port, host, listening);
  });
  const address = server.address();
  return {
    server,
    port: typeof address === "object" && address ? address.port : port,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}
