import type { Pool } from "pg";
import { ActionReport, judgeReport } from "@/sdk/wire/action";
import type { Birth } from "@/sdk/wire/birth";
import { NodeState } from "@/sdk/wire/birth";
import type { UpTopic } from "@/sdk/wire/topics";
import { Reported } from "@/sdk/wire/twin";
import { type Refusal, refusalFromZod } from "@/sdk/wire/refusal";
import type { Logger } from "@/server/core/logger";
import type { Acks } from "./acks";
import type { DesiredDocuments } from "./desired";
import { applyBirth, readBirth } from "./births";
import { leastNeeded } from "./control-queue";
import type { IngestMetrics } from "./ingest-metrics";
import { keptFrom, type Source } from "./items";
import type { Notifier } from "./notifier";
import type { Registry } from "./registry";
import { isPoison, type Writer } from "./writer";

export interface ControlParts {
  pool: Pool;
  registry: Registry;
  writer: Writer;
  acks: Acks;
  desired: DesiredDocuments;
  notifier: Notifier;
  metrics: Pick<IngestMetrics, "controlDropped">;
  log: Logger;
  /** name of this replica */
  replica: string;
}

type ControlTopic = Exclude<UpTopic, { kind: "batch" | "plain" }>;

const SEEN_PACE_MS = 5_000;
const RETRY_MS = 500;
/**
 * Control messages of one node that may wait; a node sends a handful per connection. What waits is not acknowledged and takes
 * its place among the messages a broker lets be under way (200 at the embedded Mosquitto): one node must not take them all.
 */
const MAX_PER_NODE = 64;

interface WaitingMessage {
  kind: ControlTopic["kind"];
  topic: ControlTopic;
  json: unknown;
  source: Source;
  settled(): void;
}

interface NodeQueue {
  waiting: WaitingMessage[];
  /** births among what waits or is being written */
  births: number;
  /** ends when nothing waits */
  run: Promise<void>;
}

/**
 * Births, states, reported documents and action reports: few, each in its own transaction, in order per node. The broker is
 * told only after the commit, so what was not kept comes again.
 */
export class Control {
  readonly #queues = new Map<string, NodeQueue>();
  readonly #birthWaiters = new Map<string, Set<() => void>>();
  readonly #seen = new Set<string>();
  #seenTimer: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(private readonly parts: ControlParts) {}

  take(topic: ControlTopic, json: unknown, source: Source, settled: () => void): void {
    const { node, kind } = topic;
    const known = this.#queues.get(node);
    const queue = known ?? { waiting: [], births: 0, run: Promise.resolve() };
    queue.waiting.push({ kind, topic, json, source, settled });
    if (kind === "birth") queue.births++;
    if (queue.waiting.length > MAX_PER_NODE) {
      const [dropped] = queue.waiting.splice(leastNeeded(queue.waiting), 1);
      if (dropped?.kind === "birth") queue.births--;
      // Acknowledged all the same: unacknowledged it would hold a place at the broker until this connection ends.
      dropped?.settled();
      this.parts.metrics.controlDropped.inc({ kind: dropped?.kind ?? kind });
    }
    if (known) return;
    this.#queues.set(node, queue);
    queue.run = this.#work(node, queue);
  }

