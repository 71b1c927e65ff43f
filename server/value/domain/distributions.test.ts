import { expect, test } from "vitest";
import { betaQuantile, incompleteBeta, normalQuantile, studentCdf, studentQuantile } from "./distributions";

// Reference values: standard tables; for Iₓ the closed forms x^a (b = 1) and 1-(1-x)^b (a = 1).
test.each([
  [0.975, 1.959963984540054],
  [0.8, 0.8416212335729143],
  [0.5, 0],
  [0.025, -1.959963984540054],
  [1e-9, -5.997807015007773],
])("normal quantile at %f is %f", (p, z) => {
  expect(normalQuantile(p)).toBeCloseTo(z, 9);
});

test("there is no normal quantile at 0 or 1", () => {
  expect(() => normalQuantile(0)).toThrow(RangeError);
  expect(() => normalQuantile(1)).toThrow(RangeError);
});

test("the incomplete beta function agrees with its closed forms and its symmetry", () => {
  for (const x of [0.001, 0.2, 0.5, 0.77, 0.999]) {
    expect(incompleteBeta(3.5, 1, x)).toBeCloseTo(x ** 3.5, 12);
    expect(incompleteBeta(1, 2.25, x)).toBeCloseTo(1 - (1 - x) ** 2.25, 12);
    expect(incompleteBeta(4.2, 1.8, x)).toBeCloseTo(1 - incompleteBeta(1.8, 4.2, 1 - x), 12);
    expect(betaQuantile(4.2, 1.8, incompleteBeta(4.2, 1.8, x))).toBeCloseTo(x, 9);
  }
});

test.each([
  [0.975, 1, 12.706204736],
  [0.975, 5, 2.570581836],
  [0.9, 30, 1.310415025],
  [0.025, 5, -2.570581836],
])("Student's quantile at %f with %d degrees is %f", (p, df, t) => {
  expect(studentQuantile(p, df)).toBeCloseTo(t, 6);
  expect(studentCdf(studentQuantile(p, df), df)).toBeCloseTo(p, 9);
});
