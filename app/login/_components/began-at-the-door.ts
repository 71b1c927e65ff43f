let hasEntered = false;

/**
 * Whether this document was opened at the door and nobody came in through it yet. Only then is there nothing in its memory that was shown to
 * somebody else, and the way in need not load what the door has loaded already. True once.
 */
export function beganAtTheDoor(): boolean {
  const [opened] = performance.getEntriesByType("navigation");
  const isFirst = !hasEntered && opened !== undefined && new URL(opened.name).pathname === "/login";
  hasEntered = true;
  return isFirst;
}
