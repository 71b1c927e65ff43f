import { expect, test } from "vitest";
import { matrixSentence, type MatrixPoint } from "./matrix";
import { FIRST_POLICY } from "./standing";

const lines = { valueCents: 1_000_000, effort: 1_000_000 };
const point = (title: string, more: Partial<MatrixPoint> = {}): MatrixPoint => ({
  ...{ id: title, title, valueCents: 2_000_000, effortCents: 500_000, quadrant: "quick win", ...more },
});

test("the sentence counts what lies where, names the best, and says what has no place", () => {
  const points = [
    point("Cold store"),
    point("Pumps", { valueCents: 7_000_000, effortCents: 2_000_000, quadrant: "big bet" }),
    point("Oil", { valueCents: 0, effortCents: 2_000_000, quadrant: "think again" }),
  ];
  expect(matrixSentence({ points, unplaced: 1, lines }, FIRST_POLICY)).toBe(
    "1 quick win, 1 big bet, 1 to think again about. Worth most in a year: Pumps, €70 k for €20 k. 1 without an estimate is not shown.",
  );
});

test("without a budget no quadrant has a name, and the sentence says so", () => {
  const points = [point("Cold store", { quadrant: null })];
  expect(matrixSentence({ points, unplaced: 0, lines: null }, FIRST_POLICY)).toBe(
    "The quadrants have no names until the policy has a budget. Worth most in a year: Cold store, €20 k for €5.0 k.",
  );
});

test("nothing that was estimated has no best", () => {
  expect(matrixSentence({ points: [], unplaced: 2, lines }, FIRST_POLICY)).toContain("none has a place");
});
