import { expect, test } from "vitest";
import { isKnownHost, refuseChange } from "./same-origin";

test.each([
  ["localhost:3000", undefined, true],
  ["127.0.0.1:3000", undefined, true],
  ["[::1]:3000", undefined, true],
  ["plant.example.com", undefined, false],
  ["plant.example.com:443", "a.example.com, plant.example.com", true],
  ["localhost.evil.com", undefined, false],
  [null, undefined, false],
])("host %s with %s known: %s", (host, extra, known) => {
  expect(isKnownHost(host, extra)).toBe(known);
});

const headers = (entries: Record<string, string>) =>
  new Headers({ host: "localhost:3000", "content-type": "application/json", ...entries });

test("a change needs JSON and our own origin", () => {
  expect(refuseChange(headers({ origin: "http://localhost:3000" }))).toBeNull();
  expect(refuseChange(headers({}))).toBeNull(); // a program, not a browser
  expect(refuseChange(headers({ origin: "https://evil.example" }))).toContain("pages of this server");
  expect(refuseChange(headers({ origin: "null" }))).toContain("pages of this server");
  expect(refuseChange(headers({ "sec-fetch-site": "cross-site" }))).toContain("where a change comes from");
  expect(refuseChange(headers({ origin: "http://localhost:3000", "content-type": "text/plain" }))).toContain(
    "application/json",
  );
  expect(refuseChange(headers({ origin: "http://localhost:3000", "content-type": "application/jsonp" }))).toContain(
    "application/json",
  );
});
