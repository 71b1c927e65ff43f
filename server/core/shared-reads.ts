/** An answer this old is given without asking the database, ms. */
const FRESH_MS = 1_000;
/** An answer this old is still given, while the next one is read for whoever comes after, ms. */
const USABLE_MS = 3_000;
/** Answers kept at a time; the one made longest ago goes first. */
const MAX_ENTRIES = 64;

interface Entry {
  /** ms of the clock that the reader gives, when the answer came; null while it is being read */
  sinceMs: number | null;
  answer: Promise<unknown>;
  /** the read that will replace this one */
  next: Promise<unknown> | null;
}

/**
 * Answers that people with the same rights share for a moment. Two hundred people who look at one fleet ask the same question every
 * few seconds: it is read once, and never twice at the same time, however long it takes. What somebody changes through this process is
 * seen by the next read (`forget`); what changes elsewhere, within `FRESH_MS`, or `USABLE_MS` for the first who asks after a quiet time.
 */
export class SharedReads {
  readonly #entries = new Map<string, Entry>();

  constructor(private readonly clock: () => number = () => performance.now()) {}

  /** @param key names the question and everything that its answer depends on, the rows that may be seen among it */
  read<T>(key: string, ask: () => Promise<T>): Promise<T> {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the key names the question, so the answer has its type
    return this.#answer(key, ask) as Promise<T>;
  }

  /** Something was changed here: the next read asks again, also where one is under way. */
  forget(): void {
    this.#entries.clear();
  }

  #answer(key: string, ask: () => Promise<unknown>): Promise<unknown> {
    const entry = this.#entries.get(key);
    if (!entry) return this.#ask(key, ask);
    if (entry.sinceMs === null) return entry.answer;
    const age = this.clock() - entry.sinceMs;
    if (age > USABLE_MS) return entry.next ?? this.#ask(key, ask);
    if (age > FRESH_MS && entry.next === null) this.#askBehind(key, entry, ask);
    return entry.answer;
  }

  #ask(key: string, ask: () => Promise<unknown>): Promise<unknown> {
    const answer = ask();
    const entry: Entry = { sinceMs: null, answer, next: null };
    this.#keep(key, entry);
    answer.then(
      () => {
        entry.sinceMs = this.clock();
      },
      // A failure is told to those who wait for it, and not kept.
      () => this.#drop(key, entry),
    );
    return answer;
  }

  /** Reads while the old answer still serves. After a failure whoever comes next asks, and is told why if it fails again. */
  #askBehind(key: string, old: Entry, ask: () => Promise<unknown>): void {
    const answer = ask();
    old.next = answer;
    answer.then(
      () => {
        if (this.#entries.get(key) === old) this.#keep(key, { sinceMs: this.clock(), answer, next: null });
      },
      () => this.#drop(key, old),
    );
  }

  #keep(key: string, entry: Entry): void {
    const nowMs = this.clock();
    this.#entries.delete(key);
    for (const [other, { sinceMs, next }] of this.#entries) {
      const isOld = sinceMs !== null && next === null && nowMs - sinceMs > USABLE_MS;
      if (this.#entries.size >= MAX_ENTRIES || isOld) this.#entries.delete(other);
    }
    this.#entries.set(key, entry);
  }

  #drop(key: string, entry: Entry): void {
    if (this.#entries.get(key) === entry) this.#entries.delete(key);
  }
}
