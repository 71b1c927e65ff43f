import type { DurableAck } from "@/sdk/wire/ack";
import { MAX_ACK_RANGES, MAX_SEND_WINDOW } from "@/sdk/wire/ack";
import { REJECT_CODES } from "@/sdk/wire/codes";
import type { Lane } from "@/sdk/wire/names";
import { ackTopic } from "@/sdk/wire/topics";
import type { Pool } from "pg";
import { type LaneAfter, parseRanges, type RejectedBatch } from "./commit";

export interface AckOptions {
  publish(topic: string, body: string): void;
  /** share of the memory limit in use */
  pressure(): number;
}

/** Rejected batches that an ack repeats, so that a node which missed one ack finds them in the next. */
const REJECTED_REPEATED = 16;
/** Rejected batches that the answer to a reconnect lists. */
const REJECTED_LISTED = 64;
const MAX_LANES = 50_000;

interface LaneMemory {
  rejected: RejectedBatch[];
  last: LaneAfter;
}

/**
 * Says towards the nodes what is settled. Called only after a commit, or with what the database itself says; so an ack is
 * never ahead of the store, and any replica can give it.
 */
export class Acks {
  readonly #lanes = new Map<string, LaneMemory>();
  /** lanes told to slow down, with the credit they were told; they get a new ack when the pressure is gone */
  readonly #slowed = new Map<string, { lane: LaneAfter; told: number }>();

  constructor(private readonly options: AckOptions) {}

  /** How many batches a node may have under way per lane: all, then few, then none, as memory fills. */
  credit(): number {
    const pressure = this.options.pressure();
    if (pressure < 0.5) return MAX_SEND_WINDOW;
    if (pressure < 0.75) return MAX_SEND_WINDOW / 4;
    return pressure < 0.9 ? 1 : 0;
  }

  committed(lanes: readonly LaneAfter[]): void {
    const credit = this.credit();
    for (const lane of lanes) this.#publish(lane, credit);
  }

  /**
   * Gives credit back: to lanes that were told to hold as soon as there is some, to those that were told to slow down when there is all
   * of it. Their next ack would say so too, but a node that has nothing to send gets none.
   */
  relieve(): void {
    const credit = this.credit();
    if (credit === 0) return;
    const due = [...this.#slowed.values()].filter(({ told }) => told === 0 || credit === MAX_SEND_WINDOW);
    for (const { lane } of due) this.#publish(lane, credit);
  }

  /** The current acks of a node's epoch from the database: after a reconnect, or when it asks again. */
  async answer(pool: Pool, node: string, epoch: string): Promise<void> {
    const { rows } = await pool.query<{
      lane: Lane;
      upTo: string;
      ranges: string;
      rejected: { batch: number; text: string }[] | null;
    }>(
      `select l.lane, l.up_to as "upTo", l.ranges::text, (select jsonb_agg(jsonb_build_object('batch', r.batch, 'text', r.rejected) order by r.batch) from
         (select batch, rejected from ingest_batches b where b.lane_id = l.id and b.rejected is not null and b.received_at > now() - interval '1 day' order by batch desc limit ${REJECTED_LISTED}) r) as rejected
       from ingest_lanes l where l.node_id = $1 and l.epoch = $2 and l.last_batch_at is not null`,
      [node, epoch],
    );
    const credit = this.credit();
    for (const row of rows) {
      const rejected = (row.rejected ?? []).map(({ batch, text }) => parseRejected(batch, text));
      this.#publish(
        { node, epoch, lane: row.lane, settled: { upTo: Number(row.upTo), ranges: parseRanges(row.ranges) }, rejected },
        credit,
      );
    }
  }

  #publish(lane: LaneAfter, credit: number): void {
    const topic = ackTopic(lane.node, lane.lane);
    const before = this.#lanes.get(topic);
    const earlier = before?.last.epoch === lane.epoch ? before.rejected : [];
    const now = new Set(lane.rejected.map(({ batch }) => batch));
    const rejected = [...earlier.filter(({ batch }) => !now.has(batch)), ...lane.rejected].slice(
      -Math.max(REJECTED_REPEATED, lane.rejected.length),
    );
    if (this.#lanes.size >= MAX_LANES) this.#lanes.clear();
    this.#lanes.set(topic, { rejected: rejected.slice(-REJECTED_REPEATED), last: lane });
    if (credit < MAX_SEND_WINDOW) this.#slowed.set(topic, { lane, told: credit });
    else this.#slowed.delete(topic);
    const ack: DurableAck = {
      v: 1,
      epoch: lane.epoch,
      upTo: lane.settled.upTo,
      ranges: lane.settled.ranges.slice(0, MAX_ACK_RANGES).map(([from, to]) => [from, to]),
      credit,
      rejected: rejected.slice(-256),
    };
    this.options.publish(topic, JSON.stringify(ack));
  }
}

function parseRejected(batch: number, text: string): RejectedBatch {
  const at = text.indexOf(": ");
  const code = REJECT_CODES.find((known) => known === text.slice(0, at));
  return { batch, code: code ?? "CONTRACT", detail: code ? text.slice(at + 2) : text };
}
