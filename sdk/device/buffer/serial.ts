/** Runs tasks one after the other, in the order they were given; a task that fails does not stop the next. */
export class Serial {
  private tail: Promise<unknown> = Promise.resolve();

  run<T>(task: () => Promise<T>): Promise<T> {
    const result = this.tail.then(task, task);
    // The caller gets the failure from `result`; the chain itself only needs to know that the task has ended.
    this.tail = result.then(ended, ended);
    return result;
  }

  /** Resolves when every task given so far has ended. */
  async idle(): Promise<void> {
    await this.tail;
  }
}

function ended(): void {}
