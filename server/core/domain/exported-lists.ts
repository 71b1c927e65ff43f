/** Lists that can be taken along as CSV, each with the parameters of its page's address that choose rows. The rest is how it is looked at. */
export const EXPORTED_LISTS = {
  fleet: ["q", "show", "site", "team"],
  portfolio: ["q", "show", "stage", "team"],
  measured: ["team"],
  kpis: ["team"],
  outcomes: ["team"],
  jobs: ["q", "state"],
  plan: ["plan"],
  streams: ["q", "node", "site", "team", "state"],
  roles: [],
  teams: [],
  "service-tokens": [],
  people: ["q", "show", "role", "team", "order"],
  "node-logins": ["q", "show", "team", "site"],
  quarantine: ["node", "reason", "status", "site", "team"],
} as const;

export type ExportedList = keyof typeof EXPORTED_LISTS;

/** The address of a list's rows as CSV, when its page stands at the query `now` (without `?`). */
export function exportAddress(list: ExportedList, now: string): string {
  const known: readonly string[] = EXPORTED_LISTS[list];
  const kept = [...new URLSearchParams(now)].filter(([name, value]) => known.includes(name) && value !== "");
  const query = new URLSearchParams(Object.fromEntries(kept)).toString();
  return `/api/export/${list}${query === "" ? "" : `?${query}`}`;
}
