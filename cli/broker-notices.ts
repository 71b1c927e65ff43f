import type { BrokerTrouble } from "@/server/fabric/broker-verbs";
import type { BrokerNotice } from "./embedded/running-broker";

/** One node's trouble of one kind is written at most this often; what comes between is counted. */
const PACE_MS = 60_000;
/** Names that are remembered at once: who tries a thousand names must not fill our memory. */
const MAX_REMEMBERED = 1_000;

interface Gathered {
  trouble: BrokerTrouble;
  /** when this node's trouble of this kind was last given out; −∞ before */
  toldMs: number;
}

/**
 * Gathers what the broker refuses, so that it can be shown at a bounded rate: the first of a kind at once, then one a minute
 * per node with the number of those between.
 */
export class BrokerNotices {
  readonly #gathered = new Map<string, Gathered>();

  take({ kind, user, text }: BrokerNotice, nowMs: number): void {
    if (user === null) return; // the broker's log has it; there is nobody to tell it of
    const key = `${kind}/${user}`;
    const before = this.#gathered.get(key);
    if (!before && this.#gathered.size >= MAX_REMEMBERED) this.#forgetOld(nowMs);
    if (!before && this.#gathered.size >= MAX_REMEMBERED) return;
    const count = (before?.trouble.count ?? 0) + 1;
    const toldMs = before?.toldMs ?? Number.NEGATIVE_INFINITY;
    this.#gathered.set(key, { trouble: { node: user, kind, count, text, atMs: nowMs }, toldMs });
  }

  /** What is to be written now; it is given out once. */
  due(nowMs: number): BrokerTrouble[] {
    const due: BrokerTrouble[] = [];
    for (const [key, { trouble, toldMs }] of this.#gathered) {
      if (trouble.count === 0 || nowMs - toldMs < PACE_MS) continue;
      due.push(trouble);
      this.#gathered.set(key, { trouble: { ...trouble, count: 0 }, toldMs: nowMs });
    }
    return due;
  }

  /** Takes back what could not be written, to be given out with the next. */
  keep(troubles: readonly BrokerTrouble[]): void {
    for (const { kind, node, count } of troubles) {
      const gathered = this.#gathered.get(`${kind}/${node}`);
      if (!gathered) continue;
      gathered.trouble.count += count;
      gathered.toldMs = Number.NEGATIVE_INFINITY;
    }
  }

  #forgetOld(nowMs: number): void {
    for (const [key, { trouble, toldMs }] of this.#gathered)
      if (trouble.count === 0 && nowMs - toldMs >= PACE_MS) this.#gathered.delete(key);
  }
}
