import { DeviceError } from "./errors";

/** Longest topic we publish on, in bytes; MQTT allows 65,535 and MQTT.js hangs on more. */
export const MAX_TOPIC_BYTES = 512;
/** What the broker's size limit counts beside topic and payload: fixed header, packet id, properties. */
const PACKET_OVERHEAD = 512;
const TOPIC = /^[A-Za-z0-9][A-Za-z0-9._-]*(\/[A-Za-z0-9][A-Za-z0-9._-]*){0,15}$/;

/**
 * Looks at what is about to be published, because MQTT.js hangs or reconnects for ever on a topic with NUL, `+` or `#`, on a
 * topic over 64 kB and on a packet over the broker's limit.
 *
 * @throws {DeviceError} `TOPIC` or `TOO_LARGE`, with the field and what to change.
 */
export function assertPublishable(topic: string, payload: Uint8Array, maxPacketBytes: number): void {
  const bytes = Buffer.byteLength(topic);
  if (bytes > MAX_TOPIC_BYTES)
    throw new DeviceError("TOPIC", `The topic has ${bytes} bytes; ${MAX_TOPIC_BYTES} is the most.`, "topic");
  if (!TOPIC.test(topic)) {
    throw new DeviceError(
      "TOPIC",
      "A topic is up to 16 levels of A-Z a-z 0-9 . _ - separated by /, and holds no wildcard, NUL or $.",
      "topic",
    );
  }
  const total = bytes + payload.length + PACKET_OVERHEAD;
  if (total > maxPacketBytes) {
    throw new DeviceError(
      "TOO_LARGE",
      `The message takes ${total} bytes; the broker takes ${maxPacketBytes}. Seal smaller batches.`,
      "payload",
    );
  }
}

/** The largest payload that fits one of our packets under a broker's limit: nine tenths of it, overhead taken off. */
export function payloadLimit(maxPacketBytes: number): number {
  return Math.max(1_024, Math.floor(maxPacketBytes * 0.9) - PACKET_OVERHEAD);
}
