import { hash } from "node:crypto";
import { type Lane, Ulid } from "@/sdk/wire/names";
import { type Checked, refused } from "@/sdk/wire/refusal";
import { decodeJson, type MessageProperties } from "./decode";
import { type BatchRead, isRecord, readBatch } from "./read-batch";

/** A batch as it came on `up/batch/{lane}` of its node. */
export interface BatchPayload {
  node: string;
  lane: Lane;
  payload: Buffer;
  properties: MessageProperties;
  /** epoch ms */
  receivedMs: number;
}

export interface PayloadRead {
  /** of the payload's bytes, 32 bytes: what the ledger compares a repeat with */
  sha256: Uint8Array;
  read: Checked<BatchRead>;
  /** of a payload that was refused, where it could still be told */
  number: { epoch: string; batch: number } | null;
}

/** From bytes to a batch, as far as that can be said without the registry: digest, decoding, shape, plausibility. */
export function readPayload({
  node,
  lane,
  payload,
  properties,
  receivedMs,
}: BatchPayload): PayloadRead & { sha256: Buffer } {
  const sha256 = hash("sha256", payload, "buffer");
  const json = decodeJson(payload, properties);
  if (!json.ok) return { sha256, read: json, number: findNumber(null, properties) };
  const read: Checked<BatchRead> = properties.retain
    ? refused("CONTRACT", "A batch was published retained.", "retain", "Publish batches without the retain flag.")
    : readBatch(json.value, { node, lane }, receivedMs);
  return { sha256, read, number: read.ok ? null : findNumber(json.value, properties) };
}

/** The number of a batch that could not be read, from what of the payload is good or from the user properties. */
function findNumber(json: unknown, properties: MessageProperties): { epoch: string; batch: number } | null {
  const fromPayload = isRecord(json) ? { epoch: json.epoch, batch: json.batch } : null;
  const { epoch, batch } = properties.user;
  for (const candidate of [
    fromPayload,
    { epoch, batch: batch !== undefined && /^\d{1,16}$/.test(batch) ? Number(batch) : undefined },
  ]) {
    const ulid = Ulid.safeParse(candidate?.epoch);
    const number = candidate?.batch;
    if (ulid.success && typeof number === "number" && Number.isSafeInteger(number) && number >= 0)
      return { epoch: ulid.data, batch: number };
  }
  return null;
}
