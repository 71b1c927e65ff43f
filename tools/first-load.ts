import { gzipSync } from "node:zlib";

/** What any page of the workspace may cost before it can be used, in bytes as they travel. */
export const FIRST_LOAD_LIMIT_BYTES = 220 * 1024;

/**
 * Addresses of the scripts that a page needs before it can be used: those of its HTML, and those that the components in it name. What a
 * component loads later by itself (charts, the palette) is named in neither.
 */
export function scriptsOf(page: string): string[] {
  // Browsers that know modules, which all that we support do, leave these out.
  const html = page.replace(/<script[^>]*\bnomodule\b[^>]*>/gi, "");
  return [
    ...new Set(
      [...html.matchAll(/\/_next\/static\/[\w./~-]+\.js|static\/chunks\/[\w./~-]+\.js/g)].map(([path]) => path),
    ),
  ]
    .map((path) => (path.startsWith("/") ? path : `/_next/${path}`))
    .filter((path, i, all) => all.indexOf(path) === i)
    .sort();
}

/** Size of a script as it travels: gzip at the level that servers use. */
export function travelBytes(script: Buffer): number {
  return gzipSync(script, { level: 6 }).length;
}
