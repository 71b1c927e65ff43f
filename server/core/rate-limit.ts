import type { Sql } from "@/db/access";
import type { Refusal } from "./refusal";

/** Requests that one bucket may make in a window. */
export interface RateLimit {
  allowed: number;
  windowS: number;
}

interface Lease {
  windowStartMs: number;
  left: number;
  isSpent: boolean;
}

/**
 * Limits that all web processes keep together, counted in PostgreSQL. A process takes up to a twentieth of what is allowed at a time and
 * gives it out from memory, so that a busy client costs one write in twenty requests; the limit may then strike that much early,
 * never late.
 */
export class RateLimiter {
  private readonly leases = new Map<string, Lease>();
  private sweptAtMs = 0;

  constructor(
    private readonly sql: Sql,
    private readonly limit: RateLimit,
    private readonly now: () => number = Date.now,
  ) {}

  /** @param bucket who is counted, such as `token:<id>` @returns why the request must wait, or null */
  async take(bucket: string): Promise<Refusal | null> {
    const nowMs = this.now();
    const windowMs = this.limit.windowS * 1_000;
    const windowStartMs = Math.floor(nowMs / windowMs) * windowMs;
    let lease = this.leases.get(bucket);
    if (!lease || lease.windowStartMs !== windowStartMs) lease = { windowStartMs, left: 0, isSpent: false };
    if (lease.left === 0 && !lease.isSpent) {
      const size = Math.max(1, Math.floor(this.limit.allowed / 20));
      const { rows } = await this.sql.query<{ n: number }>(
        `insert into rate_counts as r (bucket, window_start, n) values ($1, to_timestamp($2 / 1000.0), $3)
         on conflict (bucket, window_start) do update set n = r.n + excluded.n returning n`,
        [bucket, windowStartMs, size],
      );
      const before = (rows[0]?.n ?? size) - size;
      lease.left += Math.min(size, Math.max(0, this.limit.allowed - before));
      lease.isSpent = lease.left === 0;
      await this.sweep(nowMs, windowMs);
    }
    this.leases.set(bucket, lease);
    if (lease.left > 0) {
      lease.left -= 1;
      return null;
    }
    const retryAfterS = (windowStartMs + windowMs - nowMs) / 1_000;
    return {
      status: 429,
      code: "E_RATE",
      message: `These are more than ${this.limit.allowed} requests in ${this.limit.windowS} seconds.`,
      hint: `Wait ${Math.ceil(retryAfterS)} seconds, and ask for more at once instead of more often.`,
      retryAfterS,
    };
  }

  /** Forgets windows that are over, at most once in a window. */
  private async sweep(nowMs: number, windowMs: number): Promise<void> {
    if (nowMs - this.sweptAtMs < windowMs) return;
    this.sweptAtMs = nowMs;
    for (const [bucket, lease] of this.leases) if (lease.windowStartMs < nowMs - windowMs) this.leases.delete(bucket);
    await this.sql.query("delete from rate_counts where window_start < to_timestamp($1 / 1000.0)", [
      nowMs - 10 * windowMs,
    ]);
  }
}
