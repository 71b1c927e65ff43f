import { MAX_JSON_DEPTH } from "@/sdk/wire/batch";
import { type Checked, accepted, refused } from "@/sdk/wire/refusal";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const COLON = 0x3a;

/**
 * Walks over JSON bytes once, before anything is parsed, and counts the pairs of its objects. Depth is what makes a
 * parser or a serializer overflow its stack; the count of pairs tells afterwards whether a key came twice, because the
 * parser keeps only the last one. Says nothing about whether the JSON is well formed.
 */
export function prescanJson(bytes: Uint8Array, maxDepth = MAX_JSON_DEPTH): Checked<{ pairs: number }> {
  let depth = 0;
  let pairs = 0;
  for (let i = 0; i < bytes.length; i++) {
    switch (bytes[i]) {
      case QUOTE:
        for (i++; i < bytes.length && bytes[i] !== QUOTE; i++) if (bytes[i] === BACKSLASH) i++;
        break;
      case OPEN_OBJECT:
      case OPEN_ARRAY:
        if (++depth > maxDepth) {
          return refused(
            "TOO_LARGE",
            `The JSON is nested deeper than ${maxDepth} levels (byte ${i}).`,
            undefined,
            `Keep objects and arrays within ${maxDepth} levels.`,
          );
        }
        break;
      case CLOSE_OBJECT:
      case CLOSE_ARRAY:
        depth--;
        break;
      case COLON:
        pairs++;
        break;
      default:
    }
  }
  return accepted({ pairs });
}

/** Keys that name parts of JavaScript's own object model; as data they are either a mistake or an attack. */
const FORBIDDEN_KEYS = new Set(["__proto__", "constructor", "prototype"]);

/**
 * Compares parsed JSON with the count of its pairs and looks for forbidden keys.
 *
 * @returns the first forbidden key found, or the fact that some key came twice, as a refusal; null when the keys are sound
 */
export function checkKeys(json: unknown, pairs: number): Checked<null> {
  const walk = { pairs: 0, forbidden: "" };
  countPairs(json, "", walk);
  if (walk.forbidden !== "")
    return refused(
      "SCHEMA",
      "The payload has a key that is not allowed.",
      walk.forbidden,
      "Rename the key: __proto__, constructor and prototype are reserved.",
    );
  if (walk.pairs !== pairs) {
    return refused(
      "PARSE",
      "An object in the payload has the same key twice, so one of its values would be lost.",
      undefined,
      "Send each key once.",
    );
  }
  return accepted(null);
}

function countPairs(value: unknown, path: string, walk: { pairs: number; forbidden: string }): void {
  if (typeof value !== "object" || value === null) return;
  if (Array.isArray(value)) {
    for (const element of value) if (typeof element === "object" && element !== null) countPairs(element, path, walk);
    return;
  }
  for (const [key, inner] of Object.entries(value)) {
    walk.pairs++;
    const at = path === "" ? key : `${path}.${key}`;
    if (FORBIDDEN_KEYS.has(key) && walk.forbidden === "") walk.forbidden = at;
    countPairs(inner, at, walk);
  }
}
