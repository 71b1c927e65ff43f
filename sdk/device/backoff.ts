export const RECONNECT_MIN_MS = 1_000;
export const RECONNECT_MAX_MS = 5 * 60_000;

/** A number in [0, 1) each call, the same series for the same seed (mulberry32). */
export function seededRandom(seed: string): () => number {
  let state = 2_166_136_261;
  for (const char of seed) state = Math.imul(state ^ (char.codePointAt(0) ?? 0), 16_777_619);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/**
 * Wait before connection attempt `attempt` (0 is the first after a loss), in ms: full jitter, anywhere between nothing and
 * min(5 min, 1 s · 2^attempt), so a fleet that lost its broker together does not come back together (G7).
 */
export function reconnectDelayMs(
  attempt: number,
  random: () => number,
  minMs = RECONNECT_MIN_MS,
  maxMs = RECONNECT_MAX_MS,
): number {
  return Math.floor(random() * Math.min(maxMs, minMs * 2 ** Math.min(attempt, 30)));
}
