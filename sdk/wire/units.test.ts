import fc from "fast-check";
import { expect, test } from "vitest";
import { converter, isSameDimension, parseUnit, unitHint } from "./units";

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
  ["atm", "kPa", 1, 101.325],
  ["mm[Hg]", "kPa", 760, 101.32472],
  ["[gal_us]/min", "L/min", 1, 3.785411784],
  ["[mi_i]/h", "m/s", 1, 0.44704],
  ["[lbf_av]", "N", 1, 4.4482216],
  ["[Btu]/h", "W", 1, 0.2930711],
])("%s to %s", (from, to, value, expected) => {
  expect(converter(from, to)(value)).toBeCloseTo(expected, 6);
});

test("C is coulomb, not a temperature", () => {
  expect(isSameDimension("C", "Cel")).toBe(false);
  expect(() => converter("C", "Cel")).toThrow(RangeError);
});

test("an unknown code is not guessed", () => {
  for (const word of ["constructor", "toString", "mconstructor", "__proto__"]) expect(parseUnit(word), word).toBeNull();
  expect(parseUnit("furlong")).toBeNull();
  expect(isSameDimension("furlong", "m")).toBeNull();
});

test("what people write for a unit is refused with the code they mean, and that code is good", () => {
  for (const written of ["degC", "°C", "rpm", "psi", "ppm", "gpm", "hp", "m³/h", "Ω"]) {
    expect(parseUnit(written), written).toBeNull();
    const [, meant = ""] = /^In UCUM that is (.+)\.$/.exec(unitHint(written)) ?? [];
    expect(parseUnit(meant), meant).not.toBeNull();
  }
  expect(unitHint("toString")).toMatch(/^Use a UCUM code/);
});

const CODES = [
  "mm/s",
  "m/s",
  "Cel",
  "K",
  "[degF]",
  "kPa",
  "bar",
  "[psi]",
  "/min",
  "Hz",
  "L/min",
  "m3/h",
  "kW",
  "%",
  "[g]",
  "m/s2",
];

test("there and back again gives the value, through any third unit too", () => {
  const code = fc.constantFrom(...CODES);
  fc.assert(
    fc.property(code, code, code, fc.double({ min: -1e6, max: 1e6, noNaN: true }), (a, b, c, value) => {
      if (isSameDimension(a, b) !== true || isSameDimension(b, c) !== true) return;
      const near = (found: number, truth: number) => Math.abs(found - truth) <= 1e-9 * Math.max(1e3, Math.abs(truth));
      expect(near(converter(b, a)(converter(a, b)(value)), value)).toBe(true);
      expect(near(converter(b, c)(converter(a, b)(value)), converter(a, c)(value))).toBe(true);
    }),
  );
});

test("no text makes the parser throw", () => {
  fc.assert(fc.property(fc.string(), (text) => (parseUnit(text), unitHint(text), true)));
});
