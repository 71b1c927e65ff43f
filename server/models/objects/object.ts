import { createHash } from "node:crypto";

/**
 * Content-addressed bytes: models, media, exports. What an object is called follows from what it holds
 * (`sha256:…`), so the same bytes are kept once, nothing is ever overwritten, and a reader can prove what it got.
 */
export interface ObjectStore {
  /** Where it keeps things, for people; never holds a secret. */
  readonly place: string;
  /** Keeps the bytes and returns their digest; keeping the same bytes twice is no error. */
  put(bytes: Uint8Array): Promise<string>;
  /** The bytes of a digest, checked against it, or null when the store does not have them. */
  get(digest: string): Promise<Uint8Array | null>;
  has(digest: string): Promise<boolean>;
  /** Forgets the bytes; no error when they are not there. Only for what nothing names any more. */
  remove(digest: string): Promise<void>;
  /** How much is kept. Walks through everything: for once in a while. */
  measure(): Promise<{ objects: number; bytes: number }>;
}

export const digestOf = (bytes: Uint8Array): string => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

/** `sha256/ab/abcdef…`: two hexadecimal digits per folder keep listings short. */
export function keyOf(digest: string): string {
  const hex = /^sha256:([0-9a-f]{64})$/.exec(digest)?.[1];
  if (hex === undefined) throw new RangeError(`not a digest: ${digest}`);
  return `sha256/${hex.slice(0, 2)}/${hex}`;
}

/** @throws {Error} naming the digest when the bytes are not what they are called: a damaged object is never served. */
export function verified(digest: string, bytes: Uint8Array, place: string): Uint8Array {
  const actual = digestOf(bytes);
  if (actual !== digest) throw new Error(`${place} holds damaged bytes: asked for ${digest}, found ${actual}`);
  return bytes;
}
