/** What of an address holds for the whole workspace and goes along from page to page. */
const CARRIED = ["site", "team", "from", "to", "tz"] as const;

/** An address of ours with the carried part of a query, where it does not say otherwise itself. */
export function withCarried(href: string, query: Pick<URLSearchParams, "get">): string {
  const [rest = "", hash] = href.split("#", 2);
  const [path = "", own = ""] = rest.split("?", 2);
  const next = new URLSearchParams(own);
  for (const name of CARRIED) {
    const value = query.get(name);
    if (value !== null && value !== "" && !next.has(name)) next.set(name, value);
  }
  return `${path}${next.size > 0 ? `?${next}` : ""}${hash === undefined ? "" : `#${hash}`}`;
}
