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

/** Steps of a path: names of properties, and positions in arrays as numbers. */
type Steps = readonly (string | number)[];

function stepsOf(path: string): Steps {
  return (path.match(/[^.[\]]+/g) ?? []).map((part) => (/^(0|[1-9]\d{0,8})$/.test(part) ? Number(part) : part));
}

function step(here: unknown, part: string | number | undefined): unknown {
  if (typeof part === "number" && Array.isArray(here)) return here[part];
  if (part === undefined || !isObject(here) || !Object.hasOwn(here, part)) return undefined;
  return here[part];
}

function isObject(value: unknown): value is Record<string | number, unknown> {
  return typeof value === "object" && value !== null;
}

/** What a path leads to; undefined when it leads nowhere. Only own properties are followed. */
export function at(document: unknown, path: string): unknown {
  return stepsOf(path).reduce(step, document);
}

/** Values of one mapping that stand side by side, so that the way to them is gone once. */
interface Group {
  way: Steps;
  /** null where the way itself leads to the value */
  values: readonly { last: string | number | null; stream: string; scale: number }[];
}

/** A mapping taken apart. */
interface Plan {
  time: Steps | null;
  groups: readonly Group[];
}

/** There are as many as the configuration names. */
const PLANS = new WeakMap<MessageMapping, Plan>();

function planOf(mapping: MessageMapping): Plan {
  let plan = PLANS.get(mapping);
  if (!plan) {
    plan = { time: mapping.time === undefined ? null : stepsOf(mapping.time), groups: group(mapping) };
    PLANS.set(mapping, plan);
  }
  return plan;
}

function group(mapping: MessageMapping): readonly Group[] {
  const groups: { way: Steps; values: Group["values"][number][] }[] = [];
  for (const { path, stream, scale } of mapping.values) {
    const steps = stepsOf(path);
    const way = steps.slice(0, -1);
    const before = groups.at(-1);
    const value = { last: steps.at(-1) ?? null, stream, scale };
    if (before && before.way.join("\0") === way.join("\0")) before.values.push(value);
    else groups.push({ way, values: [value] });
  }
  return groups;
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
  const { time, groups } = planOf(mapping);
  let tsMs = arrivedMs;
  if (time !== null) {
    const told = toTime(time.reduce(step, document));
    if (told === null) throw new RangeError(`there is no time at "${mapping.time}"`);
    tsMs = told;
  }
  const values: Record<string, number | null> = {};
  let isEmpty = true;
  for (const { way, values: side } of groups) {
    const parent = way.reduce(step, document);
    for (const { last, stream, scale } of side) {
      const value = toNumber(last === null ? parent : step(parent, last));
      if (value === undefined) continue;
      const key =
        wildcards.length === 0 ? stream : stream.replace(/\{(\d)\}/g, (_, index) => wildcards[Number(index) - 1] ?? "");
      values[key] = value === null ? null : value * scale;
      isEmpty = false;
    }
  }
  if (isEmpty)
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

function toTime(cell: unknown): number | null {
  return typeof cell === "string" || typeof cell === "number" ? parseTime(cell) : null;
}

function toNumber(value: unknown): number | null | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  if (value === null) return null;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value === "string" && value.trim() === "") return undefined;
  const number = typeof value === "string" ? Number(value) : Number.NaN;
  return Number.isFinite(number) ? number : undefined;
}
