import type { Pool } from "pg";
import { MAX_PLAIN_BYTES, parsePlain } from "@/sdk/wire/plain";
import { qualityCode } from "@/sdk/wire/quality";
import { type Checked, accepted, type Refusal, refused } from "@/sdk/wire/refusal";
import type { Logger } from "@/server/core/logger";
import { keptFrom, type Source } from "./items";
import type { IngestMetrics } from "./ingest-metrics";
import { EARLIEST_MS, MAX_AHEAD_MS } from "./read-batch";
import type { Registry } from "./registry";
import { type StreamEntry, waitingRefusal } from "./resolve";
import { isPoison, type Writer } from "./writer";

const NAN = qualityCode("nan") ?? 4;
/** What a replica remembers of nodes that are not its own: longer than it takes to notice that their owner died. */
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
  // The broker sends what it retains at every reconnect: the time of arrival would make an old value a new reading each time.
  if (source.properties.retain && parsed.value.ts === null)
    return refused(
      "CONTRACT",
      "A plain reading without ts was published retained.",
      "retain",
      "Publish readings without the retain flag, or send ts with them.",
    );
  const tsMs = parsed.value.ts ?? source.receivedMs;
  if (!(tsMs >= EARLIEST_MS && tsMs <= source.receivedMs + MAX_AHEAD_MS))
    return refused("CLOCK", "The capture time cannot be.", "ts", "Send milliseconds since 1970, or leave ts away.");
  const { value } = parsed.value;
  return accepted(
    value === null ? { tsMs, value: Number.NaN, quality: Uint8Array.of(NAN) } : { tsMs, value, quality: null },
  );
}

/**
 * The on-ramp for anything that can publish. There is no number to de-duplicate by, so the replica that owns the node stores;
 * the others remember the last seconds, and store those of a node that becomes theirs because its owner died. Twice is
 * possible then, never is not.
 */
export class PlainRamp {
  #remembered: { node: string; stream: string; source: Source; atMs: number }[] = [];

  constructor(
    private readonly parts: {
      pool: Pool;
      registry: Registry;
      writer: Writer;
      metrics: IngestMetrics;
      log: Logger;
      owns(node: string): boolean;
    },
  ) {}

  take(node: string, stream: string, source: Source, settled: () => void): void {
    if (this.parts.owns(node)) return void this.#store(node, stream, source, settled);
    settled();
    const now = Date.now();
    while ((this.#remembered[0]?.atMs ?? now) < now - REMEMBER_MS || this.#remembered.length >= REMEMBER_MOST)
      this.#remembered.shift();
    this.#remembered.push({ node, stream, source, atMs: now });
  }

  /** To be called when nodes may have another owner. */
  ownersChanged(): void {
    const remembered = this.#remembered;
    this.#remembered = [];
    for (const entry of remembered) {
      if (!this.parts.owns(entry.node)) this.#remembered.push(entry);
      else if (entry.atMs >= Date.now() - REMEMBER_MS)
        void this.#store(entry.node, entry.stream, entry.source, () => undefined);
    }
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
        const refusal = waitingRefusal(reason, []);
        this.parts.metrics.waiting.inc({ reason });
        return this.#keep(refusal, node, source, settled, { reason, streamIds: [entry.id] });
      } catch (cause) {
        if (isPoison(cause))
          return this.#keep(
            {
              code: "CONTRACT",
              message: `The database cannot store this: ${cause instanceof Error ? cause.message : String(cause)}.`,
              hint: "Correct the value and send it again.",
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
      `insert into streams as s (node_id, key, plain, status, accepted_at) select id, $2, true, case when ok then 'accepted' else 'proposed' end, case when ok then now() end
         from (select id, trusted and status <> 'retired' as ok from nodes where id = $1) n
       on conflict (node_id, key) do update set key = excluded.key
       returning id, key, type, unit, case when (select status = 'retired' from nodes where id = $1) then 'retired' else status end as status`,
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
