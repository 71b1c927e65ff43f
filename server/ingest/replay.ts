import type { Pool, PoolClient } from "pg";
import { isMissingPartition } from "@/db/timeseries/partitions";
import type { ReadingBlock, TimeSeriesStore } from "@/db/timeseries/port";
import { parseUpTopic } from "@/sdk/wire/topics";
import type { Logger } from "@/server/core/logger";
import { errorText } from "@/server/core/errors";
import { decodeJson, type MessageProperties } from "./decode";
import { insertGaps, insertLaneRows } from "./insert-rows";
import { resolveBatch } from "./intake";
import type { BatchItem, Source } from "./items";
import { readPlain } from "./plain-ramp";
import { readBatch } from "./read-batch";
import type { Registry } from "./registry";
import { isPoison } from "./writer";

interface HeldRow {
  id: string;
  node: string;
  topic: string;
  reason: string;
  field: string | null;
  payload: Buffer;
  properties: { contentType?: string; userProperties?: Record<string, string> };
  streamIds: number[] | null;
  receivedMs: number;
  request: { by?: string; repair?: string } | null;
}

type Attempt = { stored: BatchItem; waiting: number[] } | { plain: ReadingBlock } | { failed: string; field?: string };

const POLL_MS = 5_000;
const AT_ONCE = 50;
/** An acceptance stamps the time its transaction began: a try counts as this much older, so that none falls between. */
const CLOCK_SLACK_MS = 60_000;

/**
 * Stores what was kept once nothing stands in its way any more: its node or stream was accepted, its birth arrived, or a
 * person asked for it. The quarantine row is locked, its readings are written and its status moves in one transaction, so
 * that any number of replicas store it once. What still waits for another stream stays held for that stream.
 */
export class Replayer {
  #timer: NodeJS.Timeout | null = null;
  #running: Promise<void> | null = null;
  #again = false;
  #closed = false;

  constructor(
    private readonly parts: {
      pool: Pool;
      store: TimeSeriesStore;
      registry: Registry;
      log: Logger;
      stored(blocks: readonly ReadingBlock[]): void;
      changed(): void;
    },
  ) {}

  start(): void {
    this.poke();
  }

