import { z } from "zod";
import { StreamKey } from "@/sdk/wire/names";
import { RowSample, type Sample } from "../samples";
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
  values: readonly { last: string | number | null; scale: number }[];
}

/** A mapping taken apart. */
interface Plan {
  time: Steps | null;
  groups: readonly Group[];
  count: number;
  /** stream keys in the order of the values, by what the wildcards matched; null where two values go to one stream */
  keys: Map<string, readonly string[] | null>;
}

/** There are as many as the configuration names. */
const PLANS = new WeakMap<MessageMapping, Plan>();
/** Lists of keys that a mapping remembers at most: wildcards of a foreign broker can match anything. */
const MAX_KEY_LISTS = 10_000;

function planOf(mapping: MessageMapping): Plan {
  let plan = PLANS.get(mapping);
  if (!plan) {
    plan = {
      time: mapping.time === undefined ? null : stepsOf(mapping.time),
      groups: group(mapping),
      count: mapping.values.length,
      keys: new Map(),
    };
    PLANS.set(mapping, plan);
  }
  return plan;
}

function group(mapping: MessageMapping): readonly Group[] {
  const groups: { way: Steps; values: Group["values"][number][] }[] = [];
  for (const { path, scale } of mapping.values) {
    const steps = stepsOf(path);
    const way = steps.slice(0, -1);
    const before = groups.at(-1);
    const value = { last: steps.at(-1) ?? null, scale };
    if (before && before.way.join("\0") === way.join("\0")) before.values.push(value);
    else groups.push({ way, values: [value] });
  }
  return groups;
}

function keysOf(plan: Plan, mapping: MessageMapping, wildcards: readonly string[]): readonly string[] | null {
  const matched = wildcards.length === 0 ? "" : wildcards.join("\0");
  const known = plan.keys.get(matched);
  if (known !== undefined) return known;
  const keys = mapping.values.map(({ stream }) => filled(stream, wildcards));
  const list = new Set(keys).size === keys.length ? keys : null;
  if (plan.keys.size >= MAX_KEY_LISTS) plan.keys.clear();
  plan.keys.set(matched, list);
  return list;
}

function filled(stream: string, wildcards: readonly string[]): string {
  return wildcards.length === 0
    ? stream
    : stream.replace(/\{(\d)\}/g, (_, index) => wildcards[Number(index) - 1] ?? "");
}

/**
 * Readings of one message; a message that has every value of its mapping gives a row.
 * @throws {RangeError} naming the path, when the message has none of the values or its time cannot be read
 */
export function sampleOf(
  body: string,
  mapping: MessageMapping,
  arrivedMs: number,
  wildcards: readonly string[] = [],
): Sample {
  const document = parseBody(body);
  const plan = planOf(mapping);
  let tsMs = arrivedMs;
  if (plan.time !== null) {
    const told = toTime(plan.time.reduce(step, document));
    if (told === null) throw new RangeError(`there is no time at "${mapping.time}"`);
    tsMs = told;
  }
  const values: (number | null)[] = [];
  /** positions of values that the message does not have */
  let missing: Set<number> | null = null;
  for (const { way, values: side } of plan.groups) {
    const parent = way.reduce(step, document);
    const list: readonly unknown[] | null = Array.isArray(parent) ? parent : null;
    for (const { last, scale } of side) {
      const found =
        list !== null && typeof last === "number" ? list[last] : last === null ? parent : step(parent, last);
      const value = toNumber(found);
      if (value === undefined) (missing ??= new Set()).add(values.length);
      values.push(typeof value === "number" ? value * scale : null);
    }
  }
  if (missing?.size === plan.count)
    throw new RangeError(`there is no number at ${mapping.values.map(({ path }) => `"${path}"`).join(", ")}`);
  const keys = missing === null ? keysOf(plan, mapping, wildcards) : null;
  if (keys) return new RowSample(tsMs, { keys, values });
  const record: Record<string, number | null> = {};
  for (const [index, { stream }] of mapping.values.entries())
    if (!missing?.has(index)) record[filled(stream, wildcards)] = values[index] ?? null;
  return { tsMs, values: record };
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
