import { Client, type Pool } from "pg";
import type { TimeSeriesStore } from "@/db/timeseries/port";
import { LANES } from "@/sdk/wire/names";
import { openTimeSeries } from "@/db/timeseries/open";
import type { Logger } from "@/server/core/logger";
import type { Health, Registry as MetricsRegistry } from "@/server/core/metrics";
import { Acks } from "./acks";
import type { CommitResult } from "./commit";
import { Connection } from "./connection";
import { Control } from "./control";
import { DesiredDocuments } from "./desired";
import { openIngestMetrics } from "./ingest-metrics";
import { Intake } from "./intake";
import { LatestValues } from "./latest";
import { Notifier } from "./notifier";
import { PlainRamp } from "./plain-ramp";
import { Reader } from "./reader";
import { Registry } from "./registry";
import { Replayer } from "./replay";
import { Replicas } from "./replicas";
import { Writer } from "./writer";

export interface IngestOptions {
  pool: Pool;
  /** for LISTEN, which needs a connection of its own */
  databaseUrl: string;
  mqttUrl: string;
  replica: string;
  maxQueueBytes: number;
  log: Logger;
  metrics: MetricsRegistry;
  now?: () => number;
}

export interface Ingest {
  health(): Health;
  /** Commits what was taken, tells the nodes, and leaves the broker's session for the next start. */
  close(): Promise<void>;
}

const FLUSH_MS = 10;
/** Narrow rows gain nothing beyond this many per transaction; segments gain more, because a stream's readings join into fewer. */
const FLUSH_READINGS = { timescale: 10_000, segments: 30_000 } as const;
/** A missing batch is asked for when it is still missing after this time, ms. */
const MISSING_PACE_MS = 5_000;
const COMMAND_EXPIRY_S = 60;
/** Not committing for this long makes `/health` say no. */
const UNHEALTHY_AFTER_MS = 30_000;

/** Everything from the broker's message to the commit and the durable ack, put together. */
export async function startIngest({
  pool,
  databaseUrl,
  mqttUrl,
  replica,
  maxQueueBytes,
  log,
  metrics: registerIn,
  now = Date.now,
}: IngestOptions): Promise<Ingest> {
  const store: TimeSeriesStore = await openTimeSeries(pool);
  const registry = new Registry(pool);
  const notifier = new Notifier(pool, (cause) =>
    log.warn({ err: cause }, "Nobody was told of a change; pages show it at their next look."),
  );
  const latest = new LatestValues(
    pool,
    (ids) => notifier.latest(ids),
    (cause) => log.warn({ err: cause }, "latest_values could not be written; trying again."),
  );
  const metrics = openIngestMetrics(registerIn, {
    queueBytes: () => writer.queued.bytes,
    queueItems: () => writer.queued.items,
    connected: () => (connection.ready ? 1 : 0),
    waiting: () => intake.waiting,
  });
  const missing = new Map<string, { node: string; lane: string; from: number; sinceMs: number }>();

  const committed = (result: CommitResult, tookMs: number, oldestMs: number): void => {
    connection.together(() => acks.committed(result.lanes));
    let readings = 0;
    let hasEvents = false;
    for (const item of result.stored) {
      const blocks = item.kind === "batch" ? item.blocks : [item.block];
      if (blocks.length > 0) latest.add(blocks);
      readings += item.kind === "batch" ? item.readings : 1;
      if (item.kind === "batch" && (item.rows?.lane === "events" || item.bad.length > 0)) hasEvents = true;
    }
    for (const lane of result.lanes) {
      const key = `${lane.node}/${lane.lane}`;
      if (lane.settled.ranges.length === 0) missing.delete(key);
      else if (missing.get(key)?.from !== lane.settled.upTo + 1)
        missing.set(key, { node: lane.node, lane: lane.lane, from: lane.settled.upTo + 1, sinceMs: now() });
    }
    if (hasEvents || result.mismatches > 0) notifier.changed("tl_events");
    if (result.kept > 0) notifier.changed("tl_quarantine");
    metrics.readings.inc(readings);
    metrics.batches.inc({ outcome: "stored" }, result.stored.length);
    metrics.batches.inc({ outcome: "duplicate" }, result.duplicates);
    metrics.batches.inc({ outcome: "mismatch" }, result.mismatches);
    metrics.flushReadings.observe(readings);
    metrics.commitSeconds.observe(oldestMs / 1_000);
    log.debug({ readings, lanes: result.lanes.length, tookMs }, "committed");
  };

  const writer: Writer = new Writer(
    pool,
    store,
    { flushMs: FLUSH_MS, flushReadings: FLUSH_READINGS[store.home], maxBytes: maxQueueBytes },
    {
      committed,
      left: (item) => {
        if (item.kind === "batch") intake.done(item);
      },
      stalled: () => metrics.stalls.inc(),
      poisoned: (item, cause) =>
        log.warn(
          { err: cause, kind: item.kind, node: item.kind === "keep" ? item.entry.node : item.node },
          "The database refused one item; it is kept in quarantine.",
        ),
    },
    log,
  );
  const acks: Acks = new Acks({
    publish: (topic, body) => metrics.acks.inc({ sent: connection.publishKept(topic, body) ? "yes" : "no" }),
    pressure: () => writer.pressure,
  });
  const desired = new DesiredDocuments({ pool, log, publish: (topic, body) => connection.publishKept(topic, body) });
  const control = new Control({ pool, registry, writer, acks, desired, notifier, metrics, log, replica });
  const replicas: Replicas = new Replicas(databaseUrl, replica, log, () => plain.ownersChanged());
  const owns = (node: string) => replicas.owns(node);
  const plain: PlainRamp = new PlainRamp({ pool, registry, writer, metrics, log, owns });
  const reader = new Reader((cause) => {
    log.fatal({ err: cause }, "The reading thread stopped; ending, the supervisor starts this again.");
    process.exit(1);
  });
  const intake: Intake = new Intake({
    registry,
    reader,
    writer,
    control,
    plain,
    metrics,
    log,
    now,
    owns,
    sendCommand: (node, verb, body) => connection.publishCommand(node, verb, body, COMMAND_EXPIRY_S),
  });
  const replayer = new Replayer({
    pool,
    store,
    registry,
    log,
    stored: (blocks) => latest.add(blocks),
    changed: () => notifier.changed("tl_quarantine"),
  });
  const stopListening = listen(databaseUrl, log, {
    registry: (node, by) => {
      if (by !== replica) registry.forget(node); // our own births are forgotten when they are taken, and read since
      control.born(node);
      replayer.poke();
    },
    quarantine: () => replayer.poke(),
    desired: (node) => {
      if (owns(node)) void desired.tell(node);
    },
    reconnected: () => {
      registry.forgetAll();
      replayer.poke();
    },
  });
  await replicas.start();
  const connection: Connection = new Connection({
    url: mqttUrl,
    clientId: `throughline-ingest-${replica}`,
    log,
    takeMessage: (incoming) => intake.take(incoming),
    connected: () => plain.ownersChanged(),
  });
  const pacer = setInterval(() => {
    acks.relieve();
    for (const [key, { node, lane, from, sinceMs }] of missing) {
      if (now() - sinceMs < MISSING_PACE_MS) continue;
      missing.delete(key);
      if (LANES.some((known) => known === lane)) intake.ask(node, { lane, from });
    }
  }, 250);
  latest
    .rebuild(store, now())
    .catch((cause: unknown) => log.warn({ err: cause }, "latest_values could not be checked at the start."));
  replayer.start();

  return {
    health: () => {
      const stalledMs = writer.stalledSince === null ? 0 : Date.now() - writer.stalledSince;
      return {
        ok: connection.ready && stalledMs < UNHEALTHY_AFTER_MS,
        replica,
        broker: connection.ready,
        offers: connection.offers,
        databaseStalledMs: stalledMs,
        queue: writer.queued,
        home: store.home,
      };
    },
    close: async () => {
      clearInterval(pacer);
      await replayer.close();
      connection.pause();
      await reader.settle();
      await writer.drain(5_000);
      await reader.close();
      control.close();
      await latest.flush();
      await control.flushSeen();
      await notifier.flush();
      await connection.close();
      await replicas.close();
      await stopListening();
    },
  };
}

