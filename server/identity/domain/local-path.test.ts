import { expect, test } from "vitest";
import { localPath } from "./local-path";

test.each([
  ["/fleet?show=bad", "/fleet?show=bad"],
  ["http://localhost:3000/streams/7#now", "/streams/7#now"],
  ["//evil.example", "/"],
  ["https:evil.example", "/"],
  ["https:/evil.example", "/"],
  ["\\evil.example", "/evil.example"],
  ["/\\evil.example", "/"],
  ["\\\\evil.example", "/"],
  ["/%5cevil", "/%5cevil"],
  ["javascript:alert(1)", "/"],
  ["http://localhost:3000//evil.example", "/evil.example"],
  ["http://localhost:3001/", "/"],
  ["http://localhost:3000@evil.example/", "/"],
  ["/login?callbackUrl=/login", "/"],
  ["http://[", "/"],
])("I15-I17 the address after sign-in: %s leads to %s", (wanted, path) => {
  expect(localPath(wanted, "http://localhost:3000")).toBe(path);
});
