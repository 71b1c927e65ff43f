import { historyWords } from "./history-words";

/** A visit is over when nobody has looked for this long: whoever comes back from a call has not come again. */
export const VISIT_ENDS_AFTER_MS = 30 * 60_000;

/** What others did to a use case since somebody looked last. */
export interface Change {
  useCaseId: string;
  /** the newest of it in words, by whom, and how much more */
  says: string;
  atMs: number;
}

/** What somebody saw last, and what others have done since. Null `sinceMs`: this is their first visit. */
export interface SinceLastVisit {
  sinceMs: number | null;
  /** rank by use case at the end of that visit */
  ranks: Readonly<Record<string, number>>;
  changes: readonly Change[];
}

/** `Moved to S2 Pilot: …, by Elena, and 2 more`: the newest row of the audit log about a use case, and how many there are. */
export function changeWords({
  action,
  after,
  who,
  times,
}: {
  action: string;
  after: unknown;
  who: string;
  times: number;
}): string {
  const more = times > 1 ? `, and ${times - 1} more` : "";
  return `${historyWords(action, after)}, by ${who}${more}`;
}

const DAY_MS = 86_400_000;

/** `14:05`, `Thursday`, `3 November`: a moment before now as somebody would say it. @param timeZone IANA name */
export function sinceWords(sinceMs: number, nowMs: number, timeZone: string): string {
  const said = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat("en-GB", { timeZone, ...options }).format(sinceMs);
  const dayOf = (ms: number) => new Intl.DateTimeFormat("en-CA", { timeZone }).format(ms);
  if (dayOf(sinceMs) === dayOf(nowMs)) return said({ hour: "2-digit", minute: "2-digit" });
  if (nowMs - sinceMs < 6 * DAY_MS) return said({ weekday: "long" });
  return said({ day: "numeric", month: "long" });
}

/** `3 use cases changed since Thursday.`: what follows the verdict; nothing on a first visit. */
export function changedSentence({ sinceMs, changes }: SinceLastVisit, nowMs: number, timeZone: string): string {
  if (sinceMs === null) return "";
  const since = sinceWords(sinceMs, nowMs, timeZone);
  if (changes.length === 0) return `Nobody changed a use case since ${since}.`;
  return `${changes.length} use case${changes.length === 1 ? "" : "s"} changed since ${since}.`;
}

/** Places won (positive) or lost since the last visit; 0 where nobody can say. */
export function placesWon(before: number | undefined, rank: number | null): number {
  return before === undefined || rank === null ? 0 : before - rank;
}
