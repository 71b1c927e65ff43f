import { subscribe } from "node:diagnostics_channel";
import { IncomingMessage, Server } from "node:http";

/** A client that has not sent its headers by then is cut off (Node's own default is 60 s). */
const HEADERS_WITHIN_MS = 15_000;
/** The same for a whole request with its body. */
const REQUEST_WITHIN_MS = 60_000;
/** Header that carries the address of the other end of the connection; whatever a client sends under this name is overwritten. */
export const PEER_HEADER = "x-tl-peer";

/**
 * Next.js makes the web server and offers no way to its limits, but Node tells of every connection and request of the process: there
 * we set what guards against slow and lying clients. Called once at the start.
 */
export function guardWebServer(): void {
  subscribe("net.server.socket", (message) => {
    const server = propertyOf(propertyOf(message, "socket"), "server");
    if (!(server instanceof Server) || server.headersTimeout === HEADERS_WITHIN_MS) return;
    server.headersTimeout = HEADERS_WITHIN_MS;
    server.requestTimeout = REQUEST_WITHIN_MS;
  });
  subscribe("http.server.request.start", (message) => {
    const request = propertyOf(message, "request");
    if (!(request instanceof IncomingMessage)) return;
    request.headers[PEER_HEADER] = request.socket.remoteAddress ?? "";
    // Next.js cannot even represent a TRACE; under another name that nobody serves, proxy.ts refuses it.
    if (request.method === "TRACE") request.method = "SEARCH";
    useOriginForm(request);
    // Ways to talk to the inside of Next.js that only Next.js itself may use.
    delete request.headers["x-middleware-subrequest"];
  });
}

/**
 * `GET http://host/path` names its host in the target, which then counts instead of the Host header (RFC 9112, 3.2.2). Next.js would
 * answer with a redirect to whatever host stands there.
 */
function useOriginForm(request: IncomingMessage): void {
  const absolute = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)(.*)$/i.exec(request.url ?? "");
  if (!absolute) return;
  request.headers.host = absolute[1] ?? "";
  request.url = (absolute[2] ?? "").startsWith("/") ? absolute[2] : "/";
}

function propertyOf(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && key in value ? Reflect.get(value, key) : undefined;
}

/**
 * The address a request comes from: the connection's, or with `proxies` trusted reverse proxies before us the one that the outermost
 * of them saw. What a client writes into X-Forwarded-For itself stands further left and is never reached.
 */
export function clientAddress(headers: Headers, proxies: number): string {
  const peer = headers.get(PEER_HEADER) ?? "unknown";
  if (proxies <= 0) return peer;
  const seen = (headers.get("x-forwarded-for") ?? "").split(",").map((part) => part.trim());
  return seen.at(-proxies) || peer;
}
