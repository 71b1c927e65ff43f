/** Words that anybody would try here, whoever the person is; docs/security/sign-in.md lists them. */
export const TRIED_WORDS: readonly string[] = [
  ...["throughline", "password", "passwort", "welcome", "admin", "technician", "sensor", "machine", "factory", "plant"],
  ...["summer", "winter", "spring", "autumn"],
];

/** Letters of a word that are few enough to stand in any text. */
const SHORTEST_WORD = 4;
/** What must be left when every word is taken out that somebody could guess who knows person and organisation. */
const LEAST_LEFT = 8;

/** The words of names, addresses and the like, as a stranger would try them. */
export function wordsOf(...texts: readonly string[]): string[] {
  return texts
    .flatMap((text) => text.toLowerCase().split(/[^\p{L}\p{N}]+/u))
    .filter((word) => word.length >= SHORTEST_WORD);
}

/** Whether a password is hardly more than words of its context (OWASP ASVS 5.0, 6.2.11): `words` and those that are tried everywhere. */
export function leansOnWords(password: string, words: readonly string[]): boolean {
  const longestFirst = [...TRIED_WORDS, ...words].sort((a, b) => b.length - a.length);
  const left = longestFirst.reduce((text, word) => text.replaceAll(word, ""), password.toLowerCase());
  return left.length < password.length && left.length < LEAST_LEFT;
}
