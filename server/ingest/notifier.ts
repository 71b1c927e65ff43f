import type { Pool } from "pg";

/** Messages of one channel go out at most this often, ms. */
const PACE_MS = 250;
/** PostgreSQL refuses payloads of 8,000 bytes and more. */
const MAX_PAYLOAD_BYTES = 7_000;

/**
 * Tells other processes that something changed: what, in as few messages as possible. Nobody may depend on a message, so a
 * failed one is only counted by `onError`.
 */
export class Notifier {
  readonly #streams = new Set<number>();
  readonly #nodes = new Set<string>();
  readonly #bare = new Set<"tl_events" | "tl_quarantine">();
  #timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly pool: Pool,
    private readonly onError: (cause: unknown) => void,
  ) {}

  latest(streamIds: Iterable<number>): void {
    for (const id of streamIds) this.#streams.add(id);
    this.#arm();
  }

  node(node: string): void {
    this.#nodes.add(node);
    this.#arm();
  }

  changed(channel: "tl_events" | "tl_quarantine"): void {
    this.#bare.add(channel);
    this.#arm();
  }

  async flush(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const messages: [string, string][] = [];
    if (this.#streams.size > 0) {
      const text = JSON.stringify({ streams: [...this.#streams] });
      messages.push(["tl_latest", text.length > MAX_PAYLOAD_BYTES ? '{"streams":"many"}' : text]);
    }
    for (const node of this.#nodes) messages.push(["tl_nodes", JSON.stringify({ node })]);
    for (const channel of this.#bare) messages.push([channel, "{}"]);
    this.#streams.clear();
    this.#nodes.clear();
    this.#bare.clear();
    if (messages.length === 0) return;
    try {
      await this.pool.query("select pg_notify(c, m) from unnest($1::text[], $2::text[]) as n (c, m)", [
        messages.map(([channel]) => channel),
        messages.map(([, text]) => text),
      ]);
    } catch (cause) {
      this.onError(cause);
    }
  }

  #arm(): void {
    this.#timer ??= setTimeout(() => void this.flush(), PACE_MS);
  }
}
