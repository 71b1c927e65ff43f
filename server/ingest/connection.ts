import { randomBytes } from "node:crypto";
import { Socket } from "node:net";
import mqtt, { type IConnackPacket, type IPublishPacket, type MqttClient } from "mqtt";
import { type CommandVerb, CORRELATION_BYTES } from "@/sdk/wire/command";
import { commandTopic, CONTROL_PLANE_SUBSCRIPTIONS, responseTopic } from "@/sdk/wire/topics";
import { errorText } from "@/server/core/errors";
import type { Logger } from "@/server/core/logger";
import type { MessageProperties } from "./decode";

/** What the broker said in CONNACK that it can do; nothing is assumed. */
export interface BrokerOffers {
  /** offered, and never used: docs/adr/011 says why */
  sharedSubscriptions: boolean;
  retain: boolean;
  maximumPacketSize: number | null;
}

export interface Incoming {
  topic: string;
  payload: Buffer;
  properties: MessageProperties;
  /** acknowledges towards the broker; needed only where `takeMessage` answered `later` */
  acknowledge(): void;
}

export interface ConnectionOptions {
  url: string;
  /** stays the same across restarts, so that the broker keeps the session */
  clientId: string;
  log: Logger;
  /** `now`: the broker may forget the message (its batch is acknowledged durably later); `later`: only after `acknowledge` */
  takeMessage(incoming: Incoming): "now" | "later" | Promise<"now" | "later">;
  connected(offers: BrokerOffers): void;
}

const SESSION_EXPIRY_S = 3_600;
const RECEIVE_MAXIMUM = 2_000;
/** Acks under way to the broker; more are dropped, because the next ack says more than the last. */
const MAX_UNSENT_ACKS = 5_000;
const CLOSE_WAIT_MS = 2_000;
const SUBSCRIBE_AGAIN_MS = 5_000;

/**
 * The way to the broker. Messages come one at a time: as long as `takeMessage` has not answered, the client reads nothing
 * more from its socket, and the broker feels it.
 */
export class Connection {
  readonly #client: MqttClient;
  #offers: BrokerOffers | null = null;
  #unsentAcks = 0;
  #pubacks: number[] = [];
  #subscribed = false;
  #paused = false;

