import type { Refusal } from "./refusal";

/** Event streams that one person may hold open at a time: one per browser, and nobody uses twenty. */
const PER_ACTOR = 20;
/** Of all people of this process together. */
const IN_ALL = 2_000;

/** Counts open event streams, so that one person with a loop cannot take the connections of everybody. */
export class StreamLimit {
  private readonly open = new Map<string, number>();
  private total = 0;

  /** @returns the end of the stream, to be called once, or why there is no room */
  enter(actorId: string): (() => void) | Refusal {
    const mine = this.open.get(actorId) ?? 0;
    if (mine >= PER_ACTOR || this.total >= IN_ALL) {
      return {
        status: 429,
        code: "E_RATE",
        message:
          mine >= PER_ACTOR ? `You have ${PER_ACTOR} live pages open already.` : "Too many people look live right now.",
        hint: "Close some, then load this page again.",
        retryAfterS: 30,
      };
    }
    this.open.set(actorId, mine + 1);
    this.total += 1;
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.total -= 1;
      const rest = (this.open.get(actorId) ?? 1) - 1;
      if (rest === 0) this.open.delete(actorId);
      else this.open.set(actorId, rest);
    };
  }
}
