import { randomBytes } from "node:crypto";
import mqtt, { type IClientPublishOptions, type MqttClient } from "mqtt";
import { BATCH_JSON } from "@/sdk/wire/batch";
import { DurableAck } from "@/sdk/wire/ack";
import type { Lane } from "@/sdk/wire/names";
import { batchTopic, birthTopic } from "@/sdk/wire/topics";
import type { TestBroker } from "@/cli/embedded/testing";
import { openLogger } from "@/server/core/logger";
import { openRegistry } from "@/server/core/metrics";
import { cloneTestDb, type TestDb } from "@/db/testing";
import { type Ingest, startIngest } from "./ingest";

const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/** A ULID for tests: unique, in no order. */
export const newUlid = () => [...randomBytes(26)].map((byte) => CROCKFORD[byte % 32]).join("");

export const BASE_MS = Date.now() - 3_600_000;

export interface TestStream {
  alias: number;
  key: string;
  unit?: string;
  type?: "number" | "boolean";
  limits?: { low?: number; high?: number };
}

export function birthOf(
  node: string,
  boot: string,
  epoch: string,
  streams: readonly TestStream[],
  extra: object = {},
): object {
  return {
    v: 1,
    node,
    boot,
    epoch,
    sdk: "test/1",
    clock: { source: "ntp", offsetMs: 0, errorMs: 1 },
    streams: streams.map(({ alias, key, unit = "mm/s", type = "number", limits }) => ({
      alias,
      key,
      quantity: "velocity",
      unit,
      type,
      ...(limits ? { limits } : {}),
    })),
    ...extra,
  };
}

/** A node of a test, that speaks the wire by hand: it can also speak it wrongly. */
export class TestNode {
  readonly boot = newUlid();
  epoch = newUlid();
  readonly acks = new Map<Lane, DurableAck>();
  readonly commands: { topic: string; body: unknown }[] = [];

  private constructor(
    readonly id: string,
    readonly client: MqttClient,
  ) {}

  static async connect(broker: TestBroker, id: string): Promise<TestNode> {
    const { url } = await broker.addNode(id);
    const client = await mqtt.connectAsync(url, {
      protocolVersion: 5,
      clientId: id,
      reconnectPeriod: 200,
      clean: false,
      properties: { sessionExpiryInterval: 600 },
    });
    const node = new TestNode(id, client);
    client.on("error", () => undefined); // a broker that is restarted by a test
    client.on("message", (topic, payload) => {
      const [, , , , kind, lane] = topic.split("/");
      if (kind === "ack")
        node.acks.set(lane as Lane, DurableAck.parse(JSON.parse(payload.toString()))); // the test's own subscription
      else node.commands.push({ topic, body: JSON.parse(payload.toString()) });
    });
    await client.subscribeAsync(`tl/1/${id}/dn/#`, { qos: 1 });
    return node;
  }

  async birth(streams: readonly TestStream[], extra: object = {}): Promise<void> {
    await this.publish(birthTopic(this.id), JSON.stringify(birthOf(this.id, this.boot, this.epoch, streams, extra)), {
      retain: true,
    });
  }

  batch(number: number, columns: Record<string, unknown[]>, extra: object = {}): Record<string, unknown> {
    const rows = Math.max(0, ...Object.values(columns).map((values) => values.length));
    return {
      v: 1,
      node: this.id,
      epoch: this.epoch,
      lane: "telemetry",
      batch: number,
      first: number * rows,
      count: rows,
      base: BASE_MS + number * 1_000,
      watermark: BASE_MS + number * 1_000,
      clock: { source: "ntp", offsetMs: 0, errorMs: 1, boot: this.boot, monoMs: 1 },
      dt: Array.from({ length: rows }, (_, i) => i * 100),
      columns,
      ...extra,
    };
  }

  async send(batch: Record<string, unknown>, lane: Lane = "telemetry"): Promise<void> {
    const hints = { epoch: String(batch.epoch), batch: String(batch.batch) };
    await this.publish(batchTopic(this.id, lane), JSON.stringify(batch), {
      properties: { contentType: BATCH_JSON, userProperties: hints },
    });
  }

  async publish(topic: string, body: string | Buffer, options: IClientPublishOptions = {}): Promise<void> {
    await this.client.publishAsync(topic, body, { qos: 1, ...options });
  }

  upTo(lane: Lane = "telemetry"): number {
    const ack = this.acks.get(lane);
    return ack?.epoch === this.epoch ? ack.upTo : -1;
  }

  async close(): Promise<void> {
    await this.client.endAsync(true);
  }
}

export interface TestLine {
  db: TestDb;
  broker: TestBroker;
  start(replica?: string, options?: { maxQueueBytes?: number }): Promise<Ingest>;
  /** A counter or gauge of the ingest started last, summed over its labels. */
  metric(name: string): Promise<number>;
  close(): Promise<void>;
}

/** A database and a broker; ingest is started by the test, so that it can be stopped. */
export async function openTestLine(broker: TestBroker): Promise<TestLine> {
  const db = await cloneTestDb();
  const running: Ingest[] = [];
  let metrics = openRegistry("ingest-test");
  return {
    db,
    broker,
    start: async (replica = "a", { maxQueueBytes = 16 * 1024 * 1024 } = {}) => {
      metrics = openRegistry("ingest-test");
      const ingest = await startIngest({
        pool: db.pool,
        databaseUrl: db.appUrl,
        mqttUrl: broker.ingestUrl,
        replica,
        maxQueueBytes,
        log: openLogger("ingest-test", process.env.TL_TEST_LOG === "1" ? "debug" : "silent"),
        metrics,
      });
      running.push(ingest);
      await waitFor(() => ingest.health().broker === true, "ingest to listen");
      return ingest;
    },
    metric: async (name) => {
      const found = await metrics.getSingleMetric(name)?.get();
      if (!found) throw new Error(`there is no metric ${name}`);
      return found.values.reduce((sum, { value }) => sum + value, 0);
    },
    close: async () => {
      for (const ingest of running) await ingest.close();
      await broker.stop();
      await db.drop();
    },
  };
}

/** @throws {Error} naming what was waited for, after the time */
export async function waitFor(
  condition: () => boolean | Promise<boolean>,
  what: string,
  timeoutMs = 15_000,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`waited ${timeoutMs} ms for ${what}`);
    await new Promise((again) => setTimeout(again, 20));
  }
}

export async function countReadings(db: TestDb, key?: string): Promise<number> {
  const { rows } = await db.owner.query<{ n: number }>(
    "select count(*)::int as n from readings r join streams s on s.id = r.stream_id where $1::text is null or s.key = $1",
    [key ?? null],
  );
  return rows[0]?.n ?? 0;
}
