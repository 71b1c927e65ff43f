import { Scope } from "@/server/fabric/domain/read-inputs";

/** What Next.js hands a page of its address. */
export type SearchParams = Promise<Record<string, string | string[] | undefined>>;

/** One value of an address by name; of several the first, as the browser's code reads it. */
export function oneOf(query: Awaited<SearchParams>, name: string): string | undefined {
  const value = query[name];
  return Array.isArray(value) ? value[0] : value;
}

/** The site and team of an address, as the browser's code will ask for them; what cannot be read narrows nothing yet. */
export function scopeOf(query: Awaited<SearchParams>): Scope {
  const scope = Scope.safeParse({ site: oneOf(query, "site") ?? null, team: oneOf(query, "team") ?? null });
  return scope.success ? scope.data : { site: null, team: null };
}
