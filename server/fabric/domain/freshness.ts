import { formatAge, type Status } from "./health";

export interface FreshnessFacts {
  /** when the facts on the page were read, epoch ms */
  asOfMs: number;
  /** whether reading them again failed */
  failed: boolean;
  /** capture time of the newest reading on the page; null where there is none yet, undefined where the page follows no reading */
  readingMs?: number | null | undefined;
  /** from which age a reading counts as stale */
  staleAfterMs: number;
  /** whether the event stream of this browser is open */
  isLive: boolean;
}

/** Facts of a page that follows no reading are read every few seconds at most: only a minute without them is stale. */
const FACTS_STALE_AFTER_MS = 60_000;

/** Live, stale or not reached, with the age that says so. */
export function freshnessOf(
  { asOfMs, failed, readingMs, staleAfterMs, isLive }: FreshnessFacts,
  nowMs: number,
): { status: Status; text: string } {
  if (failed) return { status: "bad", text: `Not reached, facts of ${formatAge(nowMs - asOfMs)} ago` };
  if (readingMs === null) return { status: "unknown", text: "No reading yet" };
  const ageMs = nowMs - (readingMs ?? asOfMs);
  const limitMs = readingMs === undefined ? Math.max(staleAfterMs, FACTS_STALE_AFTER_MS) : staleAfterMs;
  if (ageMs > limitMs) return { status: "watch", text: `Stale, ${formatAge(ageMs)} old` };
  if (!isLive) return { status: "ok", text: `As of ${formatAge(ageMs)} ago` };
  return {
    status: "ok",
    text: readingMs === undefined ? `Live, ${formatAge(ageMs)} ago` : `Live, ${formatAge(ageMs)} behind`,
  };
}
