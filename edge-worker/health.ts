import { type Server, createServer } from "node:http";
import type { Registry } from "prom-client";

export interface Part {
  name: string;
  status: "ok" | "degraded" | "failing";
  /** why it is not ok, in a sentence */
  detail?: string;
}

export interface Health {
  node: string;
  version: string;
  uptimeS: number;
  rssMb: number;
  parts: Part[];
  [more: string]: unknown;
}

/** The worst part decides. */
export function overall(parts: readonly Part[]): Part["status"] {
  if (parts.some(({ status }) => status === "failing")) return "failing";
  return parts.some(({ status }) => status === "degraded") ? "degraded" : "ok";
}

/** Serves `/health` (JSON; 503 when a part is failing) and `/metrics` (Prometheus text). */
export function serveHealth(options: {
  host: string;
  port: number;
  health: () => Health;
  registry: Registry;
}): Promise<{ port: number; close(): Promise<void> }> {
  const server: Server = createServer((request, response) => {
    const path = (request.url ?? "/").split("?")[0];
    if (request.method !== "GET" && request.method !== "HEAD") {
      response.writeHead(405, { allow: "GET, HEAD" }).end();
    } else if (path === "/health") {
      const health = options.health();
      const status = overall(health.parts);
      response.writeHead(status === "failing" ? 503 : 200, {
        "content-type": "application/json",
        "cache-control": "no-store",
      });
      response.end(JSON.stringify({ status, ...health }));
    } else if (path === "/metrics") {
      options.registry.metrics().then(
        (text) => response.writeHead(200, { "content-type": options.registry.contentType }).end(text),
        (cause: unknown) => response.writeHead(500, { "content-type": "text/plain" }).end(String(cause)),
      );
    } else response.writeHead(404, { "content-type": "text/plain" }).end("Here are /health and /metrics.\n");
  });
  server.keepAliveTimeout = 1_000;
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, options.host, () => {
      const address = server.address();
      resolve({
        port: typeof address === "object" && address ? address.port : options.port,
        close: () =>
          new Promise((done) => {
            server.close(() => done());
            server.closeAllConnections();
          }),
      });
    });
  });
}
