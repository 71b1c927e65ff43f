import type { Refusal } from "./refusal";

/**
 * Where a request comes from.
 *
 * A page of another origin can make the reader's browser send requests here. It cannot read the answers, but a change would be made:
 * so a change needs a JSON body (which another origin may not send without asking first) and an Origin that is ours.
 * And a name of another party may be pointed at our address to make its pages look like ours ("DNS rebinding"): so the Host must be one
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
export function refuseChange(headers: Headers): Refusal | null {
  // Exactly this type: what a form of another site can send begins differently, and `application/jsonp` is none of ours.
  if (!/^application\/json\s*(;\s*charset=utf-8\s*)?$/i.test(headers.get("content-type") ?? "")) {
    return {
      status: 415,
      code: "E_CONTENT_TYPE",
      message: "Requests are sent as application/json.",
      field: "content-type",
      hint: "Send the header content-type: application/json.",
    };
  }
  if (isOurs(headers)) return null;
  return {
    status: 403,
    code: "E_CSRF",
    message: "Changes are only taken from pages of this server.",
    hint: "Open the page by its own address and try again.",
  };
}

/** A browser says where a request comes from, in Origin, Sec-Fetch-Site or both; a program says nothing. */
function isOurs(headers: Headers): boolean {
  const site = headers.get("sec-fetch-site");
  const origin = headers.get("origin");
  const host = headers.get("host");
  if (site !== null && site !== "same-origin") return false;
  if (origin === null) return site === null;
  return origin === `http://${host}` || origin === `https://${host}`;
}