  constructor(private readonly options: ConnectionOptions) {
    this.#client = mqtt.connect(options.url, {
      protocolVersion: 5,
      clientId: options.clientId,
      clean: false,
      properties: { sessionExpiryInterval: SESSION_EXPIRY_S, receiveMaximum: RECEIVE_MAXIMUM },
      reconnectPeriod: 500,
      connectTimeout: 5_000,
      keepalive: 15,
      resubscribe: false,
      queueQoSZero: false,
    });
    this.#client.handleMessage = (packet, done) => this.#handle(packet, done);
    this.#client.on("connect", (connack) => this.#onConnect(connack));
    this.#client.on("close", () => {
      this.#subscribed = false;
    });
    this.#client.on("error", (cause) =>
      options.log.warn({ err: cause }, "The broker connection failed; trying again."),
    );
  }

  get ready(): boolean {
    return this.#client.connected && this.#subscribed;
  }

  get offers(): BrokerOffers | null {
    return this.#offers;
  }

  /** A durable ack or a desired document: QoS 1, retained where offered, so that a node finds it when it comes back. */
  publishKept(topic: string, body: string): boolean {
    if (!this.#client.connected || this.#unsentAcks >= MAX_UNSENT_ACKS) return false;
    this.#unsentAcks++;
    this.#client.publish(
      topic,
      body,
      { qos: 1, retain: this.#offers?.retain ?? false, properties: { contentType: "application/json" } },
      () => {
        this.#unsentAcks--;
      },
    );
    return true;
  }

  /** What `work` publishes leaves in one write. */
  together(work: () => void): void {
    const { stream } = this.#client;
    stream.cork();
    work();
    process.nextTick(() => stream.uncork());
  }

  /** With a response topic and a number of its own, because a node ignores a command that has none (wire contract §1). */
  publishCommand(node: string, verb: CommandVerb, body: string, expiryS: number): void {
    if (!this.#client.connected) return;
    this.#client.publish(commandTopic(node, verb), body, {
      qos: 1,
      properties: {
        contentType: "application/json",
        messageExpiryInterval: expiryS,
        responseTopic: responseTopic(node),
        correlationData: randomBytes(CORRELATION_BYTES),
      },
    });
  }

  /** Takes no further message, while acks still go out. */
  pause(): void {
    this.#paused = true;
  }

  /**
   * Ends the connection; the session stays at the broker for this replica to come back to. Acks under way get `waitMs` to be
   * acknowledged. The client would wait for them without end, and after a reconnect it no longer even resends them; what is
   * given up here the nodes ask for again.
   */
  async close(waitMs = CLOSE_WAIT_MS): Promise<void> {
    const clean = this.#client.endAsync(false).then(
      () => true,
      (cause: unknown) => {
        this.options.log.warn({ err: cause }, "The broker connection did not close cleanly.");
        return true;
      },
    );
    const late = new Promise<false>((waited) => setTimeout(waited, waitMs, false).unref());
    if (await Promise.race([clean, late])) return;
    this.options.log.warn(
      { unsentAcks: this.#unsentAcks },
      "The broker does not acknowledge; ending without its answer.",
    );
    this.#client.stream.destroy();
  }

  #onConnect(connack: IConnackPacket): void {
    const said = connack.properties;
    // MQTT 5: absent means yes. A broker that knows only 3.1.1 sends no properties and offers no shared subscriptions.
    this.#offers = {
      sharedSubscriptions: said?.sharedSubscriptionAvailable ?? said !== undefined,
      retain: said?.retainAvailable ?? true,
      maximumPacketSize: said?.maximumPacketSize ?? null,
    };
    this.#unsentAcks = 0;
    this.#pubacks = [];
    // MQTT.js leaves Nagle's algorithm on: an ack then waits up to 40 ms behind the broker's late TCP acknowledgement of the one before.
    if (this.#client.stream instanceof Socket) this.#client.stream.setNoDelay(true);
    this.#subscribe([...CONTROL_PLANE_SUBSCRIPTIONS]);
  }

  #subscribe(filters: string[]): void {
    const offers = this.#offers;
    if (!offers) return;
    this.#client.subscribe(filters, { qos: 1, rap: true }, (cause, granted) => {
      const refusedByBroker = cause !== null || granted?.some(({ qos }) => qos >= 128);
      if (refusedByBroker) {
        this.options.log.error(
          { filters, reason: cause ? errorText(cause) : "refused" },
          "The broker refused our subscription; trying again in 5 s: it must let the control plane read tl/1/+/up/#.",
        );
        setTimeout(() => this.#client.connected && this.#subscribe(filters), SUBSCRIBE_AGAIN_MS);
        return;
      }
      this.#subscribed = true;
      this.options.log.info({ offers: this.#offers }, "Listening to the broker.");
      this.options.connected(this.#offers ?? offers);
    });
  }

  /** PUBACK with reason success, which MQTT 5 lets one leave out: the client library has no call for it. */
  #sendPubacks(stream: MqttClient["stream"]): void {
    const ids = this.#pubacks;
    this.#pubacks = [];
    if (stream !== this.#client.stream || !this.#client.connected) return;
    const bytes = Buffer.alloc(ids.length * 4);
    for (const [i, id] of ids.entries()) {
      bytes[i * 4] = 0x40;
      bytes[i * 4 + 1] = 2;
      bytes.writeUInt16BE(id, i * 4 + 2);
    }
    stream.write(bytes);
  }

  #handle(packet: IPublishPacket, done: (cause?: Error) => void): void {
    if (this.#paused) return done(LATER); // not acknowledged: the broker delivers it to the next start
    const stream = this.#client.stream;
    const { messageId, qos } = packet;
    const acknowledge = () => {
      // After a reconnect the broker delivers the message again under another number: nothing to acknowledge then.
      if (qos === 1 && messageId !== undefined && stream === this.#client.stream && this.#client.connected)
        this.#pubacks.push(messageId);
      if (this.#pubacks.length === 1) setImmediate(() => this.#sendPubacks(stream));
    };
    const answer = this.options.takeMessage({
      topic: packet.topic,
      payload: typeof packet.payload === "string" ? Buffer.from(packet.payload) : packet.payload,
      properties: readProperties(packet),
      acknowledge,
    });
    // MQTT.js sends PUBACK after `done()` and none after `done(error)`; it goes on reading either way. It writes each to the
    // socket by itself, which costs as much as reading the message: ours leave together.
    const finish = (when: "now" | "later") => {
      if (qos !== 1) return done();
      if (when === "now") acknowledge();
      done(LATER);
    };
    if (typeof answer === "string") finish(answer);
    else
      answer.then(finish, (cause: unknown) => {
        this.options.log.error({ err: cause, topic: packet.topic }, "A message could not be taken.");
        done(LATER);
      });
  }
}

/** Told to MQTT.js so that it sends no PUBACK. */
const LATER = new Error("acknowledged later");

function readProperties({ properties, retain }: IPublishPacket): MessageProperties {
  const user: Record<string, string> = {};
  let userCount = 0;
  for (const [name, value] of Object.entries(properties?.userProperties ?? {})) {
    userCount += Array.isArray(value) ? value.length : 1;
    const first = Array.isArray(value) ? value[0] : value;
    if (first === undefined || userCount > 64) continue;
    const text = first.slice(0, 1_000);
    if (name === "__proto__") Object.defineProperty(user, name, { value: text, enumerable: true });
    else user[name] = text;
  }
  return {
    user,
    userCount,
    retain,
    ...(properties?.contentType === undefined ? {} : { contentType: properties.contentType.slice(0, 200) }),
  };
}
