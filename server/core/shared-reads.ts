/** An answer this old is given without asking the database, ms. */
const FRESH_MS = 1_000;
/** An answer this old is still given, while the next one is read for whoever comes after, ms. */
const USABLE_MS = 3_000;
/** Answers kept at a time; the one made longest ago goes first. */
const MAX_ENTRIES = 64;

interface Entry {
  /** ms of the clock that the reader gives */
  readMs: number;
  answer: Promise<unknown>;
  /** the read that will replace this one */
  next: Promise<unknown> | null;
}

/**
 * Answers that people with the same rights share for a moment. Two hundred people who look at one fleet ask the same question every
 * few seconds: it is read once, and never twice at the same time. What somebody changes through this process is seen by the next
 * read (`forget`); what changes elsewhere, within `FRESH_MS`, or `USABLE_MS` for the first who asks after a quiet time.
 */
export class SharedReads {
  readonly #entries = new Map<string, Entry>();

  constructor(private readonly clock: () => number = () => performance.now()) {}

  /** @param key names the question and everything that its answer depends on, the rows that may be seen among it */
  read<T>(key: string, ask: () => Promise<T>): Promise<T> {
    const now = this.clock();
    const entry = this.#entries.get(key);
    const age = entry ? now - entry.readMs : Infinity;
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the key names the question, so the answer has its type
    const known = entry?.answer as Promise<T> | undefined;
    if (!entry || known === undefined || age > USABLE_MS) return this.#ask(key, ask, now);
    if (age > FRESH_MS && entry.next === null) {
      entry.next = this.#ahead(key, entry, ask, now);
    }
    return known;
  }

  /** Something was changed here: the next read asks again, also where one is under way. */
  forget(): void {
    this.#entries.clear();
  }

  #ask<T>(key: string, ask: () => Promise<T>, now: number): Promise<T> {
    const answer = ask();
    const entry: Entry = { readMs: now, answer, next: null };
    this.#keep(key, entry);
    // A failure is told to those who wait for it, and not kept.
    answer.catch(() => this.#drop(key, entry));
    return answer;
  }

  /** Reads while the old answer still serves; a failure leaves that one to grow old. */
  async #ahead<T>(key: string, old: Entry, ask: () => Promise<T>, now: number): Promise<void> {
    try {
      const answer = await ask();
      if (this.#entries.get(key) === old) this.#keep(key, { readMs: now, answer: Promise.resolve(answer), next: null });
    } catch {
      old.next = null; // whoever asks when the old answer is no longer usable is told why
    }
  }

  #keep(key: string, entry: Entry): void {
    this.#entries.delete(key);
    for (const [other, { readMs }] of this.#entries)
      if (this.#entries.size >= MAX_ENTRIES || entry.readMs - readMs > USABLE_MS) this.#entries.delete(other);
    this.#entries.set(key, entry);
  }

  #drop(key: string, entry: Entry): void {
    if (this.#entries.get(key) === entry) this.#entries.delete(key);
  }
}
