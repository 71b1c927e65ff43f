import fc from "fast-check";
import { expect, test } from "vitest";
import { parsePlain } from "./plain";

test.each([
  ["21.5", { value: 21.5, ts: null, unit: null }],
  [" -0.5e3\n", { value: -500, ts: null, unit: null }],
  ["true", { value: 1, ts: null, unit: null }],
  ['{"value":21.5}', { value: 21.5, ts: null, unit: null }],
  ['{"value":null,"ts":1767225600000}', { value: null, ts: 1_767_225_600_000, unit: null }],
  ['{"value":21.5,"unit":"Cel","more":1}', { value: 21.5, ts: null, unit: "Cel" }],
])("%j is a reading", (body, value) => {
  expect(parsePlain(body)).toEqual({ ok: true, value });
});

test.each([
  ["", "PARSE"],
  ["NaN", "PARSE"],
  ["1,5", "PARSE"],
  ["0x10", "PARSE"],
  ['"21.5"', "SCHEMA"],
  ["[5]", "SCHEMA"],
  ["null", "SCHEMA"],
  ['{"value":"hot"}', "SCHEMA"],
  ['{"value":1,"ts":-1}', "SCHEMA"],
  ["1e400", "SCHEMA"],
])("%j is refused as %s with a sentence", (body, code) => {
  const parsed = parsePlain(body);
  expect(parsed.ok ? "accepted" : parsed.refusal.code).toBe(code);
  expect(parsed.ok ? "" : parsed.refusal.message).toMatch(/\w/);
});

test("no text makes it throw", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => (parsePlain(text), true)));
});
