/**
 * What is known about a value (wire contract §3). `good` is the default and is omitted on the wire. The position in this
 * list is the code that stores keep, so words are only ever appended.
 */
export const QUALITY_WORDS = [
  "good",
  "uncertain",
  "bad",
  "stale",
  "nan",
  "out-of-range",
  "stuck",
  "substituted",
] as const;

export type QualityWord = (typeof QUALITY_WORDS)[number];

const CODES = new Map<string, number>(QUALITY_WORDS.map((word, code) => [word, code]));

/** The stored code of a quality word, or `undefined` for a word this version does not know. */
export function qualityCode(word: string): number | undefined {
  return CODES.get(word);
}

/** @throws {RangeError} for a code no version has written. */
export function qualityWord(code: number): QualityWord {
  const word = QUALITY_WORDS[code];
  if (word === undefined) throw new RangeError(`no quality has code ${code}`);
  return word;
}
