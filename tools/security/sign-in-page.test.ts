import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..", "..");
const read = (...path: string[]) => readFileSync(join(root, ...path), "utf8").replaceAll(/\s+/g, " ");
const page = read("docs", "security", "sign-in.md");

test.each([
  ["server/identity/sign-in.ts", "MAX_PER_ACCOUNT = 10;", "Ten wrong ones in a quarter of an hour for an account"],
  ["server/identity/sign-in.ts", "MAX_PER_ADDRESS = 50;", "or fifty from an address"],
  ["server/identity/sign-in.ts", 'WINDOW = "15 minutes"', "until the quarter has passed"],
  ["server/identity/schema.ts", ".min(12,", "12 to 256 characters"],
  ["server/identity/passwords.ts", "memoryCost: 19_456, timeCost: 2", "argon2id (19 MiB, two passes)"],
  [
    "server/core/session.ts",
    'idle: "30 minutes", absolute: "12 hours"',
    "Half an hour without a request or twelve hours in all",
  ],
  ["server/core/session.ts", 'idle: "7 days", absolute: "7 days"', "a technician and nothing else has seven days"],
  ["server/identity/password-verbs.ts", 'RESET_VALID = "24 hours"', "it works once, for a day"],
  ["server/identity/schema.ts", '.max(366, "At most 366 days.")', "Each ends (at most 366 days)"],
])("the page on signing in says the limits that hold: %s, %s", (file, code, sentence) => {
  expect(read(...file.split("/"))).toContain(code);
  expect(page).toContain(sentence);
});

test("the page on signing in names every way in that the code knows", () => {
  const ways = [...read("server", "identity", "auth-handler.ts").matchAll(/\bid: "([a-z]+)"/g)].map(([, id]) => id);
  expect(new Set(ways)).toEqual(new Set(["demo", "oidc", "password"]));
  for (const heading of [
    "## The first administrator",
    "## Passwords",
    "## An identity provider",
    "## Tokens for programs",
  ])
    expect(page).toContain(heading);
  expect(page).toContain("The demo");
});