  /** Looks for work now; safe to call at any pace. */
  poke(): void {
    if (this.#closed) return;
    if (this.#running) {
      this.#again = true;
      return;
    }
    if (this.#timer) clearTimeout(this.#timer);
    this.#running = this.runOnce()
      .then(() => undefined)
      .catch((cause: unknown) =>
        this.parts.log.warn({ err: cause }, "Quarantine could not be looked through; trying again."),
      )
      .finally(() => {
        this.#running = null;
        if (this.#closed) return;
        const soon = this.#again;
        this.#again = false;
        this.#timer = setTimeout(() => this.poke(), soon ? 0 : POLL_MS);
      });
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#timer) clearTimeout(this.#timer);
    await this.#running;
  }

  /** Replays until nothing is left that could be. @returns how many rows were settled */
  async runOnce(): Promise<number> {
    let settled = 0;
    for (;;) {
      const { rows } = await this.parts.pool.query<{ id: string; node: string }>(READY_SQL);
      if (rows.length === 0) return settled;
      let moved = 0;
      for (const { id, node } of rows) {
        if (this.#closed) return settled;
        // What made the row ready may be newer than what is remembered of its node.
        this.parts.registry.forget(node);
        if (await this.#replay(id)) moved++;
      }
      settled += moved;
      if (moved > 0) this.parts.changed();
      if (moved === 0) return settled;
    }
  }

  async #replay(id: string): Promise<boolean> {
    const { pool, store } = this.parts;
    const tx = await pool.connect();
    try {
      await tx.query("begin");
      const { rows } = await tx.query<HeldRow>(HELD_SQL, [id]);
      const row = rows[0];
      if (!row) {
        await tx.query("rollback");
        tx.release();
        return false;
      }
      const attempt = await this.#read(row);
      const blocks = "stored" in attempt ? attempt.stored.blocks : "plain" in attempt ? [attempt.plain] : [];
      for (const { tsMs } of blocks)
        await store.prepare(
          pool,
          tsMs.reduce((a, b) => Math.min(a, b), Infinity),
          tsMs.reduce((a, b) => Math.max(a, b), -Infinity),
        );
      await tx.query("savepoint rows");
      const moved = await this.#settle(tx, row, attempt, blocks).catch(async (cause: unknown) => {
        if (isMissingPartition(cause)) this.parts.store.forgetPrepared(); // made anew at the next look
        if (isMissingPartition(cause) || !isPoison(cause)) throw cause;
        await tx.query("rollback to savepoint rows");
        return this.#settle(tx, row, { failed: `The database cannot store this: ${errorText(cause)}.` }, []);
      });
      await tx.query("commit");
      tx.release();
      if (moved) this.parts.stored(blocks);
      return moved;
    } catch (cause) {
      await tx.query("rollback").catch(() => undefined); // the connection may be what broke
      tx.release(cause instanceof Error ? cause : true);
      throw cause;
    }
  }

  async #settle(tx: PoolClient, row: HeldRow, attempt: Attempt, blocks: readonly ReadingBlock[]): Promise<boolean> {
    if ("failed" in attempt) {
      const outcome = {
        triedAt: Date.now() - CLOCK_SLACK_MS,
        error: attempt.failed.slice(0, 1_000),
        field: attempt.field ?? null,
      };
      await tx.query("update quarantine set outcome = $2 where id = $1", [row.id, JSON.stringify(outcome)]);
      return false;
    }
    if (blocks.length > 0) await this.parts.store.write(tx, blocks);
    const readings = blocks.reduce((sum, { tsMs }) => sum + tsMs.length, 0);
    const waiting = "stored" in attempt ? attempt.waiting : [];
    if ("stored" in attempt) {
      await insertLaneRows(tx, [attempt.stored]);
      await insertGaps(tx, [attempt.stored]);
    }
    const rows = "stored" in attempt && attempt.stored.rows ? attempt.stored.rows.rows.length : 0;
    if (waiting.length > 0) {
      await tx.query("update quarantine set stream_ids = $2, outcome = $3 where id = $1", [
        row.id,
        waiting,
        JSON.stringify({ triedAt: Date.now() - CLOCK_SLACK_MS, partly: true, readings }),
      ]);
      return blocks.length > 0;
    }
    await tx.query(
      "update quarantine set status = 'replayed', decided_at = now(), decided_by = coalesce(decided_by, $2), outcome = $3 where id = $1",
      [row.id, row.request?.by ?? "system", JSON.stringify({ readings, rows })],
    );
    return true;
  }

  async #read(row: HeldRow): Promise<Attempt> {
    const repair = row.request?.repair;
    const properties: MessageProperties =
      repair === undefined
        ? {
            user: row.properties.userProperties ?? {},
            userCount: 0,
            retain: false,
            contentType: row.properties.contentType,
          }
        : { user: {}, userCount: 0, retain: false };
    const source: Source = {
      topic: row.topic,
      payload: repair === undefined ? row.payload : Buffer.from(repair),
      properties,
      receivedMs: row.receivedMs,
    };
    const topic = parseUpTopic(row.topic);
    if (topic?.kind === "plain") {
      const reading = readPlain(source);
      const node = await this.parts.registry.load(row.node);
      const stream = node?.byKey.get(topic.stream);
      if (!reading.ok) return { failed: reading.refusal.message, field: reading.refusal.field };
      if (stream?.status !== "accepted") return { failed: "The stream is not accepted." };
      return {
        plain: {
          streamId: stream.id,
          tsMs: Float64Array.of(reading.value.tsMs),
          values: Float64Array.of(reading.value.value),
          quality: reading.value.quality,
        },
      };
    }
    if (topic?.kind !== "batch")
      return { failed: "Only batches and plain readings can be replayed. Have the node send this again." };
    const json = decodeJson(source.payload, properties);
    if (!json.ok) return { failed: json.refusal.message, field: json.refusal.field };
    const read = readBatch(json.value, topic, row.receivedMs);
    if (!read.ok) return { failed: read.refusal.message, field: read.refusal.field };
    const { envelope, lane } = read.value;
    const aliases = await this.parts.registry.loadAliases(row.node, envelope.clock.boot);
    const node = await this.parts.registry.load(row.node);
    if (!aliases || !node)
      return { failed: `The birth of boot ${envelope.clock.boot} has not arrived.`, field: "clock.boot" };

    // A row that was kept for some columns stores only those: the others were stored when the batch came.
    if (read.value.lane === "telemetry" && row.reason === "UNKNOWN_ALIAS" && row.field?.startsWith("columns.")) {
      const wanted = new Set(row.field.slice("columns.".length).split(","));
      read.value.columns = read.value.columns.filter(({ alias }) => wanted.has(alias));
    }
    const item: BatchItem = {
      kind: "batch",
      node: row.node,
      lane,
      epoch: envelope.epoch,
      batch: envelope.batch,
      sha256: Buffer.alloc(32),
      rowCount: envelope.count,
      readings: 0,
      blocks: [],
      rows: null,
      gaps: row.streamIds === null ? envelope.gaps : [],
      bad: [],
      watermarkMs: null,
      rejected: null,
      kept: [],
      source,
    };
    const only = row.streamIds === null ? undefined : new Set(row.streamIds);
    const resolved = resolveBatch(read.value, aliases, node, item, only);
    if (!resolved.ok) return { failed: resolved.refusal.message, field: resolved.refusal.field };
    if (item.kept.some(({ reason }) => reason === "UNKNOWN_ALIAS"))
      return { failed: "The birth of this boot still does not name these columns.", field: row.field ?? undefined };
    if (item.lane !== "telemetry" && item.rows === null) return { failed: "The node is not accepted." };
    return { stored: item, waiting: item.kept.flatMap(({ streamIds }) => streamIds ?? []) };
  }
}

