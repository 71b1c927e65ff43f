/** When the live line tries again, and when silence means that something between here and the server has died. */

/** The server says "here" this often; see app/api/live/route.ts. */
export const BEAT_MS = 5_000;
/** A leader that heard nothing for this long reopens its stream: a proxy may have swallowed it, or the machine slept. */
const REOPEN_AFTER_MS = 3 * BEAT_MS;
/** A follower that heard nothing for this long takes the lead: the browser may have frozen the leading tab. */
const TAKE_OVER_AFTER_MS = 4 * BEAT_MS;
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 60_000;

/**
 * How long to wait before attempt `n` (0 is the first after a loss): doubles from 1 s to 60 s, of which between half and all, so that
 * a thousand browsers do not come back in the same instant.
 *
 * @param chance from 0 (inclusive) to 1
 */
export function retryDelayMs(n: number, chance: number): number {
  const whole = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(n, 16));
  return Math.round(whole * (0.5 + chance / 2));
}

export interface Watched {
  leading: boolean;
  /** This tab can be seen; nobody else's silence matters to a hidden one. */
  visible: boolean;
  /** The leader's stream is open or opening; false while it waits to try again. */
  open: boolean;
  heardMs: number;
}

/** What silence asks for now. */
export function afterSilence(
  { leading, visible, open, heardMs }: Watched,
  nowMs: number,
): "nothing" | "reopen" | "take over" {
  const silentMs = nowMs - heardMs;
  if (leading) return open && silentMs > REOPEN_AFTER_MS ? "reopen" : "nothing";
  return visible && silentMs > TAKE_OVER_AFTER_MS ? "take over" : "nothing";
}
