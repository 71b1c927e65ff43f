const WEEK_MS = 7 * 86_400_000;

interface Token {
  name: string;
  expiresMs: number;
}

/** The sentence over the service tokens: what ends soon comes before how many there are. */
export function tokensVerdict(tokens: readonly Token[], nowMs: number): string {
  if (tokens.length === 0) return "No program has a token of the organisation";
  const ending = tokens.filter(({ expiresMs }) => expiresMs - nowMs < WEEK_MS);
  const [first] = ending;
  if (first && ending.length === 1) return `“${first.name}” ends within a week`;
  if (first) return `${ending.length} tokens end within a week`;
  return `${tokens.length} ${tokens.length === 1 ? "program has a token" : "programs have tokens"} of the organisation`;
}
