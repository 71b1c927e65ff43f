import { expect, test } from "vitest";
import { ConfigError } from "./config";
import { readWebSecret } from "./secret";

test.each([
  [{}, "THROUGHLINE_SECRET is not set"],
  [{ THROUGHLINE_SECRET: "" }, "THROUGHLINE_SECRET is not set"],
  [
    { THROUGHLINE_SECRET: "thirty-one bytes are one too few".slice(0, 31) },
    "THROUGHLINE_SECRET is shorter than 32 bytes",
  ],
  [{ THROUGHLINE_SECRET: "your-secret-key-min-32-chars-long!!" }, "THROUGHLINE_SECRET is a well-known value"],
  [{ THROUGHLINE_SECRET: "a".repeat(64) }, "THROUGHLINE_SECRET is a well-known value"],
  [{ NEXTAUTH_SECRET: "changeme" }, "NEXTAUTH_SECRET is a well-known value"],
])("F73 a secret that is missing, short or known is refused by its name: %j", (env, message) => {
  expect(() => readWebSecret(env)).toThrow(ConfigError);
  expect(() => readWebSecret(env)).toThrow(message);
});

test("F73 the refusal does not repeat the secret", () => {
  let said = "";
  try {
    readWebSecret({ THROUGHLINE_SECRET: "CANARY-short" });
  } catch (cause) {
    said = String(cause);
  }
  expect(said).toContain("shorter");
  expect(said).not.toContain("CANARY");
});

test("a long random one is taken", () => {
  const secret = "5n2vJ0mZQm6c1yqk3sXr8wq0b9dT4uLhA7eGfPiK";
  expect(readWebSecret({ THROUGHLINE_SECRET: secret })).toBe(secret);
});
