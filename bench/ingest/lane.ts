import type { Prepared } from "./raw-node";

/** Batches a node keeps under way when its credit allows (wire contract §1). */
export const WINDOW = 16;

/**
 * One node's telemetry lane as its sender sees it: what was sent, what has its durable ack, and how long the acks took from the
 * instant at which each batch was DUE. A batch that is sent again keeps that instant, so a slow commit is never hidden by its resend.
 */
export class Lane {
  /** batches below this number have their durable ack */
  acked = 0;
  /** number of the batch to send next */
  next = 0;
  /** batches below this number were sent at least once */
  reached = 0;
  resent = 0;
  /** From due to durable ack, ms, one per batch. */
  readonly latenciesMs: number[] = [];
  /** From due to the first send, ms: how late the benchmark itself was. */
  readonly latenessMs: number[] = [];
  #credit = WINDOW;
  #lastProgressMs = 0;
  readonly #dueMs = new Map<number, number>();

  /**
   * @param total batches there are; Infinity where the lane never ends
   * @param packetOf the sealed batch, byte-identical whenever it is asked for
   */
  constructor(
    readonly total: number,
    private readonly packetOf: (batch: number) => Prepared,
    private readonly publish: (packet: Prepared) => void,
  ) {}

  /** Sends the next batch, now or (at a pace) at an instant that may have passed. */
  send(dueMs?: number): void {
    const nowMs = performance.now();
    const batch = this.next++;
    if (batch === this.acked) this.#lastProgressMs = nowMs;
    if (batch < this.reached) this.resent += 1;
    else {
      this.reached = batch + 1;
      this.#dueMs.set(batch, dueMs ?? nowMs);
      this.latenessMs.push(dueMs === undefined ? 0 : nowMs - dueMs);
    }
    this.publish(this.packetOf(batch));
  }

  /** Sends as long as window and credit allow. @param upTo the first batch that is not wanted */
  fill(upTo = this.total): void {
    while (this.next < upTo && this.next - this.acked < Math.min(WINDOW, this.#credit)) this.send();
  }

  takeAck({ upTo, credit }: { upTo: number; credit: number }): void {
    const nowMs = performance.now();
    this.#credit = credit;
    if (upTo < this.acked) return;
    this.#lastProgressMs = nowMs;
    for (let batch = this.acked; batch <= upTo; batch++) {
      const dueMs = this.#dueMs.get(batch);
      if (dueMs === undefined) throw new Error(`batch ${batch} was acknowledged before it was sent`);
      this.#dueMs.delete(batch);
      this.latenciesMs.push(nowMs - dueMs);
    }
    this.acked = upTo + 1;
    this.next = Math.max(this.next, this.acked);
  }

  /** Sends what was sent and is not acknowledged once more, when nothing has moved for `afterMs`: as a node does whose ack stays away. */
  resendAfter(afterMs: number): void {
    if (this.acked >= this.reached || performance.now() - this.#lastProgressMs < afterMs) return;
    const schedule = this.next;
    this.next = this.acked;
    while (this.next < this.reached && this.next - this.acked < WINDOW) this.send();
    this.next = Math.max(this.next, schedule); // at a pace the schedule goes on where it was
  }
}
