/** What of an address is not part of a view: how somebody looks at it, not what they look at. */
const NOT_A_VIEW = new Set(["kiosk", "refresh", "as"]);

/** The part of a query (without `?`) that a saved view keeps, in an order of its own, so that two ways to the same filters are one view. */
export function viewQuery(query: string): string {
  const kept = [...new URLSearchParams(query)].filter(([name, value]) => !NOT_A_VIEW.has(name) && value !== "");
  return new URLSearchParams(kept.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))).toString();
}

/** Whether two queries show the same. */
export function sameView(a: string, b: string): boolean {
  return viewQuery(a) === viewQuery(b);
}
