import { setTimeout as sleep } from "node:timers/promises";
import { publicAddress } from "@/sdk/wire/address";
import { DurableAck } from "@/sdk/wire/ack";
import type { Birth, BufferStatus } from "@/sdk/wire/birth";
import { birthTopic, nodeSubscriptions, parseDownTopic, reportedTopic, stateTopic } from "@/sdk/wire/topics";
import type { Reported } from "@/sdk/wire/twin";
import { reconnectDelayMs } from "./backoff";
import type { Births } from "./births";
import type { Commands } from "./commands";
import { ConnectError, type IncomingMessage, Link, REASON } from "./link";
import type { Sender } from "./sender";
import type { Twin } from "./twin";

export interface SessionOptions {
  node: string;
  boot: string;
  url: string;
  token: string;
  keepaliveSeconds: number;
  connectTimeoutMs: number;
  reconnectMinMs: number;
  reconnectMaxMs: number;
  random: () => number;
  birth: () => Birth;
  buffer: () => BufferStatus;
  /** how often the state is repeated while the buffer's figures move */
  reportMs: number;
  births: Births;
  sender: Sender;
  commands: Commands;
  twin: () => Twin | null;
  problem: (code: string, detail: string) => void;
  /** the largest packet this broker takes, in bytes */
  limits: (maxPacketBytes: number) => void;
}

/** Where a session stands; `taken-over` is left only by a restart or by `reconnect()`. */
export type SessionState = "connecting" | "online" | "waiting" | "taken-over" | "closed";

const SESSION_EXPIRY_SECONDS = 24 * 60 * 60;
const WILL_DELAY_SECONDS = 30;
/** A broker may drop the loser of a takeover without a word; so many short connections in a row look like one. */
const FLAPS_TOLD = 4;
/** Failed attempts in a row after which a person is told; fewer are a broker that restarts. */
const FAILURES_TOLD = 3;
/** A connection that held this long starts the back-off over. */
const STEADY_MS = 30_000;

/**
 * Keeps a node connected.
 *
 * - connecting: a new client, Clean Start false; on CONNACK we subscribe, publish birth and state, then let the sender go.
 * - online: messages are dispatched until the connection ends, for whatever reason.
 * - waiting: full-jitter pause, longer after each failure; the slowest pace at once when credentials are refused.
 *   A broker that retains nothing refuses a retained Will with the whole connection; it is asked again at once without.
 * - taken-over: someone else connected with our id. Two nodes with one name would push each other out for ever, so this
 *   one stops and says so; its buffer goes on filling.
 */
export class Session {
  state: SessionState = "connecting";
  connects = 0;
  /** attempts in a row that did not lead to a working connection */
  failedConnects = 0;
  /** why the last of them failed; null while all is well */
  connectTrouble: string | null = null;
  private mayRetainWill = true;
  private link: Link | null = null;
  private attempt = 0;
  private flaps = 0;
  private stopping = new AbortController();
  private wake = new AbortController();
  private running: Promise<void> | null = null;
  private wasOnline = false;
  private announced = new Set<string>();
  /** the figures of the buffer that the last state held */
  private told = "";

  constructor(private readonly options: SessionOptions) {}

  start(): void {
    this.running = this.run();
  }

  isOnline(): boolean {
    return this.state === "online";
  }

  /** Tries again now, also after a takeover. */
  reconnect(): void {
    this.attempt = 0;
    this.wake.abort();
  }

  /** Says goodbye, so that the broker publishes no Will. */
  async close(why: string): Promise<void> {
    this.stopping.abort();
    this.wake.abort();
    const link = this.link;
    if (link) {
      await withTimeout(this.goodbye(link, why), 2_000).catch(() => link.abort("no answer to goodbye"));
    }
    await this.running;
    this.state = "closed";
  }

  /** Publishes a document of ours; false when there is no connection (it is repeated at the next one). */
  async publishReported(reported: Reported): Promise<boolean> {
    return this.publish(reportedTopic(this.options.node), reported, true);
  }

  async publishBirth(): Promise<boolean> {
    return this.publish(birthTopic(this.options.node), this.options.birth(), true);
  }

  /**
   * Births of former starts first, as columns of the backlog need them, then the present one: the retained one must stay that of the
   * present start. What is missed for want of a connection comes with the batches of the next one.
   */
  async publishBirths(former: readonly Birth[]): Promise<void> {
    for (const birth of former) await this.publish(birthTopic(this.options.node), birth, false);
    await this.publishBirth();
  }

