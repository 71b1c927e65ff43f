import { expect, test } from "vitest";
import { z } from "zod";
import { inputFault } from "./input-faults";

const Input = z.strictObject({
  name: z.string(),
  size: z.int().min(1).max(10).default(1),
  kind: z.enum(["a", "b"]).default("a"),
  inner: z.strictObject({ x: z.number() }).optional(),
  when: z
    .string()
    .refine(() => false, "E_TS: this is no time. | write it so")
    .optional(),
});

test.each([
  ["T09 a field that does not exist", { name: "n", role: "admin" }, "E_UNKNOWN_FIELD", "role"],
  ["T09 the same further inside", { name: "n", inner: { x: 1, y: 2 } }, "E_UNKNOWN_FIELD", "inner.y"],
  ["T12 nothing where something must be", {}, "E_REQUIRED", "name"],
  ["T12 null", null, "E_TYPE", undefined],
  ["T11 an array for an object", [], "E_TYPE", undefined],
  ["T14 a number as text", { name: "n", size: "3" }, "E_TYPE", "size"],
  ["T15 0", { name: "n", size: 0 }, "E_RANGE", "size"],
  ["T15 a thousand million", { name: "n", size: 1e9 }, "E_RANGE", "size"],
  ["T13 a word that is none of those known", { name: "n", kind: "c" }, "E_VALUE", "kind"],
  ["a code of the schema's own", { name: "n", when: "x" }, "E_TS", "when"],
])("%s: %o is %s", (_name, given, code, field) => {
  const { error } = Input.safeParse(given);
  if (!error) throw new Error("was taken");
  const fault = inputFault(error);
  expect([fault.code, fault.field]).toEqual([code, field]);
  expect(fault.message).toMatch(/^[A-Za-z].*\.$/);
});
