import type { Pool } from "pg";
import { isMissingPartition } from "@/db/timeseries/partitions";
import type { TimeSeriesStore } from "@/db/timeseries/port";
import type { RejectCode } from "@/sdk/wire/codes";
import { LANES } from "@/sdk/wire/names";
import { errorCode, errorText } from "@/server/core/errors";
import type { Logger } from "@/server/core/logger";
import { clip, commitItems, type CommitResult, type LaneRef } from "./commit";
import { type Item, itemBytes, keptFrom } from "./items";

export interface WriterOptions {
  /** longest time an item waits for company, ms */
  flushMs: number;
  /** readings that make a flush worth it at once; also the most in one transaction */
  flushReadings: number;
  /** memory that items may hold, bytes; beyond it `pressure` is over 1 and reading from the broker stops */
  maxBytes: number;
}

export interface WriterEvents {
  /** After every commit, with the items written now. Must not throw. */
  committed(result: CommitResult, tookMs: number, oldestMs: number): void;
  /** The item needs nothing more from the writer. */
  left(item: Item): void;
  /** The database cannot be reached or is not ready; items are held and tried again. */
  stalled(cause: unknown): void;
  poisoned(item: Item, cause: unknown): void;
}

const RETRY_MIN_MS = 100;
const RETRY_MAX_MS = 5_000;
const WEEK_MS = 7 * 86_400_000;
/** Monday 1970-01-05: partitions are ISO weeks, so what is remembered as prepared has to be cut at the same instants. */
const FIRST_MONDAY_MS = 4 * 86_400_000;
/** SQLSTATE classes that say the data cannot be stored, and will not be the next time either. */
const POISON_CLASSES = ["21", "22", "23", "54"];

/** Transactions at the same time: while one waits for the disk, the other one's rows are on their way. */
const MAX_RUNNING = 2;

type LaneName = Pick<LaneRef, "node" | "epoch" | "lane">;

/** What waits of one node. */
interface NodeQueue {
  items: Item[];
  readings: number;
  oldestMs: number;
}

/**
 * Collects items and commits them together: after `flushMs`, or as soon as there is enough. A transaction takes all that
 * waits of a node before it takes the next node's, oldest first: so a stream's readings join into few segments, a lane gets one
 * ack for many batches, and two transactions at a time never touch the same lane, because a node is only ever in one of them.
 * While they run the next ones fill up, so a flush grows with the load.
 *
 * A commit that fails because of its data is cut in halves until the poison stands alone; that item is refused and kept in
 * quarantine, all others are stored. A commit that fails because of the database is tried again for as long as it takes;
 * meanwhile items wait in memory up to `maxBytes`, and `pressure` tells the reader to stop.
 */
export class Writer {
  /** in the order in which their oldest items came */
  readonly #queues = new Map<string, NodeQueue>();
  /** nodes of the running transactions: what comes of them meanwhile waits */
  readonly #busy = new Set<string>();
  readonly #running = new Set<Promise<void>>();
  /** readings of the nodes that are not busy */
  #freeReadings = 0;
  #items = 0;
  #bytes = 0;
  #timer: NodeJS.Timeout | null = null;
  #draining = false;
  #closed = false;
  #waiters: (() => void)[] = [];
  #lanes = new Map<string, LaneRef>();
  readonly #preparedWeeks = new Set<number>();
  #stalledSince: number | null = null;

  constructor(
    private readonly pool: Pool,
    private readonly store: TimeSeriesStore,
    private readonly options: WriterOptions,
    private readonly events: WriterEvents,
    private readonly log: Logger,
  ) {}

  /** Share of the memory limit in use; 1 and more means full. */
  get pressure(): number {
    return this.#bytes / this.options.maxBytes;
  }

