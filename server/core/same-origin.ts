/**
 * Two checks for a server that nobody signs in to yet and that therefore listens on the loopback address only.
 *
 * A page of another origin can make the reader's browser send requests here. It cannot read the answers, but a change would be made:
 * so a change needs a JSON body (which another origin may not send without asking first) and an Origin that is ours.
 * And a name of another party may be pointed at 127.0.0.1 to make its pages look like ours ("DNS rebinding"): so the Host must be one
 * that we know.
 */
const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** @param extra comma-separated host names that a reverse proxy serves us under (THROUGHLINE_HOSTS) */
export function isKnownHost(host: string | null, extra: string | undefined): boolean {
  if (!host) return false;
  const name = host.toLowerCase().replace(/:\d+$/, "");
  return (
    LOOPBACK.has(name) || (extra ?? "").split(",").some((known) => known.trim().toLowerCase() === name && name !== "")
  );
}

/** Why a request that changes something is refused, or null when it may go on. */
export function refuseChange(headers: Headers): string | null {
  const type = headers.get("content-type") ?? "";
  if (!/^application\/json\b/i.test(type)) return "Changes are sent as application/json.";
  const origin = headers.get("origin");
  const host = headers.get("host");
  if (origin === null)
    return headers.get("sec-fetch-site") === null ? null : "A browser must say where a change comes from.";
  if (origin === `http://${host}` || origin === `https://${host}`) return null;
  return "Changes are only taken from pages of this server.";
}
