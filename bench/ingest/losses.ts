import { type BenchLine, print } from "./bench-line";

/**
 * Readings with a durable ack against those in the store, round by round: what is missing in one round is never made good by what is
 * there twice in another.
 */
export class Losses {
  #lost = 0;
  #doubled = 0;
  #checked = 0;

  /** @param acknowledged readings of the batches that have their durable ack since the store was emptied, and nothing else was sent */
  async check(line: BenchLine, acknowledged: number): Promise<void> {
    const { distinct, doubled } = await line.countDistinct();
    this.#lost += Math.abs(acknowledged - distinct);
    this.#doubled += doubled;
    this.#checked += acknowledged;
  }

  /** @param during which of the runs these lines are of */
  print(line: BenchLine, during: string): void {
    print(line, "lost", this.#lost, "readings", "= 0", { during, n: this.#checked });
    print(line, "doubled", this.#doubled, "readings", "= 0", { during, n: this.#checked });
  }
}
