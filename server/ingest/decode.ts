import { isAscii, isUtf8 } from "node:buffer";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { BATCH_JSON, MAX_BATCH_BYTES, MAX_DECODED_BYTES } from "@/sdk/wire/batch";
import { type Checked, accepted, refused } from "@/sdk/wire/refusal";
import { errorCode, errorText } from "@/server/core/errors";
import { checkKeys, prescanJson } from "@/server/core/json-prescan";

/** What came beside a payload and matters for reading it. Kept with quarantined payloads, so that a replay reads the same. */
export interface MessageProperties {
  contentType?: string;
  /** MQTT user properties; a name sent twice keeps its first value */
  user: Readonly<Record<string, string>>;
  /** how many user properties came, repeats included */
  userCount: number;
  retain: boolean;
}

export const NO_PROPERTIES: MessageProperties = { user: {}, userCount: 0, retain: false };

/** More are refused: no part of the contract needs more than five (mosquitto CVE-2021-41039 was thousands). */
const MAX_USER_PROPERTIES = 32;
const JSON_TYPES = new Set([BATCH_JSON, "application/json"]);
const GZIP_MAGIC = [0x1f, 0x8b];
const BOM = [0xef, 0xbb, 0xbf];

/**
 * Bytes of a batch or document to parsed JSON: size, content type, compression (with a limit on what it may grow to),
 * strict UTF-8, depth, keys. Nothing about its shape is promised.
 */
export function decodeJson(
  payload: Buffer,
  properties: MessageProperties,
  maxDecodedBytes = MAX_DECODED_BYTES,
): Checked<unknown> {
  if (payload.length > MAX_BATCH_BYTES) {
    return refused(
      "TOO_LARGE",
      `The payload has ${payload.length} bytes; the limit is ${MAX_BATCH_BYTES}.`,
      undefined,
      "Seal smaller batches.",
    );
  }
  if (properties.userCount > MAX_USER_PROPERTIES) {
    return refused(
      "TOO_LARGE",
      `The message has ${properties.userCount} user properties; the limit is ${MAX_USER_PROPERTIES}.`,
      undefined,
      "Send only ce, epoch, batch and traceparent.",
    );
  }
  const plain = decompress(payload, properties, maxDecodedBytes);
  if (!plain.ok) return plain;
  const bytes = plain.value;
  if (bytes.length === 0) return refused("PARSE", "The payload is empty.", undefined, "Send a JSON document.");
  if (bytes[0] === BOM[0] && bytes[1] === BOM[1] && bytes[2] === BOM[2])
    return refused(
      "PARSE",
      "The payload begins with a byte order mark.",
      undefined,
      "Remove the BOM: send UTF-8 without it.",
    );
  if (isUtf16(bytes)) return refused("PARSE", "The payload is UTF-16.", undefined, "Encode it as UTF-8.");

  const scanned = prescanJson(bytes);
  if (!scanned.ok) return scanned;
  if (!isUtf8(bytes)) return refused("PARSE", "The payload is not valid UTF-8.", undefined, "Encode it as UTF-8.");
  const text = isAscii(bytes) ? bytes.toString("latin1") : bytes.toString("utf8"); // as ASCII a quarter of the time
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    return refused("PARSE", `The payload is not JSON: ${errorText(cause)}.`, undefined, jsonHint(text));
  }
  const keys = checkKeys(json, scanned.value);
  return keys.ok ? accepted(json) : keys;
}

/** Whether the sender says so; what is compressed without a word is refused unread. */
export function isCompressed({ user }: Pick<MessageProperties, "user">): boolean {
  return user.ce !== undefined && user.ce !== "" && user.ce !== "identity";
}

function decompress(
  payload: Buffer,
  { contentType, user }: MessageProperties,
  maxDecodedBytes: number,
): Checked<Buffer> {
  const type = contentType?.split(";")[0]?.trim().toLowerCase();
  if (type !== undefined && type !== "" && !JSON_TYPES.has(type)) {
    return refused(
      "CTYPE",
      `The content type ${type.slice(0, 80)} is not one we read.`,
      "contentType",
      `Send ${BATCH_JSON}.`,
    );
  }
  const encoding = user.ce;
  if (!isCompressed({ user })) {
    const looksCompressed = GZIP_MAGIC.every((byte, i) => payload[i] === byte);
    return looksCompressed
      ? refused("CTYPE", "The payload is gzip but does not say so.", "ce", "Set the user property ce to gzip.")
      : accepted(payload);
  }
  const options = { maxOutputLength: maxDecodedBytes };
  try {
    if (encoding === "gzip") return accepted(gunzipSync(payload, options));
    if (encoding === "br") return accepted(brotliDecompressSync(payload, options));
  } catch (cause) {
    return errorCode(cause) === "ERR_BUFFER_TOO_LARGE"
      ? refused(
          "TOO_LARGE",
          `The payload grows beyond ${maxDecodedBytes} bytes when decompressed.`,
          "ce",
          "Seal smaller batches.",
        )
      : refused(
          "PARSE",
          `The payload is not valid ${encoding}: ${errorText(cause)}.`,
          "ce",
          "Compress the whole payload once, or leave ce away.",
        );
  }
  return refused("CTYPE", `The compression ${encoding?.slice(0, 20)} is not one we read.`, "ce", "Use gzip or br.");
}

function isUtf16(bytes: Buffer): boolean {
  const [a, b] = bytes;
  return (a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff) || (a === 0x7b && b === 0) || (a === 0 && b === 0x7b);
}

function jsonHint(text: string): string {
  if (/[[,:]\s*-?(NaN|Infinity)\b/.test(text))
    return 'NaN and Infinity are not JSON: send null and the quality word "nan".';
  return "Send one complete JSON document and nothing after it.";
}