/**
 * Rows that may be stored now. After a failed try a row is ready again only when something changed since, so that one
 * that can never be stored is not tried for ever.
 */
const READY_SQL = `
  select q.id, q.node_id as node from quarantine q
  where q.status = 'held' and not exists (select from nodes n where n.id = q.node_id and n.status = 'retired') and (
    q.outcome ? 'requested'
    or (q.reason in ('PROPOSED', 'RETIRED', 'CONTRACT', 'UNKNOWN_ALIAS') and q.stream_ids is not null
      and exists (select 1 from streams s where s.id = any(q.stream_ids) and s.status = 'accepted' and s.accepted_at > coalesce(to_timestamp((q.outcome ->> 'triedAt')::float8 / 1000), '-infinity')
        and (q.reason <> 'CONTRACT' or s.accepted_at > q.received_at)))
    or (q.reason in ('PROPOSED', 'RETIRED') and q.stream_ids is null and not coalesce(q.outcome ? 'triedAt', false) and exists (select 1 from nodes n where n.id = q.node_id and n.status = 'accepted'))
    or (q.reason = 'UNKNOWN_ALIAS' and q.stream_ids is null and exists (select 1 from births b where b.node_id = q.node_id
      and b.received_at > coalesce(to_timestamp((q.outcome ->> 'triedAt')::float8 / 1000), q.received_at - interval '1 minute'))))
  order by q.id limit ${AT_ONCE}`;

const HELD_SQL = `
  select id, node_id as node, topic, reason, field, payload, properties, stream_ids as "streamIds", (extract(epoch from received_at) * 1000)::float8 as "receivedMs",
    outcome -> 'requested' as request
  from quarantine where id = $1 and status = 'held' for update skip locked`;
