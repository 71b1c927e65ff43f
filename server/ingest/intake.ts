import type { CommandVerb } from "@/sdk/wire/command";
import type { Lane } from "@/sdk/wire/names";
import { parseUpTopic, type UpTopic } from "@/sdk/wire/topics";
import type { Refusal } from "@/sdk/wire/refusal";
import type { Logger } from "@/server/core/logger";
import type { Incoming } from "./connection";
import type { Control } from "./control";
import { decodeJson } from "./decode";
import { type BatchItem, type Kept, keptFrom, type Source } from "./items";
import type { IngestMetrics } from "./ingest-metrics";
import type { PlainRamp } from "./plain-ramp";
import type { BatchRead } from "./read-batch";
import type { PayloadRead } from "./read-payload";
import type { Reader } from "./reader";
import type { Aliases, Registry } from "./registry";
import { resolveTelemetry, waitingRefusal } from "./resolve";
import type { Writer } from "./writer";

export interface IntakeParts {
  registry: Registry;
  reader: Reader;
  writer: Writer;
  control: Control;
  plain: PlainRamp;
  metrics: IngestMetrics;
  log: Logger;
  /** whether this replica works for the node */
  owns(node: string): boolean;
  sendCommand(node: string, verb: CommandVerb, body: string): void;
  now(): number;
}

/** A batch as it came, with the SHA-256 of its bytes. */
type HashedSource = Source & { sha256: Buffer };

/** What a birth or another document may grow to when decompressed, bytes: it is read on this thread, where everybody waits for it. */
const MAX_DOCUMENT_BYTES = 1024 * 1024;
/** How long a batch waits in memory for the birth of its boot before it is put into quarantine, ms. */
const BIRTH_WAIT_MS = 2_000;
/** Batches of one lane that may be under way here; a node that keeps to its window never has more than twice 16. */
const MAX_PER_LANE = 64;
/** A node is asked for the same thing at most this often, ms. */
const ASK_PACE_MS = 5_000;
/** Epochs that no birth has announced, per node: more are not settled, so that nobody fills the cursor table. */
const MAX_UNANNOUNCED_EPOCHS = 16;

/**
 * Takes messages apart and hands them on: batches to the writer, the rest to `Control` and `PlainRamp`. Whatever cannot be
 * used is kept with its reason. Nothing here waits for another node: a batch whose birth is missing waits beside the way.
 */
export class Intake {
  readonly #underWay = new Map<string, number>();
  readonly #asked = new Map<string, number>();
  readonly #unannounced = new Map<string, Set<string>>();
  #waiting = 0;

  constructor(private readonly parts: IntakeParts) {}

  get waiting(): number {
    return this.#waiting;
  }

  take(incoming: Incoming): "now" | "later" | Promise<"now" | "later"> {
    const { reader, writer } = this.parts;
    // Full: read nothing more until a third is free. The broker and the nodes' windows hold the rest.
    if (writer.pressure >= 1) return writer.relief(0.66).then(() => this.#take(incoming));
    return reader.isFull ? reader.relief().then(() => this.#take(incoming)) : this.#take(incoming);
  }

  #take(incoming: Incoming): "now" | "later" {
    const { metrics, control, plain, now } = this.parts;
    const source: Source = {
      topic: incoming.topic,
      payload: incoming.payload,
      properties: incoming.properties,
      receivedMs: now(),
    };
    const topic = parseUpTopic(incoming.topic);
    metrics.messages.inc({ kind: topic?.kind ?? "unknown" });
    if (!topic) {
      const node = incoming.topic.split("/")[2] ?? "";
      this.#keep(
        {
          code: "SCHEMA",
          message: `The topic ${incoming.topic.slice(0, 200)} is not one of the contract.`,
          field: "topic",
          hint: "See docs/api/wire for the topics.",
        },
        node,
        source,
        incoming,
      );
      return "later";
    }
    // What the broker kept of a plain reading says nothing about whether its node is there now.
    if (topic.kind !== "plain" || !incoming.properties.retain) control.seen(topic.node);
    switch (topic.kind) {
      case "batch":
        if (!this.parts.owns(topic.node)) return "now"; // its owner acknowledges; when that one is dead the node sends again
        this.#takeBatch(topic.node, topic.lane, source);
        return "now";
      case "plain":
        plain.take(topic.node, topic.stream, source, incoming.acknowledge);
        return "later";
      case "rsp":
        return "now"; // answers belong to whoever asked; ingest asks nothing that is answered here
      default:
        this.#takeControl(topic, source, incoming);
        return "later";
    }
  }