  async #work(node: string, queue: Pick<NodeQueue, "waiting" | "births">): Promise<void> {
    for (let next = queue.waiting.shift(); next; next = queue.waiting.shift()) {
      await this.#persist(next.topic, next.json, next.source, next.settled);
      if (next.kind === "birth") queue.births--;
    }
    this.#queues.delete(node);
  }

  /** Notes that the node was heard, for `last_seen_at`, at a pace the database can take. */
  seen(node: string): void {
    this.#seen.add(node);
    this.#seenTimer ??= setTimeout(() => void this.flushSeen(), SEEN_PACE_MS);
  }

  async flushSeen(): Promise<void> {
    if (this.#seenTimer) clearTimeout(this.#seenTimer);
    this.#seenTimer = null;
    const nodes = [...this.#seen].sort();
    this.#seen.clear();
    if (nodes.length === 0) return;
    await this.parts.pool
      .query(
        "update nodes set last_seen_at = now() where id in (select id from nodes where id = any($1) order by id for no key update)",
        [nodes],
      )
      .catch((cause: unknown) =>
        this.parts.log.warn({ err: cause }, "last_seen_at could not be written; the next pass writes it."),
      );
  }

  /** Whether a birth of this node came that is not in the database yet. */
  hasBirthUnderWay(node: string): boolean {
    return (this.#queues.get(node)?.births ?? 0) > 0;
  }

  /** Resolves at the next birth of this node, or after the time. */
  async nextBirth(node: string, waitMs: number): Promise<void> {
    await new Promise<void>((born) => {
      const waiters = this.#birthWaiters.get(node) ?? new Set();
      this.#birthWaiters.set(node, waiters);
      const finish = () => {
        clearTimeout(timer);
        waiters.delete(finish);
        if (waiters.size === 0) this.#birthWaiters.delete(node);
        born();
      };
      // Another replica may take the birth: look again from time to time.
      const timer = setTimeout(finish, Math.max(0, Math.min(waitMs, 250)));
      waiters.add(finish);
    });
  }

  /** A birth that any replica took. */
  born(node: string): void {
    for (const finish of this.#birthWaiters.get(node) ?? []) finish();
  }

  async drain(): Promise<void> {
    await Promise.all([...this.#queues.values()].map(({ run }) => run));
    this.#closed = true;
    await this.flushSeen();
  }

  close(): void {
    this.#closed = true;
  }

  /** Tries until the database took it; what the database can never take is kept in quarantine. */
  async #persist(topic: ControlTopic, json: unknown, source: Source, settled: () => void): Promise<void> {
    while (!this.#closed) {
      try {
        const refusal = await this.#apply(topic, json, source);
        if (refusal) this.#keep(refusal, topic.node, source, settled);
        else settled();
        return;
      } catch (cause) {
        if (isPoison(cause)) {
          this.#keep(
            {
              code: "CONTRACT",
              message: `The database cannot store this: ${cause instanceof Error ? cause.message : String(cause)}.`,
              hint: "Correct the document and send it again.",
            },
            topic.node,
            source,
            settled,
          );
          return;
        }
        this.parts.log.warn({ err: cause, node: topic.node, kind: topic.kind }, "A message waits for the database.");
        await new Promise((again) => setTimeout(again, RETRY_MS));
      }
    }
  }

  #keep(refusal: Refusal, node: string, source: Source, settled: () => void = () => undefined): void {
    this.parts.writer.push({ kind: "keep", entry: keptFrom(refusal, { node, source }), settled });
  }

  async #apply(topic: ControlTopic, json: unknown, source: Source): Promise<Refusal | null> {
    switch (topic.kind) {
      case "birth": {
        const birth = readBirth(json, topic.node);
        if (!birth.ok) return birth.refusal;
        await this.#applyBirth(birth.value, source);
        return null;
      }
      case "state":
        return this.#applyState(topic.node, json);
      case "reported":
        return this.#applyReported(topic.node, json);
      case "action":
        return this.#applyAction(topic.node, topic.actionId, json);
      case "rsp":
        return null;
      default:
        return topic satisfies never;
    }
  }

  async #applyBirth(birth: Birth, source: Source): Promise<void> {
    const { registry, acks, desired, pool, log, replica, writer } = this.parts;
    const { faults, proposed } = await applyBirth(pool, birth, replica);
    for (const fault of faults) this.#keep(fault, birth.node, source);
    if (proposed > 0) log.info({ node: birth.node, proposed }, "Streams were proposed.");
    registry.forget(birth.node);
    await registry.loadAliases(birth.node, birth.boot);
    // A stranger gets none: whoever invents nodes should not fill tables with them.
    if (registry.peek(birth.node)?.status === "accepted") await writer.expect(birth.node, birth.epoch);
    this.born(birth.node);
    // A node that comes back learns what is settled, also where the broker retains nothing.
    await acks.answer(pool, birth.node, birth.epoch);
    await desired.tell(birth.node);
  }

  async #applyState(node: string, json: unknown): Promise<Refusal | null> {
    const parsed = NodeState.safeParse(json);
    if (!parsed.success) return refusalFromZod(parsed.error);
    const { online, why, boot, buffer } = parsed.data;
    const isReport = online && why === "report";
    // The Will of an earlier start may arrive after the birth of the next one: it says nothing about now.
    const { rowCount } = await this.parts.pool.query(
      `update nodes set online = $2, online_why = case when $5 and online then online_why else $3 end,
         online_changed_at = case when online is distinct from $2 then now() else coalesce(online_changed_at, now()) end, last_seen_at = case when $2 then now() else last_seen_at end,
         buffer_bytes = coalesce($6, buffer_bytes), buffer_limit_bytes = coalesce($7, buffer_limit_bytes),
         buffer_oldest_at = case when $6::int8 is null then buffer_oldest_at else to_timestamp($8::float8 / 1000) end
       where id = $1 and (boot is null or boot = $4 or $2)`,
      [
        node,
        online,
        why,
        boot,
        isReport,
        buffer ? Math.round(buffer.bytes) : null,
        buffer ? Math.round(buffer.limitBytes) : null,
        buffer?.oldest ?? null,
      ],
    );
    if ((rowCount ?? 0) > 0) this.parts.notifier.node(node);
    if (online && !isReport) {
      const known = await this.parts.registry.load(node);
      if (known?.epoch) await this.parts.acks.answer(this.parts.pool, node, known.epoch);
    }
    return null;
  }

  async #applyReported(node: string, json: unknown): Promise<Refusal | null> {
    const parsed = Reported.safeParse(json);
    if (!parsed.success) return refusalFromZod(parsed.error);
    await this.parts.pool.query("insert into nodes (id) values ($1) on conflict do nothing", [node]);
    await this.parts.pool.query(
      `insert into node_documents as d (node_id, reported, applied_revision, reported_at) values ($1, $2, $3, now())
       on conflict (node_id) do update set reported = excluded.reported, applied_revision = excluded.applied_revision, reported_at = now()`,
      [node, JSON.stringify(parsed.data), parsed.data.applied],
    );
    this.parts.notifier.node(node);
    return null;
  }

  async #applyAction(node: string, actionId: string, json: unknown): Promise<Refusal | null> {
    const parsed = ActionReport.safeParse(json);
    if (!parsed.success) return refusalFromZod(parsed.error);
    const report = parsed.data;
    if (report.action !== actionId)
      return {
        code: "CONTRACT",
        message: "The report names another action than its topic.",
        field: "action",
        hint: "Publish on up/action/{actionId} of the same action.",
      };
    const { pool } = this.parts;
    await pool.query("insert into nodes (id) values ($1) on conflict do nothing", [node]);
    const tx = await pool.connect();
    try {
      await tx.query("begin");
      await tx.query(
        "insert into action_reports (node_id, action, attempt, seq, state, reported_at) values ($1, $2, 0, -1, 'QUEUED', now()) on conflict do nothing",
        [node, actionId],
      );
      const { rows } = await tx.query<Pick<ActionReport, "attempt" | "seq" | "state">>(
        "select attempt, seq::float8 as seq, state from action_reports where node_id = $1 and action = $2 for update",
        [node, actionId],
      );
      const known = rows[0];
      const verdict = known ? judgeReport(known, report) : "take";
      if (verdict === "take") {
        await tx.query(
          "update action_reports set attempt = $3, seq = $4, state = $5, reason = $6, progress = $7, detail = $8, reported_at = to_timestamp($9::float8 / 1000), received_at = now() where node_id = $1 and action = $2",
          [
            node,
            actionId,
            report.attempt,
            report.seq,
            report.state,
            report.reason ?? null,
            report.progress,
            report.detail,
            report.ts,
          ],
        );
      }
      await tx.query("commit");
      tx.release();
      if (verdict === "not-allowed")
        return {
          code: "CONTRACT",
          message: `An action in ${known?.state ?? "no state"} cannot move to ${report.state}.`,
          field: "state",
          hint: "See the table of OTA states in the wire contract.",
        };
      if (verdict === "take") this.parts.notifier.node(node);
      return null;
    } catch (cause) {
      await tx.query("rollback").catch(() => undefined); // the connection may be what broke
      tx.release(cause instanceof Error ? cause : true);
      throw cause;
    }
  }
}
