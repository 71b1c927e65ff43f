import { z } from "zod";
import { StreamKey } from "@/sdk/wire/names";
import type { Sample } from "../samples";
import { parseTime } from "./csv";

/** One value taken out of a message: where it stands and which stream it is. */
export const ValueMapping = z.strictObject({
  /** dots and indices, such as `data.axes[0].rms`; empty = the message itself is the value */
  path: z.string().max(200).default(""),
  /** stream key; `{1}`, `{2}` … stand for what the first, second … wildcard of the topic matched */
  stream: z.union([StreamKey, z.string().regex(/^[a-z0-9{][a-z0-9._{}/-]*$/)], {
    error: "must be a stream key; {1} stands for the first wildcard",
  }),
  /** multiplied with the value before it is taken in */
  scale: z.number().default(1),
});

/** How a JSON or text message becomes readings. */
export const MessageMapping = z.strictObject({
  values: z.array(ValueMapping).min(1),
  /** path of the capture time: epoch seconds, epoch ms or ISO 8601; without one it is the time of arrival */
  time: z.string().max(200).optional(),
});
export type MessageMapping = z.infer<typeof MessageMapping>;

/** Paths taken apart; there are as many as the configuration names. */
const PARTS = new Map<string, readonly string[]>();

function partsOf(path: string): readonly string[] {
  let parts = PARTS.get(path);
  if (!parts) {
    parts = path.match(/[^.[\]]+/g) ?? [];
    PARTS.set(path, parts);
  }
  return parts;
}

/** What a path leads to; undefined when it leads nowhere. Only own properties are followed. */
export function at(document: unknown, path: string): unknown {
  let here = document;
  for (const part of partsOf(path)) {
    if (typeof here !== "object" || here === null || !Object.hasOwn(here, part)) return undefined;
    here = Reflect.get(here, part);
  }
  return here;
}

/**
 * Readings of one message.
 * @throws {RangeError} naming the path, when the message has none of the values or its time cannot be read
 */
export function sampleOf(
  body: string,
  mapping: MessageMapping,
  arrivedMs: number,
  wildcards: readonly string[] = [],
): Sample {
  const document = parseBody(body);
  let tsMs = arrivedMs;
  if (mapping.time !== undefined) {
    const cell = at(document, mapping.time);
    const time = typeof cell === "string" || typeof cell === "number" ? parseTime(String(cell)) : null;
    if (time === null) throw new RangeError(`there is no time at "${mapping.time}"`);
    tsMs = time;
  }
  const values: Record<string, number | null> = {};
  for (const { path, stream, scale } of mapping.values) {
    const value = toNumber(at(document, path));
    if (value === undefined) continue;
    const key =
      wildcards.length === 0 ? stream : stream.replace(/\{(\d)\}/g, (_, index) => wildcards[Number(index) - 1] ?? "");
    values[key] = value === null ? null : value * scale;
  }
  if (Object.keys(values).length === 0)
    throw new RangeError(`there is no number at ${mapping.values.map(({ path }) => `"${path}"`).join(", ")}`);
  return { tsMs, values };
}

function parseBody(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body.trim(); // bare text: toNumber decides whether it is a number
  }
}

function toNumber(value: unknown): number | null | undefined {
  if (value === null) return null;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value === "string" && value.trim() === "") return undefined;
  const number = typeof value === "number" || typeof value === "string" ? Number(value) : Number.NaN;
  return Number.isFinite(number) ? number : undefined;
}
