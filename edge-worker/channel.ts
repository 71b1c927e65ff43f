/**
 * A bounded queue between one or more producers and one consumer. `push` waits while it is full, which is how a slow
 * stage slows its source; `offer` never waits and says whether there was room, for producers that cannot be slowed.
 */
export class Channel<T> implements AsyncIterable<T> {
  readonly #items: T[] = [];
  #isEnded = false;
  #error: Error | null = null;
  #wakeConsumer: (() => void) | null = null;
  #waitingProducers: (() => void)[] = [];

  constructor(readonly capacity: number) {}

  get size(): number {
    return this.#items.length;
  }

  /** The producer or the consumer has finished: what is pushed now goes nowhere. */
  get isEnded(): boolean {
    return this.#isEnded;
  }

  offer(item: T): boolean {
    if (this.#isEnded || this.#items.length >= this.capacity) return false;
    this.#items.push(item);
    this.#wake();
    return true;
  }

  /** Resolves when the item is queued; at once and without effect when the channel has ended. */
  async push(item: T): Promise<void> {
    while (!this.#isEnded && this.#items.length >= this.capacity)
      await new Promise<void>((resolve) => this.#waitingProducers.push(resolve));
    if (this.#isEnded) return;
    this.#items.push(item);
    this.#wake();
  }

  /** The consumer gets what is queued, then the end, or the error. */
  end(error: Error | null = null): void {
    this.#isEnded = true;
    this.#error ??= error;
    this.#wake();
    this.#releaseProducers();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    try {
      for (;;) {
        const item = this.#items.shift();
        if (item !== undefined) {
          if (this.#waitingProducers.length > 0) this.#releaseProducers();
          yield item;
        } else if (this.#isEnded) {
          if (this.#error) throw this.#error;
          return;
        } else await new Promise<void>((resolve) => (this.#wakeConsumer = resolve));
      }
    } finally {
      this.#isEnded = true;
      this.#releaseProducers();
    }
  }

  #wake(): void {
    const wake = this.#wakeConsumer;
    this.#wakeConsumer = null;
    wake?.();
  }

  #releaseProducers(): void {
    const waiting = this.#waitingProducers;
    this.#waitingProducers = [];
    for (const release of waiting) release();
  }
}
