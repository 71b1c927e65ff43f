import { BATCH_JSON } from "@/sdk/wire/batch";
import type { DurableAck } from "@/sdk/wire/ack";
import { LANES, type Lane } from "@/sdk/wire/names";
import { isSettled } from "@/sdk/wire/settle";
import { batchTopic } from "@/sdk/wire/topics";
import type { BufferStore, StoredBatch } from "./buffer/port";
import { Rooms } from "./buffer/rooms";
import { Serial } from "./buffer/serial";
import { DeviceError } from "./errors";
import { type Link, REASON } from "./link";
import { TokenBucket, mergeSettled, sendWindow } from "./window";

export interface SenderOptions {
  node: string;
  store: BufferStore;
  /** rows per second that the backlog may be sent at, beside live data */
  backfillRate: number;
  probeEveryMs: number;
  /** no PUBACK for this long: the client hangs, and a new one is made */
  pubackTimeoutMs: number;
  /** no durable ack for this long: the batch is sent again, later each time */
  ackTimeoutMs: number;
  monoMs: () => number;
  random: () => number;
  /** makes the births of a former start known before its first batch on a connection */
  ensureBirth: (boot: string) => Promise<void>;
  /** true while the batch is being given up; it is sent in its new form a moment later */
  isClaimed: (batch: StoredBatch) => boolean;
  /** one batch is damaged on the disk */
  damaged: (batch: StoredBatch) => Promise<void>;
  problem: (code: string, detail: string) => void;
  rejected: (lane: Lane, rejections: DurableAck["rejected"]) => Promise<void>;
  freed: () => void;
  tooLarge: (bytes: number) => void;
}

interface Flight {
  atMs: number;
  acked: boolean;
}

interface LaneSend {
  lane: Lane;
  credit: number;
  /** numbers from here on were sealed while connected: they go first (G6) */
  liveFrom: number;
  nextLive: number;
  nextBacklog: number;
  flights: Map<number, Flight>;
  /** numbers that are not to be sent on this connection */
  held: Set<number>;
  /** sent again so many times without a durable ack */
  repeats: Map<number, number>;
  lastAckAtMs: number | null;
}

/**
 * Decides which batch goes next and watches over it until the durable ack. A PUBACK only says that the broker has it: the
 * batch stays in the buffer. Per lane at most min(16, Receive Maximum, credit) batches are without a durable ack; live
 * batches go before the backlog, which goes oldest first at `backfillRate`.
 */
export class Sender {
  private readonly lanes: LaneSend[];
  private link: Link | null = null;
  private readonly acks = new Serial();
  private readonly rooms = new Rooms();
  private bucket: TokenBucket;
  private pumping = false;
  private again = false;
  private timer: NodeJS.Timeout | null = null;
  private notBeforeMs = 0;
  /** set while nobody listens: one batch goes at this time, to find out */
  private probeAtMs: number | null = null;
  private pausedBy: string | null = null;
  /** larger batches stay in the buffer: a broker has refused one of this size and one byte */
  private maxBytes = Number.POSITIVE_INFINITY;
  sentBatches = 0;
  resentBatches = 0;
  ackedBatches = 0;

  constructor(private readonly options: SenderOptions) {
    this.bucket = new TokenBucket(options.backfillRate, options.monoMs());
    this.lanes = LANES.map((lane) => ({
      lane,
      credit: Number.POSITIVE_INFINITY,
      liveFrom: 0,
      nextLive: 0,
      nextBacklog: 0,
      flights: new Map(),
      held: new Set(),
      repeats: new Map(),
      lastAckAtMs: null,
    }));
  }

  /**
   * The broker ended the connection over a packet's size without saying which: the largest batch it had not answered is
   * the likeliest. It and larger ones stay in the buffer until the next start, and new batches are sealed smaller.
   */
  blameLargest(): void {
    let largest: StoredBatch | null = null;
    for (const one of this.lanes) {
      for (const [number, flight] of one.flights) {
        const batch = flight.acked ? null : this.options.store.find(one.lane, number);
        if (batch && batch.bytes > (largest?.bytes ?? 0)) largest = batch;
      }
    }
    if (largest) this.refuseSize(largest);
  }

  private refuseSize(batch: StoredBatch): void {
    this.maxBytes = Math.min(this.maxBytes, batch.bytes - 1);
    this.options.tooLarge(batch.bytes);
    this.options.problem(
      "PACKET_TOO_LARGE",
      `The broker takes no message of ${batch.bytes} bytes: batch ${batch.batch} of lane ${batch.lane} is held back. Raise the broker's limit and restart the device.`,
    );
  }

  /** A new connection: what was under way on the last one is not any more, and what is sealed from now on is live. */
  attach(link: Link): void {
    this.link = link;
    this.probeAtMs = null;
    this.notBeforeMs = 0;
    for (const one of this.lanes) {
      one.liveFrom = this.options.store.lane(one.lane).nextBatch;
      one.nextLive = one.liveFrom;
      one.nextBacklog = 0;
      one.flights.clear();
      one.held.clear();
      one.credit = Number.POSITIVE_INFINITY;
    }
    this.pump();
  }

