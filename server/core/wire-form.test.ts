import { expect, test } from "vitest";
import { wireForm } from "./wire-form";

const travelled = (value: unknown): unknown =>
  wireForm.deserialize(JSON.parse(JSON.stringify(wireForm.serialize(value))));

test("what is JSON goes as it is", () => {
  const value = { rows: [{ id: "a", n: 1.5, none: null, yes: true, "__proto__ of": [] }], asOfMs: 0 };
  expect(wireForm.serialize(value)).toEqual({ json: value });
  expect(travelled(value)).toEqual(value);
});

test.each<[string, unknown]>([
  ["nothing", undefined],
  ["a field without a value", { a: undefined }],
  ["a date", { at: new Date(0) }],
  ["a date deep inside", { rows: [[{ at: new Date(0) }]] }],
  ["no number", [Number.NaN]],
  ["infinity", [Number.POSITIVE_INFINITY]],
  ["minus zero", [-0]],
  ["a map", new Map([["a", 1]])],
  ["a large number", { n: 10n }],
])("%s arrives as it was", (_, value) => {
  expect(travelled(value)).toStrictEqual(value);
});
