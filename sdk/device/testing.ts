import { createHash } from "node:crypto";
import mqtt, { type MqttClient } from "mqtt";
import type { DurableAck } from "@/sdk/wire/ack";
import { SealedBatch } from "@/sdk/wire/batch";
import type { Lane } from "@/sdk/wire/names";
import { NOTHING_SETTLED, type Settled, settle } from "@/sdk/wire/settle";
import { ackTopic, parseUpTopic } from "@/sdk/wire/topics";
import { decodeBatch } from "./evictor";

/** A batch as the peer took it in. */
export interface Taken {
  batch: SealedBatch;
  sha: string;
  bytes: number;
  properties: Record<string, string | string[]>;
  atMs: number;
}

interface LaneLedger {
  settled: Settled;
  taken: Map<number, Taken>;
  rejected: DurableAck["rejected"];
}

/**
 * The smallest control plane there is: a ledger in memory that takes batches in, checks them against the schema, and
 * acknowledges them durably. Tests switch parts of it off.
 */
export class LedgerPeer {
  readonly messages: { topic: string; payload: Buffer; retained: boolean }[] = [];
  readonly lanes = new Map<string, LaneLedger>();
  /** same number, other bytes */
  readonly mismatches: string[] = [];
  readonly faults: string[] = [];
  /** numbers in the order in which they arrived first */
  readonly order: { lane: Lane; batch: number; backfill: boolean; atMs: number }[] = [];
  deliveries = 0;
  credit = 16;
  isAcking = true;
  reject: (batch: SealedBatch) => DurableAck["rejected"][number]["code"] | null = () => null;

  private constructor(readonly client: MqttClient) {}

  static async connect(url: string, clientId = "ledger-peer"): Promise<LedgerPeer> {
    const client = await mqtt.connectAsync(url, {
      protocolVersion: 5,
      clientId,
      clean: false,
      reconnectPeriod: 100,
      properties: { sessionExpiryInterval: 3_600 },
    });
    const peer = new LedgerPeer(client);
    client.on("error", () => undefined);
    client.on("message", (topic, payload, packet) => {
      peer.messages.push({ topic, payload, retained: packet.retain });
      const properties = { ...packet.properties?.userProperties };
      peer.take(topic, payload, properties).catch((cause: unknown) => peer.faults.push(String(cause)));
    });
    await client.subscribeAsync("tl/1/+/up/#", { qos: 1 });
    return peer;
  }

  /** Numbers of the rows of a lane that are stored, or declared lost: the account that has to add up. */
  account(node: string, lane: Lane): { stored: number[]; lost: number } {
    const stored: number[] = [];
    let lost = 0;
    for (const [key, { taken }] of this.lanes) {
      if (!key.startsWith(`${node}/`) || !key.endsWith(`/${lane}`)) continue;
      for (const { batch } of taken.values()) {
        for (let index = 0; index < batch.count; index += 1) stored.push(batch.first + index);
        for (const gap of batch.gaps) lost += gap.count;
      }
    }
    return { stored, lost };
  }

  batches(lane: Lane): Taken[] {
    return [...this.lanes].filter(([key]) => key.endsWith(`/${lane}`)).flatMap(([, { taken }]) => [...taken.values()]);
  }

  /** Values of a column in all batches taken in. */
  values(alias: string): unknown[] {
    return this.batches("telemetry").flatMap(({ batch }) =>
      batch.lane === "telemetry" ? (batch.columns[alias] ?? []) : [],
    );
  }

  async ack(node: string, epoch: string, lane: Lane): Promise<void> {
    const ledger = this.lanes.get(`${node}/${epoch}/${lane}`);
    if (!ledger) return;
    const { upTo, ranges } = ledger.settled;
    const ack = {
      v: 1,
      epoch,
      upTo,
      ranges: ranges.slice(0, 32),
      credit: this.credit,
      rejected: ledger.rejected.slice(-256),
    };
    await this.client.publishAsync(ackTopic(node, lane), JSON.stringify(ack), { qos: 1, retain: true });
  }

  /** Leaves no subscription behind: a session that outlives us would make the broker say that someone listens. */
  async close(): Promise<void> {
    await this.client.unsubscribeAsync("tl/1/+/up/#");
    await this.client.endAsync(true);
  }

  private async take(topic: string, payload: Buffer, properties: Record<string, string | string[]>): Promise<void> {
    const parsed = parseUpTopic(topic);
    if (parsed?.kind !== "batch") return;
    this.deliveries += 1;
    const ce = properties.ce;
    const text = await decodeBatch(payload, ce === "br" || ce === "gzip" ? ce : null);
    const checked = SealedBatch.safeParse(JSON.parse(text));
    if (!checked.success) {
      this.faults.push(`${topic}: ${checked.error.message}`);
      return;
    }
    const batch = checked.data;
    const key = `${batch.node}/${batch.epoch}/${batch.lane}`;
    const ledger = this.lanes.get(key) ?? { settled: NOTHING_SETTLED, taken: new Map<number, Taken>(), rejected: [] };
    this.lanes.set(key, ledger);
    const sha = createHash("sha256").update(payload).digest("hex");
    const known = ledger.taken.get(batch.batch);
    if (known && known.sha !== sha) this.mismatches.push(`${key}/${batch.batch}`);
    if (!known) {
      const code = this.reject(batch);
      this.order.push({ lane: batch.lane, batch: batch.batch, backfill: batch.backfill, atMs: performance.now() });
      if (code) ledger.rejected.push({ batch: batch.batch, code, detail: "test" });
      else ledger.taken.set(batch.batch, { batch, sha, bytes: payload.length, properties, atMs: performance.now() });
      ledger.settled = settle(ledger.settled, [batch.batch]);
    }
    if (this.isAcking) await this.ack(batch.node, batch.epoch, batch.lane);
  }
}

/** Waits until a condition holds. @throws when it does not within `timeoutMs`, with what `describe` says then. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  describe: () => string,
  timeoutMs = 10_000,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${describe()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