  get queued(): { items: number; bytes: number } {
    return { items: this.#items, bytes: this.#bytes };
  }

  /** Epoch ms since which nothing could be committed; null when all is well. */
  get stalledSince(): number | null {
    return this.#stalledSince;
  }

  push(item: Item): void {
    const node = nodeOf(item);
    let queue = this.#queues.get(node);
    if (!queue) {
      queue = { items: [], readings: 0, oldestMs: performance.now() };
      this.#queues.set(node, queue);
    }
    const readings = readingsOf(item);
    queue.items.push(item);
    queue.readings += readings;
    if (!this.#busy.has(node)) this.#freeReadings += readings;
    this.#items++;
    this.#bytes += itemBytes(item);
    if (this.#timer === null || this.#freeReadings >= this.options.flushReadings) this.#startWhatIsDue();
  }

  /** Resolves when pressure has fallen to the given share. */
  async relief(below: number): Promise<void> {
    while (this.pressure > below && !this.#closed) await new Promise<void>((relieved) => this.#waiters.push(relieved));
  }

  /** Commits what is queued and takes nothing more; gives up after `timeoutMs`, because what is not committed is not acknowledged. */
  async drain(timeoutMs: number): Promise<void> {
    this.#draining = true;
    this.#startWhatIsDue();
    const deadline = new Promise<void>((late) => setTimeout(late, timeoutMs).unref());
    await Promise.race([this.#settled(), deadline]);
    this.#closed = true;
    this.#release();
  }

  async #settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.race(this.#running);
  }

  #startWhatIsDue(): void {
    while (!this.#closed && this.#running.size < MAX_RUNNING) {
      const oldestMs = this.#oldestFreeMs();
      if (oldestMs === null) return;
      const waitMs = this.options.flushMs - (performance.now() - oldestMs);
      if (waitMs > 0 && this.#freeReadings < this.options.flushReadings && !this.#draining) {
        this.#timer ??= setTimeout(() => {
          this.#timer = null;
          this.#startWhatIsDue();
        }, waitMs);
        return;
      }
      const running = this.#flush().finally(() => {
        this.#running.delete(running);
        this.#startWhatIsDue();
      });
      this.#running.add(running);
    }
  }

  #oldestFreeMs(): number | null {
    for (const [node, { oldestMs }] of this.#queues) if (!this.#busy.has(node)) return oldestMs;
    return null;
  }

  #release(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const relieved of waiters) relieved();
  }

  async #flush(): Promise<void> {
    const { items, nodes, oldestMs } = this.#takeDue();
    const bytes = items.reduce((sum, item) => sum + itemBytes(item), 0);
    this.#items -= items.length;
    await this.#store(items, oldestMs);
    this.#bytes -= bytes;
    for (const node of nodes) {
      this.#busy.delete(node);
      this.#freeReadings += this.#queues.get(node)?.readings ?? 0;
    }
    this.#release();
  }

  /** Takes the items of one transaction and marks their nodes as busy. */
  #takeDue(): { items: Item[]; nodes: string[]; oldestMs: number } {
    const items: Item[] = [];
    const nodes: string[] = [];
    let readings = 0;
    let oldestMs = Infinity;
    for (const [node, queue] of this.#queues) {
      if (readings >= this.options.flushReadings) break;
      if (this.#busy.has(node)) continue;
      oldestMs = Math.min(oldestMs, queue.oldestMs);
      this.#freeReadings -= queue.readings;
      this.#busy.add(node);
      nodes.push(node);
      let take = 0;
      for (; take < queue.items.length && readings < this.options.flushReadings; take++) {
        const item = queue.items[take];
        if (!item) break;
        items.push(item);
        readings += readingsOf(item);
        queue.readings -= readingsOf(item);
      }
      if (take === queue.items.length) this.#queues.delete(node);
      else queue.items = queue.items.slice(take);
    }
    return { items, nodes, oldestMs };
  }

  /** Commits the items, however long it takes; poison is cut out. */
  async #store(items: Item[], oldestMs: number): Promise<void> {
    let isPrepareRepeated = false;
    for (let wait = RETRY_MIN_MS; !this.#closed; wait = Math.min(wait * 2, RETRY_MAX_MS)) {
      try {
        const started = performance.now();
        const result = await this.#commit(items);
        const now = performance.now();
        this.#stalledSince = null;
        this.events.committed(result, now - started, now - oldestMs);
        for (const item of items) this.#leave(item);
        return;
      } catch (cause) {
        if (isMissingPartition(cause) && !isPrepareRepeated) {
          // Retention dropped a week that was remembered as made; the readings are good.
          isPrepareRepeated = true;
          this.#preparedWeeks.clear();
          this.store.forgetPrepared();
          continue;
        }
        if (isPoison(cause)) {
          const [only, ...others] = items;
          if (only && others.length === 0) {
            this.events.poisoned(only, cause);
            const refused = refuse(only, cause);
            if (!refused) return this.#leave(only);
            items = [refused];
            continue;
          }
          const middle = items.length >> 1;
          await this.#store(items.slice(0, middle), oldestMs);
          return this.#store(items.slice(middle), oldestMs);
        }
        if (this.#stalledSince === null)
          this.log.error(
            { err: cause, items: items.length },
            "The database does not take data: holding it and trying again.",
          );
        this.#stalledSince ??= Date.now();
        this.events.stalled(cause);
        this.#lanes = new Map(); // a restored database may number its lanes otherwise
        await new Promise((again) => setTimeout(again, wait * (0.5 + (performance.now() % 1) / 2)));
      }
    }
  }

  #leave(item: Item): void {
    if (item.kind !== "batch") item.settled();
    this.events.left(item);
  }

  async #commit(items: Item[]): Promise<CommitResult> {
    const lanes = await this.#openLanes(items.filter((item) => item.kind === "batch"));
    await this.#preparePartitions(items);
    return commitItems(this.pool, this.store, items, (item) => {
      const lane = lanes.get(laneKey(item));
      if (!lane) throw new Error(`no lane for ${item.node}`);
      return lane;
    });
  }

  /** Makes the lanes of a node that was born, so that its first batches do not have to wait for them. */
  async expect(node: string, epoch: string): Promise<void> {
    await this.#openLanes(LANES.map((lane) => ({ node, epoch, lane })));
  }

  /** Numbers of lanes, made where they are new. The map is replaced, never emptied, because another transaction may still look into it. */
  async #openLanes(named: readonly LaneName[]): Promise<ReadonlyMap<string, LaneRef>> {
    if (this.#lanes.size > 200_000) this.#lanes = new Map();
    const lanes = this.#lanes;
    const missing = new Map<string, LaneName>();
    for (const lane of named) if (!lanes.has(laneKey(lane))) missing.set(laneKey(lane), lane);
    if (missing.size === 0) return lanes;
    const wanted = [...missing.values()];
    const columns = [wanted.map(({ node }) => node), wanted.map(({ epoch }) => epoch), wanted.map(({ lane }) => lane)];
    await this.pool.query(
      "insert into nodes (id) select distinct n from unnest($1::text[]) n order by n on conflict do nothing",
      [columns[0]],
    );
    await this.pool.query(
      "insert into ingest_lanes (node_id, epoch, lane) select * from unnest($1::text[], $2::text[], $3::text[]) l (n, e, l) order by n, e, l on conflict do nothing",
      columns,
    );
    const { rows } = await this.pool.query<LaneRef>(
      "select l.id, l.node_id as node, l.epoch, l.lane from ingest_lanes l join unnest($1::text[], $2::text[], $3::text[]) w (node_id, epoch, lane) using (node_id, epoch, lane)",
      columns,
    );
    for (const lane of rows) lanes.set(laneKey(lane), lane);
    return lanes;
  }

  async #preparePartitions(items: readonly Item[]): Promise<void> {
    for (const item of items) {
      const blocks = item.kind === "batch" ? item.blocks : item.kind === "plain" ? [item.block] : [];
      for (const { tsMs } of blocks) {
        let min = Infinity;
        let max = -Infinity;
        for (let i = 0; i < tsMs.length; i++) {
          const ts = tsMs[i] ?? Number.NaN;
          if (ts < min) min = ts;
          if (ts > max) max = ts;
        }
        const [from, to] = [weekOf(min), weekOf(max)];
        if (this.#preparedWeeks.has(from) && this.#preparedWeeks.has(to)) continue;
        await this.store.prepare(this.pool, min, max);
        this.#preparedWeeks.add(from).add(to);
      }
    }
  }
}

