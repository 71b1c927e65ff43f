import { MAX_JSON_CONTAINERS, MAX_JSON_DEPTH, MAX_JSON_KEYS } from "@/sdk/wire/batch";
import { type Checked, accepted, refused } from "@/sdk/wire/refusal";

/** `of` says which bound was passed: how deep it is nested, or how many containers or keys it has. */
export type Prescanned =
  | { ok: true; value: { pairs: number; objects: number } }
  | (Extract<Checked<never>, { ok: false }> & { of: "depth" | "number" });

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const COLON = 0x3a;
const IS_MARK = new Uint8Array(256);
for (const mark of [QUOTE, OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY, COLON]) IS_MARK[mark] = 1;

/**
 * Walks over JSON bytes once, before anything is parsed, and counts its arrays, objects and their pairs. Depth is what makes a
 * parser or a serializer overflow its stack, number is what fills its memory: 8 MiB of `[0],` parse to 134 MB. The count of
 * pairs tells afterwards whether a key came twice, because the parser keeps only the last one. Says nothing about whether the
 * JSON is well formed.
 */
export function prescanJson(bytes: Uint8Array, maxDepth = MAX_JSON_DEPTH): Prescanned {
  let depth = 0;
  let pairs = 0;
  let objects = 0;
  let containers = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0;
    if (IS_MARK[byte] === 0) continue; // digits, commas and spaces are most of a batch
    switch (byte) {
      case QUOTE:
        for (i++; i < bytes.length && bytes[i] !== QUOTE; i++) if (bytes[i] === BACKSLASH) i++;
        break;
      case OPEN_OBJECT:
      case OPEN_ARRAY:
        if (byte === OPEN_OBJECT) objects++;
        if (++containers > MAX_JSON_CONTAINERS) return tooMany(MAX_JSON_CONTAINERS, "arrays and objects", i);
        if (++depth > maxDepth) {
          return passed(
            "depth",
            `The JSON is nested deeper than ${maxDepth} levels (byte ${i}).`,
            `Keep objects and arrays within ${maxDepth} levels.`,
          );
        }
        break;
      case CLOSE_OBJECT:
      case CLOSE_ARRAY:
        depth--;
        break;
      default:
        if (++pairs > MAX_JSON_KEYS) return tooMany(MAX_JSON_KEYS, "keys", i); // a colon
    }
  }
  return { ok: true, value: { pairs, objects } };
}

function tooMany(most: number, what: string, at: number): Prescanned {
  return passed(
    "number",
    `The JSON has more than ${most} ${what} (byte ${at}).`,
    `Send fewer rows at once: at most ${most} ${what}.`,
  );
}

function passed(of: "depth" | "number", message: string, hint: string): Prescanned {
  const refusal = { code: "TOO_LARGE", message, hint } as const;
  return { ok: false, of, refusal };
}

/** Keys that name parts of JavaScript's own object model; as data they are either a mistake or an attack. */
const FORBIDDEN_KEYS = new Set(["__proto__", "constructor", "prototype"]);

/**
 * Compares parsed JSON with what `prescanJson` counted and looks for forbidden keys.
 *
 * @returns the first forbidden key found, or the fact that some key came twice, as a refusal; null when the keys are sound
 */
export function checkKeys(json: unknown, counted: { pairs: number; objects: number }): Checked<null> {
  const walk: Walk = { pairs: 0, objectsLeft: counted.objects, forbidden: false };
  countPairs(json, walk);
  if (walk.forbidden)
    return refused(
      "SCHEMA",
      "The payload has a key that is not allowed.",
      findForbidden(json, ""),
      "Rename the key: __proto__, constructor and prototype are reserved.",
    );
  if (walk.pairs !== counted.pairs) {
    return refused(
      "PARSE",
      "An object in the payload has the same key twice, so one of its values would be lost.",
      undefined,
      "Send each key once.",
    );
  }
  return accepted(null);
}

interface Walk {
  pairs: number;
  /** objects counted in the bytes and not met yet: at 0 the rest are arrays of plain values, which need no look */
  objectsLeft: number;
  forbidden: boolean;
}

function countPairs(value: unknown, walk: Walk): void {
  if (typeof value !== "object" || value === null || walk.objectsLeft === 0) return;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length && walk.objectsLeft > 0; i++) {
      const element: unknown = value[i];
      if (typeof element === "object") countPairs(element, walk);
    }
    return;
  }
  walk.objectsLeft--;
  const keys = Object.keys(value);
  walk.pairs += keys.length;
  for (const key of keys) if (FORBIDDEN_KEYS.has(key)) walk.forbidden = true;
  const inner: unknown[] = Object.values(value);
  for (let i = 0; i < inner.length; i++) if (typeof inner[i] === "object") countPairs(inner[i], walk);
}

/** The path of the first forbidden key, for the refusal. */
function findForbidden(value: unknown, path: string): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    const at = Array.isArray(value) ? path : path === "" ? key : `${path}.${key}`;
    const found = !Array.isArray(value) && FORBIDDEN_KEYS.has(key) ? at : findForbidden(inner, at);
    if (found !== undefined) return found;
  }
  return undefined;
}
