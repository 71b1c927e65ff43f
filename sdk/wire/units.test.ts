import { expect, test } from "vitest";
import { converter, isSameDimension, parseUnit } from "./units";

test.each([
  ["mm/s", "m/s", 2_500, 2.5],
  ["Cel", "K", 25, 298.15],
  ["[degF]", "Cel", 212, 100],
  ["kPa", "bar", 250, 2.5],
  ["/min", "Hz", 3_000, 50],
  ["L/min", "m3/h", 1_000, 60],
  ["kW", "W", 1.5, 1_500],
  ["%", "1", 40, 0.4],
  ["m/s2", "[g]", 9.80665, 1],
  ["kW.h", "MJ", 1, 3.6],
])("%s to %s", (from, to, value, expected) => {
  expect(converter(from, to)(value)).toBeCloseTo(expected, 6);
});

test("C is coulomb, not a temperature", () => {
  expect(isSameDimension("C", "Cel")).toBe(false);
  expect(() => converter("C", "Cel")).toThrow(RangeError);
});

test("an unknown code is not guessed", () => {
  expect(parseUnit("furlong")).toBeNull();
  expect(isSameDimension("furlong", "m")).toBeNull();
});
