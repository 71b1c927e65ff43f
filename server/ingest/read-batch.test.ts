import fc from "fast-check";
import { expect, test } from "vitest";
import { TelemetryBatch } from "@/sdk/wire/batch";
import { readShape } from "./read-batch";

const Shape = TelemetryBatch.pick({ dt: true, columns: true, quality: true });
const odd = fc.oneof(
  fc.constant(null),
  fc.string({ maxLength: 3 }),
  fc.integer(),
  fc.double(),
  fc.constant({}),
  fc.constant([]),
);
const alias = fc.oneof(fc.nat({ max: 9_999_999 }).map(String), fc.constantFrom("x", "-1", "12345678", "1.5", ""));
const word = fc.constantFrom("good", "bad", "stale", "nan", "stuck", "odd", "");
const entry = fc.oneof(
  fc.tuple(fc.nat({ max: 9 }), word),
  fc.tuple(fc.double(), word),
  fc.tuple(fc.nat(), word, odd),
  odd,
);

test("the loops accept exactly what the schema of the contract accepts", () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.array(fc.oneof(fc.integer(), fc.double()), { maxLength: 5 }), odd),
      fc.oneof(fc.dictionary(alias, fc.oneof(fc.array(odd, { maxLength: 5 }), odd), { maxKeys: 4 }), odd),
      fc.oneof(
        fc.dictionary(alias, fc.oneof(fc.array(entry, { maxLength: 3 }), odd), { maxKeys: 3 }),
        odd,
        fc.constant(undefined),
      ),
      (dt, columns, quality) => {
        expect(readShape(dt, columns, quality).ok).toBe(Shape.safeParse({ dt, columns, quality }).success);
      },
    ),
    { numRuns: 5_000, seed: 3 },
  );
});
