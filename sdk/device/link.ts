import { Socket } from "node:net";
import mqtt, { type IClientOptions, type MqttClient, type Packet } from "mqtt";
import { z } from "zod";
import { publicAddress } from "@/sdk/wire/address";
import { assertPublishable } from "./publishable";

/** What the broker said of itself in CONNACK; never assumed. */
export interface BrokerLimits {
  receiveMaximum: number;
  maxPacketBytes: number;
  retain: boolean;
  topicAliasMaximum: number;
}

/** MQTT 5 reason codes we act on. */
export const REASON = {
  success: 0x00,
  noSubscribers: 0x10,
  badCredentials: 0x86,
  notAuthorised: 0x87,
  sessionTakenOver: 0x8e,
  packetTooLarge: 0x95,
  rateTooHigh: 0x96,
  quotaExceeded: 0x97,
  retainNotSupported: 0x9a,
  qosNotSupported: 0x9b,
} as const;

export interface IncomingMessage {
  topic: string;
  payload: Buffer;
  responseTopic: string | null;
  correlation: Buffer | null;
  expirySeconds: number | null;
  retained: boolean;
}

export interface LinkHandlers {
  message: (message: IncomingMessage) => void;
  /** once, when the connection is over; `reason` is the broker's DISCONNECT code, or null */
  closed: (end: { reason: number | null; detail: string }) => void;
}

export interface LinkOptions {
  url: string;
  node: string;
  token: string;
  /** `retain` only where the broker is not known to refuse it: a retained Will costs the whole connection there (0x9A) */
  will: { topic: string; payload: Buffer; delaySeconds: number; retain: boolean };
  keepaliveSeconds: number;
  connectTimeoutMs: number;
  sessionExpirySeconds: number;
}

export interface PublishOptions {
  retain?: boolean;
  contentType?: string;
  alias?: number;
  userProperties?: Record<string, string>;
  correlation?: Buffer;
}

/** The broker refused the connection; `reason` is its CONNACK code or null. */
export class ConnectError extends Error {
  override readonly name = "ConnectError";
  constructor(
    readonly reason: number | null,
    message: string,
  ) {
    super(message);
  }
}

const Coded = z.object({ code: z.number() });
const DEFAULT_MAX_PACKET = 268_435_455;

interface Pending {
  resolve: (reason: number) => void;
  reject: (cause: Error) => void;
}

/**
 * One connection, from CONNECT to its end. MQTT.js keeps no message for us (our buffer does), so every connection is a new
 * client with an empty store and nothing of a broken one can hang the next. PUBACKs are read from the packets themselves,
 * because MQTT.js reports 0x10 (nobody listens) as success.
 */
export class Link {
  private readonly pending = new Map<number, Pending>();
  private readonly unnumbered = new Map<Buffer, Pending>();
  private readonly aliased = new Set<string>();
  private over = false;
  private failEnded: (cause: ConnectError) => void = () => undefined;
  /** Never resolves; rejects when the connection is over. */
  private readonly ended = new Promise<never>((_, reject) => {
    this.failEnded = reject;
  });
  private disconnectReason: number | null = null;

  private constructor(
    private readonly client: MqttClient,
    readonly limits: BrokerLimits,
    private readonly handlers: LinkHandlers,
  ) {
    this.ended.catch(() => undefined); // most connections end while nobody waits for it
    client.on("packetsend", (packet) => this.noteSent(packet));
    client.on("packetreceive", (packet) => this.noteReceived(packet));
    client.on("disconnect", (packet) => {
      this.disconnectReason = packet.reasonCode ?? null;
      this.abort("the broker ended the connection");
    });
    client.on("message", (topic, payload, packet) => {
      handlers.message({
        topic,
        payload,
        responseTopic: packet.properties?.responseTopic ?? null,
        correlation: packet.properties?.correlationData ?? null,
        expirySeconds: packet.properties?.messageExpiryInterval ?? null,
        retained: packet.retain,
      });
    });
    client.on("close", () => this.finish("the connection closed"));
    client.on("error", (cause) => {
      // The parser under MQTT.js takes a PUBACK with "packet too large" for a broken packet.
      if (/invalid puback reason code/i.test(cause.message)) this.disconnectReason = REASON.packetTooLarge;
      this.abort(cause.message);
    });
  }

