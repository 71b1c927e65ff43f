/** A source of numbers in (0, 1), the same ones for the same seed, on every machine. */
export type Random = () => number;

/**
 * sfc32 (Doty-Humphrey's small fast counter, 128 bits of state, passes PractRand), seeded from text by four FNV-1a hashes.
 * Integers only, so every browser and Node draw the same; never 0 and never 1, so that a quantile exists for every draw.
 */
export function seededRandom(seed: string): Random {
  let a = hash32(seed, 0x811c9dc5);
  let b = hash32(seed, 0x9e3779b9);
  let c = hash32(seed, 0x85ebca6b);
  let counter = 1;
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return (sum >>> 0) / 2 ** 32 + 2 ** -33;
  };
  for (let step = 0; step < 16; step += 1) next(); // seeds that differ in one bit have parted by then
  return next;
}

/** FNV-1a over UTF-16 units, from a given basis. For telling inputs apart, not for secrets. */
function hash32(text: string, basis = 0x811c9dc5): number {
  let hash = basis;
  for (let at = 0; at < text.length; at += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  return hash >>> 0;
}

/** Sixteen hex digits that tell inputs apart: stored with an answer, it says whether the question is still the same. */
export function fingerprint(input: unknown): string {
  const text = JSON.stringify(input);
  return [hash32(text), hash32(text, 0x9e3779b9)].map((hash) => hash.toString(16).padStart(8, "0")).join("");
}
