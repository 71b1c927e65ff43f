import { MAX_SEND_WINDOW } from "@/sdk/wire/ack";
import type { Settled } from "@/sdk/wire/settle";

/**
 * How many batches of a lane may be under way without a durable ack: min(16, the broker's Receive Maximum, the credit in
 * the last ack). MQTT.js does not keep to the Receive Maximum itself.
 */
export function sendWindow(receiveMaximum: number, credit: number): number {
  return Math.max(0, Math.min(MAX_SEND_WINDOW, receiveMaximum, credit));
}

/** Lets through `rate` units per second with at most one second's worth at once. Time is passed in, in ms. */
export class TokenBucket {
  private tokens: number;
  private atMs: number;

  constructor(
    private rate: number,
    nowMs: number,
  ) {
    this.tokens = rate;
    this.atMs = nowMs;
  }

  setRate(rate: number): void {
    this.rate = rate;
    this.tokens = Math.min(this.tokens, rate);
  }

  /**
   * Takes `units` if any token is left; the balance may go below zero, so a unit larger than the bucket passes too and
   * the average still holds.
   */
  take(units: number, nowMs: number): boolean {
    this.tokens = Math.min(this.rate, this.tokens + (Math.max(0, nowMs - this.atMs) * this.rate) / 1_000);
    this.atMs = nowMs;
    if (this.tokens <= 0) return false;
    this.tokens -= units;
    return true;
  }

  /** ms until `take` can succeed again */
  waitMs(nowMs: number): number {
    const tokens = this.tokens + (Math.max(0, nowMs - this.atMs) * this.rate) / 1_000;
    return tokens > 0 ? 0 : Math.ceil((-tokens / this.rate) * 1_000) + 1;
  }
}

/** The union of two sets of settled batches, in the one form that `Settled` has. */
export function mergeSettled(a: Settled, b: Settled): Settled {
  const spans = [...a.ranges, ...b.ranges].map(([from, to]): [number, number] => [from, to]);
  spans.sort((x, y) => x[0] - y[0]);
  let upTo = Math.max(a.upTo, b.upTo);
  const ranges: [number, number][] = [];
  for (const [from, to] of spans) {
    const last = ranges.at(-1);
    if (from <= upTo + 1) upTo = Math.max(upTo, to);
    else if (last && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else ranges.push([from, to]);
  }
  return { upTo, ranges };
}
