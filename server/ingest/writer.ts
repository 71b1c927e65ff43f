import type { Pool } from "pg";
import type { TimeSeriesStore } from "@/db/timeseries/port";
import type { RejectCode } from "@/sdk/wire/codes";
import { errorCode, errorText } from "@/server/core/errors";
import type { Logger } from "@/server/core/logger";
import { clip, commitItems, type CommitResult, type LaneRef } from "./commit";
import { type BatchItem, type Item, itemBytes, keptFrom } from "./items";

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
/** SQLSTATE classes that say the data cannot be stored, and will not be the next time either. */
const POISON_CLASSES = ["21", "22", "23", "54"];

/**
 * Collects items and commits them together. One transaction at a time: while one runs the next fills up, so the batch
 * grows with the load.
 *
 * A commit that fails because of its data is cut in halves until the poison stands alone; that item is refused and kept in
 * quarantine, all others are stored. A commit that fails because of the database is tried again for as long as it takes;
 * meanwhile items wait in memory up to `maxBytes`, and `pressure` tells the reader to stop.
 */
export class Writer {
  #queue: { item: Item; queuedMs: number }[] = [];
  #queuedReadings = 0;
  #bytes = 0;
  #timer: NodeJS.Timeout | null = null;
  #running: Promise<void> | null = null;
  #closed = false;
  #waiters: (() => void)[] = [];
  readonly #lanes = new Map<string, LaneRef>();
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
    return { items: this.#queue.length, bytes: this.#bytes };
  }

  /** Epoch ms since which nothing could be committed; null when all is well. */
  get stalledSince(): number | null {
    return this.#stalledSince;
  }

  push(item: Item): void {
    this.#queue.push({ item, queuedMs: performance.now() });
    this.#bytes += itemBytes(item);
    this.#queuedReadings += readingsOf(item);
    if (this.#running) return;
    if (this.#queuedReadings >= this.options.flushReadings) this.#start();
    else this.#timer ??= setTimeout(() => this.#start(), this.options.flushMs);
  }

  /** Resolves when pressure has fallen to the given share. */
  async relief(below: number): Promise<void> {
    while (this.pressure > below && !this.#closed) await new Promise<void>((relieved) => this.#waiters.push(relieved));
  }

  /** Commits what is queued and takes nothing more; gives up after `timeoutMs`, because what is not committed is not acknowledged. */
  async drain(timeoutMs: number): Promise<void> {
    if (!this.#running && this.#queue.length > 0) this.#start();
    const deadline = new Promise<void>((late) => setTimeout(late, timeoutMs).unref());
    await Promise.race([this.#settled(), deadline]);
    this.#closed = true;
    this.#release();
  }

  async #settled(): Promise<void> {
    while (this.#running) await this.#running;
  }

  #start(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#running || this.#closed || this.#queue.length === 0) return;
    this.#running = this.#flush().finally(() => {
      this.#running = null;
      if (this.#queue.length === 0 || this.#closed) return;
      const oldest = this.#queue[0]?.queuedMs ?? 0;
      const wait =
        this.#queuedReadings >= this.options.flushReadings
          ? 0
          : Math.max(0, this.options.flushMs - (performance.now() - oldest));
      if (wait === 0) this.#start();
      else this.#timer ??= setTimeout(() => this.#start(), wait);
    });
  }

  #release(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const relieved of waiters) relieved();
  }

  async #flush(): Promise<void> {
    let readings = 0;
    let take = 0;
    while (take < this.#queue.length && readings < this.options.flushReadings) {
      const queued = this.#queue[take];
      if (queued) readings += readingsOf(queued.item);
      take++;
    }
    const taken = this.#queue.splice(0, take);
    const bytes = taken.reduce((sum, { item }) => sum + itemBytes(item), 0);
    this.#queuedReadings = this.#queue.reduce((sum, { item }) => sum + readingsOf(item), 0);
    await this.#store(
      taken.map(({ item }) => item),
      taken[0]?.queuedMs ?? performance.now(),
    );
    this.#bytes -= bytes;
    this.#release();
  }

  /** Commits the items, however long it takes; poison is cut out. */
  async #store(items: Item[], oldestMs: number): Promise<void> {
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
        this.#lanes.clear(); // a restored database may number its lanes otherwise
        await new Promise((again) => setTimeout(again, wait * (0.5 + (performance.now() % 1) / 2)));
      }
    }
  }

  #leave(item: Item): void {
    if (item.kind !== "batch") item.settled();
    this.events.left(item);
  }

  async #commit(items: Item[]): Promise<CommitResult> {
    await this.#ensureLanes(items);
    await this.#preparePartitions(items);
    return commitItems(this.pool, this.store, items, (item) => {
      const lane = this.#lanes.get(laneKey(item));
      if (!lane) throw new Error(`no lane for ${item.node}`);
      return lane;
    });
  }

  async #ensureLanes(items: readonly Item[]): Promise<void> {
    const missing = new Map<string, BatchItem>();
    for (const item of items)
      if (item.kind === "batch" && !this.#lanes.has(laneKey(item))) missing.set(laneKey(item), item);
    if (missing.size === 0) return;
    const wanted = [...missing.values()];
    const columns = [
      wanted.map((item) => item.node),
      wanted.map((item) => item.epoch),
      wanted.map((item) => item.lane),
    ];
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
    if (this.#lanes.size > 200_000) this.#lanes.clear();
    for (const lane of rows) this.#lanes.set(laneKey(lane), lane);
  }

  async #preparePartitions(items: readonly Item[]): Promise<void> {
    for (const item of items) {
      const blocks = item.kind === "batch" ? item.blocks : item.kind === "plain" ? [item.block] : [];
      for (const { tsMs } of blocks) {
        let min = Infinity;
        let max = -Infinity;
        for (const ts of tsMs) {
          if (ts < min) min = ts;
          if (ts > max) max = ts;
        }
        const [from, to] = [Math.floor(min / WEEK_MS), Math.floor(max / WEEK_MS)];
        if (this.#preparedWeeks.has(from) && this.#preparedWeeks.has(to)) continue;
        await this.store.prepare(this.pool, min, max);
        this.#preparedWeeks.add(from).add(to);
      }
    }
  }
}

export function laneKey(lane: { node: string; epoch: string; lane: string }): string {
  return `${lane.node}/${lane.epoch}/${lane.lane}`;
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
