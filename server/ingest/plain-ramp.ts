import type { Pool, PoolClient } from "pg";
import { MAX_PLAIN_BYTES, parsePlain } from "@/sdk/wire/plain";
import { qualityCode } from "@/sdk/wire/quality";
import { type Checked, accepted, type Refusal, refused } from "@/sdk/wire/refusal";
import type { Logger } from "@/server/core/logger";
import { keptFrom, type Source } from "./items";
import type { IngestMetrics } from "./ingest-metrics";
import { EARLIEST_MS, MAX_AHEAD_MS } from "./read-batch";
import type { Registry } from "./registry";
import type { StreamEntry } from "./resolve";
import { isPoison, type Writer } from "./writer";

const NAN = qualityCode("nan") ?? 4;
const LEADER_LOCK = "throughline ingest plain";
const LEADER_PACE_MS = 1_000;
/** What a replica that does not lead remembers, to store it when the leader dies: longer than it takes to notice. */
const REMEMBER_MS = 5_000;
const REMEMBER_MOST = 20_000;
const RETRY_MS = 500;

/** A plain body as one reading; the time of arrival stands in for a missing `ts`. */
export function readPlain(source: Source): Checked<{ tsMs: number; value: number; quality: Uint8Array | null }> {
  if (source.payload.length > MAX_PLAIN_BYTES)
    return refused(
      "TOO_LARGE",
      `The body has ${source.payload.length} bytes; the limit is ${MAX_PLAIN_BYTES}.`,
      undefined,
      "Send one number per message.",
    );
  const parsed = parsePlain(source.payload.toString("utf8"));
  if (!parsed.ok) return parsed;
  const tsMs = parsed.value.ts ?? source.receivedMs;
  if (!(tsMs >= EARLIEST_MS && tsMs <= source.receivedMs + MAX_AHEAD_MS))
    return refused("CLOCK", "The capture time cannot be.", "ts", "Send milliseconds since 1970, or leave ts away.");
  const { value } = parsed.value;
  return accepted(
    value === null ? { tsMs, value: Number.NaN, quality: Uint8Array.of(NAN) } : { tsMs, value, quality: null },
  );
}

/**
 * The on-ramp for anything that can publish. There is no number to de-duplicate by, so exactly one replica stores: with
 * shared subscriptions the broker chooses it per message; without them the replica that holds an advisory lock does, and the
 * others remember the last seconds to store them when the leader dies. Twice is possible then, never is not.
 */
export class PlainRamp {
  #leads = true;
  #lock: PoolClient | null = null;
  #timer: NodeJS.Timeout | null = null;
  readonly #remembered: { node: string; stream: string; source: Source; settled: () => void; atMs: number }[] = [];

  constructor(
    private readonly parts: { pool: Pool; registry: Registry; writer: Writer; metrics: IngestMetrics; log: Logger },
  ) {}

  /** Shared subscriptions choose a replica for us; without them we ask for the lock until we have it. */
  setShared(shared: boolean): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    if (shared) return this.#lead();
    this.#leads = this.#lock !== null;
    void this.#seekLock();
  }

  take(node: string, stream: string, source: Source, settled: () => void): void {
    if (this.#leads) return void this.#store(node, stream, source, settled);
    settled();
    const now = Date.now();
    while ((this.#remembered[0]?.atMs ?? now) < now - REMEMBER_MS || this.#remembered.length >= REMEMBER_MOST)
      this.#remembered.shift();
    this.#remembered.push({ node, stream, source, settled: () => undefined, atMs: now });
  }

  close(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#lock?.release(true);
    this.#lock = null;
  }

  #lead(): void {
    this.#leads = true;
    for (const { node, stream, source, settled } of this.#remembered.splice(0))
      void this.#store(node, stream, source, settled);
  }

  async #seekLock(): Promise<void> {
    try {
      if (!this.#lock) {
        const client = await this.parts.pool.connect();
        const { rows } = await client.query<{ got: boolean }>("select pg_try_advisory_lock(hashtext($1)) as got", [
          LEADER_LOCK,
        ]);
        if (rows[0]?.got) {
          this.#lock = client;
          client.once("error", () => {
            this.#lock = null;
            this.#leads = false;
          });
          this.#lead();
        } else client.release();
      }
    } catch (cause) {
      this.parts.log.warn({ err: cause }, "The lock of the plain on-ramp could not be asked for; trying again.");
    }
    this.#timer = setTimeout(() => void this.#seekLock(), LEADER_PACE_MS);
  }

  async #store(node: string, stream: string, source: Source, settled: () => void): Promise<void> {
    const reading = readPlain(source);
    if (!reading.ok) return this.#keep(reading.refusal, node, source, settled, null);
    for (;;) {
      try {
        const known = this.parts.registry.peek(node);
        const entry = known?.byKey.get(stream) ?? (await this.#findOrPropose(node, stream));
        if (entry.status === "accepted") {
          const { tsMs, value, quality } = reading.value;
          this.parts.writer.push({
            kind: "plain",
            node,
            block: { streamId: entry.id, tsMs: Float64Array.of(tsMs), values: Float64Array.of(value), quality },
            source,
            settled,
          });
          return;
        }
        const reason = entry.status === "retired" ? "RETIRED" : "PROPOSED";
        const refusal: Refusal = {
          code: "CONTRACT",
          message: "Nobody has accepted this stream yet.",
          hint: "Accept it; what was kept is then stored.",
        };
        this.parts.metrics.waiting.inc({ reason });
        return this.#keep(refusal, node, source, settled, { reason, streamIds: [entry.id] });
      } catch (cause) {
        if (isPoison(cause))
          return this.#keep(
            {
              code: "CONTRACT",
              message: `The database cannot store this: ${cause instanceof Error ? cause.message : String(cause)}.`,
            },
            node,
            source,
            settled,
            null,
          );
        this.parts.log.warn({ err: cause, node }, "A plain reading waits for the database.");
        await new Promise((again) => setTimeout(again, RETRY_MS));
      }
    }
  }

  #keep(
    refusal: Refusal,
    node: string,
    source: Source,
    settled: () => void,
    waiting: { reason: string; streamIds: number[] } | null,
  ): void {
    if (!waiting) this.parts.metrics.refused.inc({ code: refusal.code });
    this.parts.writer.push({ kind: "keep", entry: { ...keptFrom(refusal, { node, source }), ...waiting }, settled });
  }

  async #findOrPropose(node: string, key: string): Promise<StreamEntry> {
    const { pool, registry } = this.parts;
    const known = await registry.load(node);
    const found = known?.byKey.get(key);
    if (found) return found;
    await pool.query("insert into nodes (id) values ($1) on conflict do nothing", [node]);
    const { rows } = await pool.query<StreamEntry>(
      `insert into streams as s (node_id, key, plain, status, accepted_at) select id, $2, true, case when trusted then 'accepted' else 'proposed' end, case when trusted then now() end from nodes where id = $1
       on conflict (node_id, key) do update set key = excluded.key returning id, key, type, unit, status`,
      [node, key],
    );
    const [entry] = rows;
    if (!entry) throw new Error(`stream ${key} of ${node} vanished`);
    await pool.query("update nodes set status = 'accepted' where id = $1 and trusted and status = 'proposed'", [node]);
    await pool.query("select pg_notify('tl_registry', $1), pg_notify('tl_nodes', $1)", [JSON.stringify({ node })]);
    registry.forget(node);
    return entry;
  }
}
