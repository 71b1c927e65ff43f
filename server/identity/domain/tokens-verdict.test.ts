import { expect, test } from "vitest";
import { tokensVerdict } from "./tokens-verdict";

const DAY = 86_400_000;
const NOW = 1_800_000_000_000;
const token = (name: string, days: number) => ({ name, expiresMs: NOW + days * DAY });

test.each([
  [[], "No program has a token of the organisation"],
  [[token("MES", 90)], "1 program has a token of the organisation"],
  [[token("MES", 90), token("BI", 3)], "“BI” ends within a week"],
  [[token("MES", 1), token("BI", 3)], "2 tokens end within a week"],
])("%o reads: %s", (tokens, says) => {
  expect(tokensVerdict(tokens, NOW)).toBe(says);
});