  detach(): void {
    this.link = null;
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    for (const one of this.lanes) one.flights.clear();
  }

  setBackfillRate(rate: number): void {
    this.bucket.setRate(rate);
    this.pump();
  }

  hold(why: string): void {
    this.pausedBy = why;
  }

  resume(): void {
    this.pausedBy = null;
    this.probeAtMs = null;
    this.pump();
  }

  get heldBy(): string | null {
    return this.pausedBy ?? (this.probeAtMs === null ? null : "nobody-listens");
  }

  underWay(): number {
    return this.lanes.reduce((sum, one) => sum + one.flights.size, 0);
  }

  isUnderWay({ lane, batch }: Pick<StoredBatch, "lane" | "batch">): boolean {
    return this.of(lane).flights.has(batch);
  }

  /** Sends again what is not settled, from the oldest on (`cmd resend`). */
  resend(lane: Lane | null, from: number): void {
    for (const one of this.lanes) {
      if (lane !== null && one.lane !== lane) continue;
      one.flights.clear();
      one.held.clear();
      one.nextBacklog = Math.min(one.nextBacklog, from);
      one.nextLive = Math.min(one.nextLive, Math.max(one.liveFrom, from));
    }
    this.probeAtMs = null;
    this.pump();
  }

  /** Acks are taken one after the other: two that name the same rejected batch bury it once. */
  acknowledged(lane: Lane, ack: DurableAck): Promise<void> {
    return this.acks.run(() => this.takeAck(lane, ack));
  }

  private async takeAck(lane: Lane, ack: DurableAck): Promise<void> {
    const { store } = this.options;
    if (ack.epoch !== store.epoch) return;
    const one = this.of(lane);
    const state = store.lane(lane);
    const highest = ack.ranges.reduce((high, [, to]) => Math.max(high, to), ack.upTo);
    if (highest >= state.nextBatch) {
      this.options.problem(
        "EPOCH_BEHIND",
        `The control plane has batch ${highest} of lane ${lane}; this buffer has only made ${state.nextBatch}. It was restored from a copy: move it away to start a new epoch.`,
      );
      return;
    }
    one.credit = ack.credit;
    one.lastAckAtMs = this.options.monoMs();
    this.probeAtMs = null;
    if (ack.rejected.length > 0) await this.options.rejected(lane, ack.rejected);
    const settled = mergeSettled(state.settled, { upTo: ack.upTo, ranges: ack.ranges });
    for (const batch of [...one.flights.keys()]) {
      if (!isSettled(settled, batch)) continue;
      one.flights.delete(batch);
      one.repeats.delete(batch);
      this.ackedBatches += 1;
    }
    await store.free(lane, settled);
    this.options.freed();
    this.pump();
  }

  /** Looks for something to send; cheap when there is nothing. */
  pump(): void {
    if (this.pumping) {
      this.again = true;
      return;
    }
    this.pumping = true;
    this.run().catch((cause: unknown) => {
      this.link?.abort(cause instanceof Error ? cause.message : String(cause));
    });
  }

  private async run(): Promise<void> {
    try {
      do {
        this.again = false;
        for (let next = this.next(); next; next = this.next()) await this.send(next.one, next.batch);
      } while (this.again);
    } finally {
      this.pumping = false;
    }
    this.planLook();
  }

  private of(lane: Lane): LaneSend {
    const one = this.lanes.find((known) => known.lane === lane);
    if (!one) throw new RangeError(`no lane ${lane}`);
    return one;
  }

  private next(): { one: LaneSend; batch: StoredBatch } | null {
    const nowMs = this.options.monoMs();
    if (!this.link || this.pausedBy !== null || nowMs < this.notBeforeMs) return null;
    if (this.probeAtMs !== null && (nowMs < this.probeAtMs || this.underWay() > 0)) return null;
    const open = this.lanes.filter(
      (one) => one.flights.size < sendWindow(this.link?.limits.receiveMaximum ?? 0, one.credit),
    );
    for (const one of open) {
      const batch = this.pick(one, "nextLive", Number.POSITIVE_INFINITY);
      if (batch) return { one, batch };
    }
    for (const one of open) {
      const batch = this.pick(one, "nextBacklog", one.liveFrom);
      if (!batch) continue;
      if (!this.bucket.take(Math.max(1, batch.rows), nowMs)) return null;
      return { one, batch };
    }
    return null;
  }

  private pick(one: LaneSend, cursor: "nextLive" | "nextBacklog", below: number): StoredBatch | null {
    let skipped = false;
    for (const batch of this.options.store.held(one.lane, one[cursor])) {
      if (batch.batch >= below) return null;
      if (!this.options.isClaimed(batch) && !skipped) one[cursor] = batch.batch;
      else skipped = true;
      if (batch.bytes > this.maxBytes) continue;
      if (!one.flights.has(batch.batch) && !one.held.has(batch.batch) && !this.options.isClaimed(batch)) return batch;
    }
    return null;
  }