  /** @throws {ConnectError} when there is no connection within the timeout or the broker says no. */
  static connect(options: LinkOptions, handlers: LinkHandlers): Promise<Link> {
    const settings: IClientOptions = {
      protocolVersion: 5,
      clientId: options.node,
      username: options.node,
      password: options.token,
      clean: false,
      keepalive: options.keepaliveSeconds,
      reconnectPeriod: 0,
      connectTimeout: options.connectTimeoutMs,
      autoUseTopicAlias: true,
      properties: {
        sessionExpiryInterval: options.sessionExpirySeconds,
        receiveMaximum: 64,
        maximumPacketSize: 1024 * 1024,
      },
      will: {
        topic: options.will.topic,
        payload: options.will.payload,
        qos: 1,
        retain: options.will.retain,
        properties: { willDelayInterval: options.will.delaySeconds },
      },
    };
    const address = publicAddress(options.url);
    return new Promise((resolve, reject) => {
      const client = mqtt.connect(options.url, settings);
      const fail = (reason: number | null, message: string) => {
        settle();
        // What a dying socket still says is of no use to anyone, and without a listener Node would end the process.
        client.on("error", ignoreLateError);
        client.end(true);
        reject(new ConnectError(reason, message));
      };
      const timer = setTimeout(
        () => fail(null, `no answer from ${address} within ${options.connectTimeoutMs} ms`),
        options.connectTimeoutMs + 500,
      );
      const onError = (cause: Error) => {
        const coded = Coded.safeParse(cause);
        fail(coded.success ? coded.data.code : null, messageOf(cause));
      };
      const onClose = () => fail(null, `${address} closed the connection`);
      const settle = () => {
        clearTimeout(timer);
        client.off("error", onError);
        client.off("close", onClose);
      };
      client.on("error", onError);
      client.on("close", onClose);
      client.once("connect", (packet) => {
        settle();
        // MQTT.js leaves Nagle's algorithm on: a batch then waits up to 40 ms behind the late acknowledgement of the one before.
        if (client.stream instanceof Socket) client.stream.setNoDelay(true);
        const said = packet.properties;
        const limits: BrokerLimits = {
          receiveMaximum: said?.receiveMaximum ?? 65_535,
          maxPacketBytes: said?.maximumPacketSize ?? DEFAULT_MAX_PACKET,
          retain: said?.retainAvailable ?? true,
          topicAliasMaximum: said?.topicAliasMaximum ?? 0,
        };
        resolve(new Link(client, limits, handlers));
      });
    });
  }

  /**
   * Publishes at QoS 1; resolves with the PUBACK's reason code, whatever it is.
   *
   * @throws {DeviceError} before anything is sent, when the packet could not pass (see `assertPublishable`).
   * @throws {ConnectError} when the connection ends first.
   */
  publish(topic: string, payload: Buffer, options: PublishOptions = {}): Promise<number> {
    assertPublishable(topic, payload, this.limits.maxPacketBytes);
    if (this.over) return Promise.reject(new ConnectError(null, "the connection is over"));
    const alias =
      options.alias !== undefined && options.alias <= this.limits.topicAliasMaximum ? options.alias : undefined;
    return new Promise((resolve, reject) => {
      this.unnumbered.set(payload, { resolve, reject });
      this.client.publish(
        topic,
        payload,
        {
          qos: 1,
          retain: (options.retain ?? false) && this.limits.retain,
          properties: {
            ...(options.contentType ? { contentType: options.contentType } : {}),
            ...(alias !== undefined ? { topicAlias: alias } : {}),
            ...(options.userProperties ? { userProperties: options.userProperties } : {}),
            ...(options.correlation ? { correlationData: options.correlation } : {}),
          },
        },
        (cause) => {
          if (cause) this.failPublish(payload, cause);
        },
      );
    });
  }

  /** @throws {ConnectError} when the broker grants less than all of them. */
  async subscribe(filters: string[]): Promise<void> {
    // MQTT.js never answers a subscription whose connection ends before the SUBACK
    const granted = await Promise.race([this.client.subscribeAsync(filters, { qos: 1 }), this.ended]);
    const refused = granted.find((grant) => grant.qos > 2);
    if (refused) throw new ConnectError(refused.qos, `the broker refuses the subscription to ${refused.topic}`);
  }

  /** Ends in order: DISCONNECT is sent, the Will is not published. */
  async end(): Promise<void> {
    if (this.over) return;
    await this.client.endAsync(false);
    this.finish("ended");
  }

  /** Ends at once, as a cable pull would. */
  abort(detail: string): void {
    if (this.over) return;
    this.finish(detail);
    this.client.end(true);
  }

  private finish(detail: string): void {
    if (this.over) return;
    this.over = true;
    const cause = new ConnectError(this.disconnectReason, detail);
    this.failEnded(cause);
    for (const one of this.pending.values()) one.reject(cause);
    for (const one of this.unnumbered.values()) one.reject(cause);
    this.pending.clear();
    this.unnumbered.clear();
    this.handlers.closed({ reason: this.disconnectReason, detail });
  }

  private noteSent(packet: Packet): void {
    if (packet.cmd !== "publish" || packet.messageId === undefined || typeof packet.payload === "string") return;
    const waiting = this.unnumbered.get(packet.payload);
    if (!waiting) return;
    this.unnumbered.delete(packet.payload);
    this.pending.set(packet.messageId, waiting);
  }

  private noteReceived(packet: Packet): void {
    if (packet.cmd !== "puback" || packet.messageId === undefined) return;
    const waiting = this.pending.get(packet.messageId);
    this.pending.delete(packet.messageId);
    waiting?.resolve(packet.reasonCode ?? REASON.success);
  }

  private failPublish(payload: Buffer, cause: Error): void {
    const waiting = this.unnumbered.get(payload);
    this.unnumbered.delete(payload);
    waiting?.reject(new ConnectError(null, cause.message));
  }
}

function ignoreLateError(): void {}

/** Node gives an error without words where a name has several addresses and none answers; its code says more. */
function messageOf(cause: Error): string {
  const code = "code" in cause && typeof cause.code === "string" ? cause.code : cause.name;
  return cause.message || code;
}
