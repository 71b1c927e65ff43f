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

test.each([
  ["our own page", { origin: "http://localhost:3000", "sec-fetch-site": "same-origin" }, null],
  ["a program, which says nothing", {}, null],
  ["A19 another origin", { origin: "https://evil.example" }, "E_CSRF"],
  ["A20 another site without an origin", { "sec-fetch-site": "cross-site" }, "E_CSRF"],
  ["A20 another site under our origin", { origin: "http://localhost:3000", "sec-fetch-site": "cross-site" }, "E_CSRF"],
  ["A20 a sister host", { origin: "http://localhost:3000", "sec-fetch-site": "same-site" }, "E_CSRF"],
  ["A21 origin null", { origin: "null" }, "E_CSRF"],
  ["T02 text", { "content-type": "text/plain" }, "E_CONTENT_TYPE"],
  ["T02 a form", { "content-type": "multipart/form-data; boundary=x" }, "E_CONTENT_TYPE"],
  ["T02 a type that begins like JSON", { "content-type": "application/jsonp" }, "E_CONTENT_TYPE"],
])("a change from %s: %o is answered with %s", (_name, entries, code) => {
  const headers = new Headers({ host: "localhost:3000", "content-type": "application/json", ...entries });
  expect(refuseChange(headers)?.code ?? null).toBe(code);
});
