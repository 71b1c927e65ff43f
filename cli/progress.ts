/** Tells each step of the start in one line when it is done, with its seconds; long ones also when they begin. */
export class Progress {
  private readonly startedAt = performance.now();

  constructor(private readonly write: (text: string) => void = (text) => process.stdout.write(text)) {}

  async step<T>(label: string, work: () => Promise<T>, describe?: (result: T) => string): Promise<T> {
    const began = performance.now();
    try {
      const result = await work();
      this.line("✓", describe ? `${label} ${describe(result)}` : label, performance.now() - began);
      return result;
    } catch (cause) {
      this.line("✗", label, performance.now() - began);
      throw cause;
    }
  }

  say(text: string): void {
    this.write(`${text}\n`);
  }

  /** Seconds since the start. */
  elapsed(): string {
    return ((performance.now() - this.startedAt) / 1000).toFixed(1);
  }

  private line(mark: string, label: string, tookMs: number): void {
    this.write(`  ${mark} ${label.padEnd(52)} ${(tookMs / 1000).toFixed(1).padStart(5)} s\n`);
  }
}
