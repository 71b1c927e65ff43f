import { type MqttClient, connect } from "mqtt";
import { z } from "zod";
import type { Adapter, Sample } from "../samples";
import { Channel } from "../channel";
import { wordsOf } from "../words";
import { MessageMapping, sampleOf } from "./paths";

/** Listens to a broker of somebody else, such as a machine's own, and takes numbers out of its messages. */
export const MqttConfig = z.strictObject({
  kind: z.literal("mqtt"),
  url: z.url({ protocol: /^(mqtts?|wss?)$/, error: "must be an address such as mqtt://user:password@host:1883" }),
  clientId: z.string().max(64).optional(),
  subscriptions: z.array(MessageMapping.extend({ topic: z.string().min(1).max(500) })).min(1),
  maxBytes: z.int().positive().default(65_536),
});
export type MqttConfig = z.infer<typeof MqttConfig>;

/** Messages held while the line is busy; one that comes then is dropped, counted in `trouble()`. */
const MAX_WAITING = 10_000;
/** How long after the last dropped message that is still told, ms. */
const DROPS_TOLD_MS = 60_000;
/** Topics whose unreadable messages are told apart; more than these are counted only. */
const MAX_TOPICS = 100;

/** What each wildcard of a filter matched; null when the topic does not match. */
export function matchTopic(filter: string, topic: string): string[] | null {
  const wanted = filter.split("/");
  const levels = topic.split("/");
  const caught: string[] = [];
  for (const [index, part] of wanted.entries()) {
    if (part === "#") return [...caught, levels.slice(index).join("/")];
    const level = levels[index];
    if (level === undefined) return null;
    if (part === "+") caught.push(level);
    else if (part !== level) return null;
  }
  return wanted.length === levels.length ? caught : null;
}

/**
 * Reconnects by itself. A message that cannot be read is skipped and told by `trouble()` until one on the same topic can be;
 * one for which there is no room is told for a minute.
 */
export function mqttAdapter(
  config: MqttConfig,
  { now = Date.now, maxWaiting = MAX_WAITING }: { now?: () => number; maxWaiting?: number } = {},
): Adapter {
  let connection: string | null = "not connected yet";
  const unreadable = new Map<string, string>();
  let skipped = 0;
  let dropped = 0;
  let droppedAtMs = Number.NEGATIVE_INFINITY;

  function trouble(): string | null {
    if (connection) return connection;
    if (now() - droppedAtMs < DROPS_TOLD_MS) return `the line is busy: ${dropped} message(s) dropped since the start`;
    const [first] = unreadable;
    return first ? `${first[0]}: ${first[1]} (${skipped} message(s) skipped)` : null;
  }

  async function* run(signal: AbortSignal): AsyncGenerator<Sample> {
    const channel = new Channel<Sample>(maxWaiting);
    const client = open(channel);
    const stop = (): void => channel.end();
    signal.addEventListener("abort", stop, { once: true });
    try {
      yield* channel;
    } finally {
      signal.removeEventListener("abort", stop);
      await client.endAsync(true);
    }
  }

  function open(channel: Channel<Sample>): MqttClient {
    const client = connect(config.url, {
      protocolVersion: 4,
      reconnectPeriod: 2_000,
      connectTimeout: 10_000,
      ...(config.clientId ? { clientId: config.clientId } : {}),
    });
    client.on("connect", () => {
      client.subscribe(
        config.subscriptions.map(({ topic }) => topic),
        { qos: 1 },
        (cause) => {
          connection = cause ? `cannot subscribe: ${cause.message}` : null;
        },
      );
    });
    client.on("error", (cause) => (connection = wordsOf(cause)));
    client.on("close", () => {
      if (!channel.isEnded) connection ??= "connection closed, trying again";
    });
    client.on("message", (topic, payload) => {
      for (const subscription of config.subscriptions) {
        const wildcards = matchTopic(subscription.topic, topic);
        if (!wildcards) continue;
        try {
          if (payload.length > config.maxBytes) throw new RangeError(`longer than ${config.maxBytes} bytes`);
          const sample = sampleOf(payload.toString("utf8"), subscription, now(), wildcards);
          unreadable.delete(topic);
          if (channel.offer(sample)) continue;
          dropped += 1;
          droppedAtMs = now();
        } catch (cause) {
          skipped += 1;
          if (unreadable.size < MAX_TOPICS) unreadable.set(topic, wordsOf(cause));
        }
      }
    });
    return client;
  }

  return { name: `mqtt ${new URL(config.url).host}`, run, trouble };
}
