import { isIPv4 } from "node:net";
import { networkInterfaces } from "node:os";

/** Every address of this machine. */
const ANY = "0.0.0.0";

/** Where programs of this machine reach a broker that listens on `host`. */
export function localAddress(host: string): string {
  return host === ANY ? "127.0.0.1" : host;
}

export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || host === "[::1]" || (isIPv4(host) && host.startsWith("127."));
}

/** Where a device elsewhere reaches it: the first IPv4 address that is not the loopback when it listens on all of them. */
export function networkAddress(host: string, interfaces = networkInterfaces()): string {
  if (host !== ANY) return host;
  const outer = Object.values(interfaces)
    .flatMap((addresses) => addresses ?? [])
    .find(({ family, internal, address }) => family === "IPv4" && !internal && !address.startsWith("169.254."));
  return outer?.address ?? "127.0.0.1";
}
