import { expect, test } from "vitest";
import { certain } from "./estimate";
import { movedFigures } from "./moved-figures";
import { expectedOf, figuresFaults, netValueOf, type UseCaseFigures } from "./use-case-figures";

const FIGURES: UseCaseFigures = {
  currency: "EUR",
  benefitCentsPerDay: { low: 20_000, mode: 40_000, high: 70_000 },
  adoption: { low: 0.5, mode: 0.8, high: 0.95 },
  technicalProbability: { low: 0.6, mode: 0.8, high: 0.9 },
  oneOffCents: { low: 900_000, mode: 1_200_000, high: 2_000_000 },
  runCentsPerDay: { low: 500, mode: 1_000, high: 2_000 },
  rampDays: 30,
};

test("the figures stand where the point was moved to, and keep their spread", () => {
  const moved = movedFigures(FIGURES, 50_000, 0.08, { valueCents: 3_000_000, effortCents: 850_000 });
  if (!moved) throw new Error("it can be moved");
  expect(figuresFaults(moved)).toEqual([]);
  expect(expectedOf(moved, "oneOffCents")).toBeCloseTo(800_000, -1);
  expect(netValueOf(moved, 50_000, 0.08).value).toBeCloseTo(3_000_000, -3);
  expect(moved.benefitCentsPerDay.high / moved.benefitCentsPerDay.low).toBeCloseTo(3.5, 2);
  expect(moved.adoption).toBe(FIGURES.adoption);
});

test("what is moved below all that can be saved costs nothing, and earns nothing", () => {
  const moved = movedFigures(FIGURES, 50_000, 0.08, { valueCents: -9_000_000, effortCents: 10 });
  expect(moved).toMatchObject({ oneOffCents: certain(0), benefitCentsPerDay: certain(0) });
});

test("what costs nothing once can be made to, and what nobody uses cannot be moved", () => {
  const free = { ...FIGURES, oneOffCents: certain(0) };
  const moved = movedFigures(free, 0, 0.08, { valueCents: 0, effortCents: 500 });
  expect(moved?.oneOffCents).toEqual(certain(500));
  expect(movedFigures({ ...FIGURES, adoption: certain(0) }, 0, 0.08, { valueCents: 1, effortCents: 1 })).toBeNull();
});