const weekOf = (tsMs: number): number => Math.floor((tsMs - FIRST_MONDAY_MS) / WEEK_MS);

export function laneKey(lane: { node: string; epoch: string; lane: string }): string {
  return `${lane.node}/${lane.epoch}/${lane.lane}`;
}

function nodeOf(item: Item): string {
  return item.kind === "keep" ? item.entry.node : item.node;
}

function readingsOf(item: Item): number {
  // A batch costs the ledger as much as a few readings, also when it carries none.
  return item.kind === "batch" ? item.readings + 4 : 1;
}

/** Whether the data, and not the database, is at fault. */
export function isPoison(cause: unknown): boolean {
  if (cause instanceof RangeError || cause instanceof TypeError) return true;
  const code = errorCode(cause);
  return code !== undefined && /^[0-9A-Z]{5}$/.test(code) && POISON_CLASSES.includes(code.slice(0, 2));
}

/** The item without what the database refused: its payload is kept, its number settled as rejected. Null when that was already tried. */
function refuse(item: Item, cause: unknown): Item | null {
  const code: RejectCode = errorCode(cause) === "22008" ? "CLOCK" : "CONTRACT";
  const refusal = {
    code,
    message: clip(`The database cannot store this: ${errorText(cause)}.`),
    hint: "Correct the value and send it in a new batch.",
  };
  if (item.kind === "keep") return null;
  if (item.kind === "plain")
    return { kind: "keep", entry: keptFrom(refusal, { node: item.node, source: item.source }), settled: item.settled };
  if (item.rejected) return null;
  return {
    ...item,
    rowCount: 0,
    readings: 0,
    blocks: [],
    rows: null,
    gaps: [],
    bad: [],
    rejected: refusal,
    kept: [keptFrom(refusal, item)],
  };
}