  private async send(one: LaneSend, batch: StoredBatch): Promise<void> {
    const { store, node } = this.options;
    const link = this.link;
    if (!link) return;
    const number = batch.batch;
    one.flights.set(number, { atMs: this.options.monoMs(), acked: false });
    let bytes: Buffer;
    try {
      bytes = await store.read(one.lane, number, this.rooms);
    } catch (cause) {
      one.flights.delete(number);
      // Freed while we were about to read it: there is nothing left to send.
      if (!store.find(one.lane, number)) return;
      if (!(cause instanceof DeviceError) || cause.code !== "CORRUPT") throw cause;
      one.held.add(number);
      await this.options.damaged(batch);
      one.held.delete(number);
      return;
    }
    await this.options.ensureBirth(batch.boot);
    if (batch.sent) this.resentBatches += 1;
    else await store.markSent(one.lane, number);
    if (this.link !== link) return;
    this.sentBatches += 1;
    const properties = {
      contentType: BATCH_JSON,
      alias: LANES.indexOf(one.lane) + 1,
      userProperties: { epoch: store.epoch, batch: String(number), ...(batch.encoding ? { ce: batch.encoding } : {}) },
    };
    let published: Promise<number>;
    try {
      published = link.publish(batchTopic(node, one.lane), bytes, properties);
    } catch (cause) {
      if (!(cause instanceof DeviceError)) throw cause;
      one.flights.delete(number);
      one.held.add(number);
      this.options.tooLarge(bytes.length);
      this.options.problem(cause.code, `Batch ${number} of lane ${one.lane} is held back: ${cause.message}`);
      return;
    }
    // When the connection ends first, the flight stays until `detach`: it tells what the broker had not answered.
    published.then((reason) => {
      this.rooms.give(bytes); // a link never sends again by itself
      this.answered(link, one, batch, reason);
    }, unanswered);
  }

  private answered(link: Link, one: LaneSend, batch: StoredBatch, reason: number): void {
    if (this.link !== link) return;
    const nowMs = this.options.monoMs();
    const flight = one.flights.get(batch.batch);
    if (reason === REASON.success) {
      if (flight) Object.assign(flight, { acked: true, atMs: nowMs });
      if (this.probeAtMs !== null) this.probeAtMs = null;
      this.pump();
      return;
    }
    one.flights.delete(batch.batch);
    one.nextBacklog = Math.min(one.nextBacklog, batch.batch);
    one.nextLive = Math.max(one.liveFrom, Math.min(one.nextLive, batch.batch));
    if (reason === REASON.noSubscribers) this.probeAtMs = nowMs + this.options.probeEveryMs;
    else if (reason === REASON.quotaExceeded || reason === REASON.rateTooHigh) {
      this.notBeforeMs = nowMs + 1_000 + Math.floor(this.options.random() * 4_000);
    } else {
      one.held.add(batch.batch);
      if (reason === REASON.packetTooLarge) this.refuseSize(batch);
      else
        this.options.problem(
          `PUBACK_${reason.toString(16).padStart(2, "0").toUpperCase()}`,
          `The broker refuses batch ${batch.batch} of lane ${batch.lane} (reason 0x${reason.toString(16)}).`,
        );
    }
    this.pump();
  }

  /** One timer for everything that depends on time: tokens, probes, back-off, and the watch over what is under way. */
  private planLook(): void {
    if (this.timer || !this.link) return;
    const nowMs = this.options.monoMs();
    const waits = [1_000];
    if (this.notBeforeMs > nowMs) waits.push(this.notBeforeMs - nowMs);
    const tokens = this.bucket.waitMs(nowMs);
    if (tokens > 0) waits.push(tokens);
    if (this.probeAtMs !== null && this.probeAtMs > nowMs) waits.push(this.probeAtMs - nowMs);
    this.timer = setTimeout(
      () => {
        this.timer = null;
        this.watch();
        this.pump();
      },
      Math.max(5, Math.min(...waits)),
    );
    this.timer.unref();
  }

  private watch(): void {
    const nowMs = this.options.monoMs();
    for (const one of this.lanes) {
      for (const [batch, flight] of one.flights) {
        const waited = nowMs - flight.atMs;
        if (!flight.acked && waited > this.options.pubackTimeoutMs) {
          this.options.problem(
            "PUBACK_TIMEOUT",
            `The broker did not answer batch ${batch} of lane ${one.lane} within ${this.options.pubackTimeoutMs} ms.`,
          );
          this.link?.abort("no PUBACK in time");
          return;
        }
        const repeats = one.repeats.get(batch) ?? 0;
        if (flight.acked && waited > this.options.ackTimeoutMs * 2 ** Math.min(repeats, 4)) {
          one.flights.delete(batch);
          one.repeats.set(batch, repeats + 1);
          one.nextBacklog = Math.min(one.nextBacklog, batch);
          one.nextLive = Math.max(one.liveFrom, Math.min(one.nextLive, batch));
        }
      }
    }
  }
}

function unanswered(): void {}
