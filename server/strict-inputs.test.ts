import { expect, test } from "vitest";
import { z } from "zod";
import { appRouter } from "./root";

/** Paths inside a schema at which an object lets unknown fields through. */
function looseObjects(schema: z.core.$ZodType, at: string, seen = new Set<z.core.$ZodType>()): string[] {
  if (seen.has(schema)) return [];
  seen.add(schema);
  const { def } = schema._zod;
  const loose =
    def.type === "object" && "shape" in def && !("catchall" in def && def.catchall instanceof z.ZodNever) ? [at] : [];
  const inner = Object.entries(def).flatMap(([key, value]): [string, unknown][] => {
    if (key === "shape" && typeof value === "object" && value !== null)
      return Object.entries(value).map(([name, part]) => [`${at}.${name}`, part]);
    return Array.isArray(value)
      ? value.map((part, i): [string, unknown] => [`${at}.${key}[${i}]`, part])
      : [[at, value]];
  });
  return [
    ...loose,
    ...inner.flatMap(([path, part]) => (part instanceof z.core.$ZodType ? looseObjects(part, path, seen) : [])),
  ];
}

const procedures = Object.entries(appRouter._def.procedures).flatMap(([path, procedure]) => {
  const def: unknown = Reflect.get(procedure, "_def");
  const inputs: unknown = typeof def === "object" && def !== null && "inputs" in def ? def.inputs : [];
  return Array.isArray(inputs) ? inputs.map((input: unknown): [string, unknown] => [path, input]) : [];
});

test("the walk sees every procedure that takes an input, and knows a loose object from a strict one", () => {
  expect(procedures.length).toBeGreaterThan(9);
  const inside = z.array(z.object({ a: z.string() })).default([]);
  expect(looseObjects(z.strictObject({ list: inside, other: z.strictObject({}).nullable() }), "input")).toEqual([
    "input.list",
  ]);
  expect(
    looseObjects(
      z.object({}).refine(() => true),
      "input",
    ),
  ).toEqual(["input"]);
  expect(looseObjects(z.union([z.strictObject({}), z.looseObject({})]), "input")).toEqual(["input.options[1]"]);
});

test.each(procedures)("T09 %s refuses a field it does not know", (_path, input) => {
  if (!(input instanceof z.core.$ZodType)) throw new Error("the input is no zod schema");
  expect(looseObjects(input, "input")).toEqual([]);
});