  #takeControl(topic: Exclude<UpTopic, { kind: "batch" | "plain" }>, source: Source, incoming: Incoming): void {
    const json = decodeJson(source.payload, source.properties, MAX_DOCUMENT_BYTES);
    if (!json.ok) return this.#keep(json.refusal, topic.node, source, incoming);
    this.parts.control.take(topic, json.value, source, incoming.acknowledge);
  }

  #keep(refusal: Refusal, node: string, source: Source, incoming: Incoming): void {
    this.parts.metrics.refused.inc({ code: refusal.code });
    this.parts.writer.push({ kind: "keep", entry: keptFrom(refusal, { node, source }), settled: incoming.acknowledge });
  }

  #takeBatch(node: string, lane: Lane, source: Source): void {
    const key = `${node}/${lane}`;
    const underWay = this.#underWay.get(key) ?? 0;
    if (underWay >= MAX_PER_LANE) {
      // Not acknowledged, so the node still has it and sends it again when its window moves.
      this.parts.metrics.overWindow.inc();
      return;
    }
    this.#underWay.set(key, underWay + 1);
    const { payload, properties, receivedMs } = source;
    this.parts.reader.read({ node, lane, payload, properties, receivedMs }, (read) =>
      this.#takeRead(node, lane, { ...source, sha256: read.sha256 }, read),
    );
  }

  #takeRead(node: string, lane: Lane, source: HashedSource, { read, number }: PayloadRead): void {
    if (!read.ok) return this.#refuse(node, lane, source, read.refusal, number);
    const { boot } = read.value.envelope.clock;
    const aliases = this.parts.registry.peekAliases(node, boot);
    if (aliases) return this.#push(node, read.value, source, aliases);
    this.#waiting++;
    this.#waitForBirth(node, boot)
      .then((found) => this.#push(node, read.value, source, found))
      .catch((cause: unknown) => {
        // Not acknowledged: the node sends it again.
        this.#done(node, lane);
        this.parts.log.error(
          { err: cause, node },
          "A batch could not be matched with its birth; the node will send it again.",
        );
      })
      .finally(() => this.#waiting--);
  }

  async #waitForBirth(node: string, boot: string): Promise<Aliases | null> {
    const { registry, control } = this.parts;
    const deadline = Date.now() + BIRTH_WAIT_MS;
    for (;;) {
      const isUnderWay = control.hasBirthUnderWay(node); // before the look: it may be through by the time the look is over
      const found = await registry.loadAliases(node, boot);
      if (found) return found;
      if (Date.now() >= deadline) return null;
      // A batch sent right behind its birth overtakes it on the way to the database; that birth need not be asked for.
      if (!isUnderWay) this.ask(node, { birth: true });
      await control.nextBirth(node, deadline - Date.now());
    }
  }

  #push(node: string, read: BatchRead, source: HashedSource, aliases: Aliases | null): void {
    const { registry, metrics } = this.parts;
    const { envelope, lane } = read;
    const known = registry.peek(node);
    if (!known && aliases) {
      // The registry changed between the two looks; ask again.
      registry.load(node).then(
        () => this.#push(node, read, source, aliases),
        () => this.#done(node, lane),
      );
      return;
    }
    const base = { node, lane, epoch: envelope.epoch, batch: envelope.batch, source };
    if (known && envelope.epoch !== known.epoch && known.epochs.has(envelope.epoch)) {
      const refusal: Refusal = {
        code: "CONTRACT",
        message: "The batch is of an epoch that a newer birth has ended.",
        field: "epoch",
        hint: "Two devices may use one identity, or an old disk came back. Replay it if the data are wanted.",
      };
      metrics.refused.inc({ code: refusal.code });
      return this.#write({ ...this.#empty(base), rejected: refusal, kept: [keptFrom(refusal, base)] });
    }
    const item: BatchItem = {
      ...this.#empty(base),
      rowCount: envelope.count,
      gaps: envelope.gaps,
      watermarkMs: envelope.watermark,
    };
    if (!aliases || !known) {
      if (!this.#mayOpenLane(node, envelope.epoch)) return this.#done(node, lane);
      metrics.waiting.inc({ reason: "UNKNOWN_ALIAS" });
      const refusal: Refusal = {
        code: "UNKNOWN_ALIAS",
        message: `The birth of boot ${envelope.clock.boot} has not arrived.`,
        field: "clock.boot",
        hint: "Publish the birth; this batch is then stored by itself.",
      };
      return this.#write({ ...item, gaps: [], kept: [keptFrom(refusal, base)] });
    }
    const resolved = resolveBatch(read, aliases, known, item);
    if (!resolved.ok) {
      metrics.refused.inc({ code: resolved.refusal.code });
      return this.#write({
        ...this.#empty(base),
        rejected: resolved.refusal,
        kept: [keptFrom(resolved.refusal, base)],
      });
    }
    for (const { reason } of item.kept) metrics.waiting.inc({ reason });
    this.#write(item);
  }

  #empty({
    node,
    lane,
    epoch,
    batch,
    source,
  }: {
    node: string;
    lane: Lane;
    epoch: string;
    batch: number;
    source: HashedSource;
  }): BatchItem {
    return {
      kind: "batch",
      node,
      lane,
      epoch,
      batch,
      sha256: source.sha256,
      rowCount: 0,
      readings: 0,
      blocks: [],
      rows: null,
      gaps: [],
      bad: [],
      watermarkMs: null,
      rejected: null,
      kept: [],
      source,
    };
  }

  #write(item: BatchItem): void {
    this.parts.writer.push(item);
  }

  /** A batch that cannot be read: settled as rejected when we can tell its number, kept either way. */
  #refuse(node: string, lane: Lane, source: HashedSource, refusal: Refusal, number: PayloadRead["number"]): void {
    this.parts.metrics.refused.inc({ code: refusal.code });
    const known = this.parts.registry.peek(node);
    const entry = (): Kept => keptFrom(refusal, { node, lane, source, ...number });
    if (number && (known?.epochs.has(number.epoch) || this.#mayOpenLane(node, number.epoch))) {
      const item = this.#empty({ node, lane, source, ...number });
      return this.#write({ ...item, rejected: refusal, kept: [entry()] });
    }
    this.parts.writer.push({ kind: "keep", entry: entry(), settled: () => this.#done(node, lane) });
  }

  #mayOpenLane(node: string, epoch: string): boolean {
    let epochs = this.#unannounced.get(node);
    if (!epochs) {
      epochs = new Set();
      this.#unannounced.set(node, epochs);
    }
    if (!epochs.has(epoch) && epochs.size >= MAX_UNANNOUNCED_EPOCHS) {
      this.parts.metrics.overWindow.inc();
      return false;
    }
    epochs.add(epoch);
    return true;
  }

  /** To be called when an item of the lane left the writer. */
  done(item: { node: string; lane: string }): void {
    this.#done(item.node, item.lane);
  }

  #done(node: string, lane: string): void {
    const key = `${node}/${lane}`;
    const left = (this.#underWay.get(key) ?? 1) - 1;
    if (left <= 0) this.#underWay.delete(key);
    else this.#underWay.set(key, left);
  }

  /** Asks a node to send again: its birth, or what of a lane is missing. Paced per node and thing. */
  ask(node: string, args: { birth: true } | { lane: string; from: number }): void {
    const key = `${node}/${"birth" in args ? "birth" : args.lane}`;
    const now = Date.now();
    if (now - (this.#asked.get(key) ?? 0) < ASK_PACE_MS) return;
    if (this.#asked.size > 10_000) this.#asked.clear();
    this.#asked.set(key, now);
    this.parts.sendCommand(node, "resend", JSON.stringify({ v: 1, args }));
  }
}

/** Fills rows, blocks and what has to wait into the item. */
export function resolveBatch(
  read: BatchRead,
  aliases: Aliases,
  node: { status: string; byKey: ReadonlyMap<string, { id: number }> },
  item: BatchItem,
  only?: ReadonlySet<number>,
): { ok: true } | { ok: false; refusal: Refusal } {
  const base = { node: item.node, lane: item.lane, epoch: item.epoch, batch: item.batch, source: item.source };
  if (read.lane === "telemetry") {
    const resolved = resolveTelemetry(read, aliases, only);
    if (!resolved.ok) return resolved;
    item.blocks = resolved.value.blocks;
    item.readings = resolved.value.readings;
    item.bad = resolved.value.bad;
    for (const { reason, aliases: columns, streamIds } of resolved.value.waiting) {
      item.kept.push({
        ...keptFrom(waitingRefusal(reason, columns), base),
        reason,
        streamIds: streamIds.length > 0 ? streamIds : null,
      });
    }
    return { ok: true };
  }
  if (node.status !== "accepted" && !only) {
    const reason = node.status === "retired" ? "RETIRED" : "PROPOSED";
    item.gaps = read.envelope.gaps;
    item.kept.push({ ...keptFrom(waitingRefusal(reason, []), base), reason });
    return { ok: true };
  }
  item.readings = read.envelope.rows.length;
  switch (read.lane) {
    case "events":
      item.rows = {
        lane: "events",
        base: read.envelope.base,
        rows: read.envelope.rows,
        streamIds: read.envelope.rows.map((row) =>
          row.stream === undefined ? null : (node.byKey.get(row.stream)?.id ?? null),
        ),
      };
      break;
    case "inference":
      item.rows = { lane: "inference", base: read.envelope.base, rows: read.envelope.rows };
      break;
    case "media":
      item.rows = { lane: "media", base: read.envelope.base, rows: read.envelope.rows };
      break;
    default:
      read satisfies never;
  }
  return { ok: true };
}