const RELISTEN_MS = 1_000;

/** Hears of changes that other processes made. After a break everything may have changed: `reconnected` says so. */
function listen(
  url: string,
  log: Logger,
  on: {
    registry(node: string, by: string | undefined): void;
    quarantine(): void;
    desired(node: string): void;
    reconnected(): void;
  },
): () => Promise<void> {
  let closed = false;
  let client: Client | null = null;
  let timer: NodeJS.Timeout | null = null;
  const again = () => {
    client = null;
    if (!closed) timer ??= setTimeout(() => void open(), RELISTEN_MS);
  };
  const open = async () => {
    timer = null;
    const opened = new Client({
      connectionString: url,
      application_name: "throughline-ingest-listen",
      keepAlive: true,
    });
    client = opened;
    opened.on("error", (cause) => {
      log.warn({ err: cause }, "The connection that hears of changes broke; opening it again.");
      opened.end().catch(() => undefined); // it is broken already
      again();
    });
    opened.on("end", again);
    opened.on("notification", ({ channel, payload = "" }) => {
      if (channel === "tl_quarantine") {
        if (payload.includes("requested")) on.quarantine();
        return;
      }
      const node = /"node":"([a-z0-9._-]+)"/.exec(payload)?.[1];
      if (node === undefined) return;
      if (channel === "tl_desired") on.desired(node);
      else on.registry(node, /"by":"([^"]+)"/.exec(payload)?.[1]);
    });
    try {
      await opened.connect();
      await opened.query("listen tl_registry");
      await opened.query("listen tl_quarantine");
      await opened.query("listen tl_desired");
      on.reconnected();
    } catch (cause) {
      log.warn({ err: cause }, "Changes cannot be heard yet; trying again.");
      again();
    }
  };
  void open();
  return async () => {
    closed = true;
    if (timer) clearTimeout(timer);
    await client?.end().catch(() => undefined); // ending is best effort at shutdown
  };
}