  async publish(topic: string, body: unknown, retain: boolean, correlation?: Buffer): Promise<boolean> {
    const link = this.link;
    if (!link) return false;
    try {
      await link.publish(topic, json(body), {
        retain,
        contentType: "application/json",
        ...(correlation ? { correlation } : {}),
      });
      return true;
    } catch (cause) {
      if (cause instanceof ConnectError) return false;
      throw cause;
    }
  }

  /** A batch of a former start needs that start's birth before it, once per connection. */
  async ensureBirth(boot: string): Promise<void> {
    if (this.announced.has(boot)) return;
    this.announced.add(boot);
    const birth = await this.options.births.find(boot);
    if (!birth || !this.link) return;
    await this.link.publish(birthTopic(this.options.node), json(birth), { contentType: "application/json" });
    // The retained one must stay that of the present start.
    await this.publishBirth();
  }

  private async run(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      const startedMs = performance.now();
      const end = await this.serve();
      if (this.stopping.signal.aborted) return;
      const isSteady = performance.now() - startedMs > STEADY_MS;
      if (isSteady) this.attempt = 0;
      this.flaps = !isSteady && this.wasOnline && end === null ? this.flaps + 1 : 0;
      if (this.flaps === FLAPS_TOLD) {
        this.options.problem(
          "FLAPPING",
          `The broker closes each new connection of ${this.options.node} without a reason: see whether another client uses the same id.`,
        );
      }
      if (end === REASON.sessionTakenOver) {
        this.state = "taken-over";
        this.options.problem(
          "TAKEN_OVER",
          `Another client connected as ${this.options.node}: give each node its own id and token. This one stays offline until it is restarted.`,
        );
        await this.pause(null);
        continue;
      }
      if (end === REASON.retainNotSupported && this.mayRetainWill) {
        this.mayRetainWill = false;
        continue;
      }
      if (!this.wasOnline) this.noteFailure();
      if (end === REASON.qosNotSupported) {
        this.options.problem(
          "QOS_NOT_SUPPORTED",
          `${publicAddress(this.options.url)} takes no messages of QoS 1, without which nothing can be sent safely: use a broker that does.`,
        );
        this.attempt = Math.max(this.attempt, 6);
      }
      if (end === REASON.badCredentials || end === REASON.notAuthorised) {
        this.options.problem("NOT_AUTHORISED", `The broker refuses ${this.options.node}: check its token.`);
        this.attempt = Math.max(this.attempt, 6);
      }
      this.state = "waiting";
      const { random, reconnectMinMs, reconnectMaxMs } = this.options;
      const least = end === REASON.quotaExceeded ? reconnectMinMs : 0;
      await this.pause(least + reconnectDelayMs(this.attempt, random, reconnectMinMs, reconnectMaxMs));
      this.attempt += 1;
    }
  }

  private noteFailure(): void {
    this.failedConnects += 1;
    if (this.failedConnects !== FAILURES_TOLD) return;
    this.options.problem(
      "UNREACHABLE",
      `No connection to ${publicAddress(this.options.url)} after ${FAILURES_TOLD} tries, the last: ${this.connectTrouble ?? "no reason given"}. What is measured stays in the buffer; it is tried again.`,
    );
  }

  /** One connection from start to end; the broker's reason for its end, or null. */
  private async serve(): Promise<number | null> {
    const { node, boot, url, token, keepaliveSeconds, connectTimeoutMs, sender } = this.options;
    this.state = "connecting";
    this.wasOnline = false;
    let reporting: NodeJS.Timeout | undefined;
    let ended: (reason: number | null) => void = () => undefined;
    const over = new Promise<number | null>((resolve) => {
      ended = resolve;
    });
    try {
      const will = {
        topic: stateTopic(node),
        payload: json({ v: 1, online: false, boot, why: "lost" }),
        delaySeconds: WILL_DELAY_SECONDS,
        retain: this.mayRetainWill,
      };
      const link = await Link.connect(
        { url, node, token, will, keepaliveSeconds, connectTimeoutMs, sessionExpirySeconds: SESSION_EXPIRY_SECONDS },
        { message: (message) => this.dispatch(message), closed: ({ reason }) => ended(reason) },
      );
      this.link = link;
      if (this.stopping.signal.aborted) {
        // told to close while the connection was being made: nobody else will end it
        await withTimeout(link.end(), 2_000).catch(() => link.abort("no answer to goodbye"));
        return null;
      }
      this.announced = new Set([boot]);
      this.options.limits(link.limits.maxPacketBytes);
      await link.subscribe(nodeSubscriptions(node));
      await link.publish(birthTopic(node), json(this.options.birth()), {
        retain: true,
        contentType: "application/json",
      });
      await this.publishState(link, "connect");
      reporting = setInterval(() => this.report(link), this.options.reportMs);
      reporting.unref();
      this.state = "online";
      this.connects += 1;
      this.failedConnects = 0;
      this.connectTrouble = null;
      this.wasOnline = true;
      sender.attach(link);
      await this.options.twin()?.repeat();
      const reason = await over;
      if (reason === REASON.packetTooLarge) sender.blameLargest();
      return reason;
    } catch (cause) {
      this.link?.abort("set-up failed");
      if (!this.wasOnline) this.connectTrouble = cause instanceof Error ? cause.message : String(cause);
      if (!(cause instanceof ConnectError))
        this.options.problem("CONNECT", cause instanceof Error ? cause.message : String(cause));
      return cause instanceof ConnectError ? cause.reason : null;
    } finally {
      clearInterval(reporting);
      sender.detach();
      this.link = null;
    }
  }

  private dispatch(message: IncomingMessage): void {
    this.take(message).catch((cause: unknown) => {
      this.options.problem(
        "MESSAGE",
        `A message on ${message.topic} could not be handled: ${cause instanceof Error ? cause.message : String(cause)}`,
      );
    });
  }

  private async take(message: IncomingMessage): Promise<void> {
    const { sender, commands, node } = this.options;
    const topic = parseDownTopic(message.topic);
    if (!topic || topic.node !== node) return;
    if (topic.kind === "ack") {
      const ack = DurableAck.safeParse(JSON.parse(message.payload.toString("utf8")));
      if (!ack.success) throw new RangeError(`not a durable ack: ${ack.error.issues[0]?.message ?? ""}`);
      await sender.acknowledged(topic.lane, ack.data);
    } else if (topic.kind === "desired") await this.options.twin()?.take(message.payload);
    else {
      const reply = await commands.handle(topic.verb, message);
      if (reply) await this.publish(reply.topic, reply.answer, false, reply.correlation);
    }
  }

  private async publishState(link: Link, why: "connect" | "report"): Promise<void> {
    const buffer = this.options.buffer();
    this.told = JSON.stringify(buffer);
    await link.publish(
      stateTopic(this.options.node),
      json({ v: 1, online: true, boot: this.options.boot, why, buffer }),
      {
        retain: true,
        contentType: "application/json",
      },
    );
  }

  /** Says how full the buffer is, when that is not what was said last. The next report makes good for one that failed. */
  private report(link: Link): void {
    if (JSON.stringify(this.options.buffer()) === this.told) return;
    this.publishState(link, "report").catch((cause: unknown) => {
      this.told = "";
      if (!(cause instanceof ConnectError))
        this.options.problem("STATE", cause instanceof Error ? cause.message : String(cause));
    });
  }

  private async goodbye(link: Link, why: string): Promise<void> {
    const { node, boot } = this.options;
    await link.publish(stateTopic(node), json({ v: 1, online: false, boot, why }), {
      retain: true,
      contentType: "application/json",
    });
    await link.end();
  }

  /** Waits; for ever when `ms` is null; less when something wakes us. */
  private async pause(ms: number | null): Promise<void> {
    this.wake = new AbortController();
    const signal = AbortSignal.any([this.wake.signal, this.stopping.signal]);
    if (signal.aborted) return;
    await sleep(ms ?? 2 ** 31 - 1, undefined, { signal }).catch(() => undefined);
  }
}

function json(body: unknown): Buffer {
  return Buffer.from(JSON.stringify(body));
}

async function withTimeout(work: Promise<void>, ms: number): Promise<void> {
  const timer = new AbortController();
  const late = sleep(ms, undefined, { signal: timer.signal }).then(() => {
    throw new RangeError(`not done within ${ms} ms`);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    timer.abort();
    late.catch(() => undefined);
  }
}
