import { describe, expect, test } from "vitest";
import { expectedCommercialValue, gatedValue } from "./commercial-value";
import { ice } from "./ice";
import { rice } from "./rice";
import { quadrant } from "./value-effort";
import { wsjfMoney, wsjfPoints } from "./wsjf";

function faultOf(run: () => unknown): unknown {
  try {
    run();
  } catch (cause) {
    return cause instanceof Error && "fault" in cause ? cause.fault : cause;
  }
  return null;
}

describe("RICE", () => {
  const base = { reach: 100, reachUnit: "shifts/quarter", impact: 1, confidence: 1, effortPersonMonths: 1 };

  test.each([
    [2000, 2, 0.8, 3, 1066.67],
    [5000, 0.5, 1, 1, 2500],
    [5000, 2, 0.8, 2, 4000],
    [10, 3, 1, 6, 5],
    [10000, 3, 1, 0.5, 60000],
  ])(
    "reach %d · impact %d · confidence %d / effort %d = %d",
    (reach, impact, confidence, effortPersonMonths, known) => {
      expect(rice({ ...base, reach, impact, confidence, effortPersonMonths }).value).toBeCloseTo(known, 2);
    },
  );

  test("explains itself term by term, and says what its reach counts", () => {
    const { unit, terms } = rice(base);
    expect(unit).toBe("shifts/quarter/person-month");
    expect(terms.map(({ name }) => name)).toEqual(["reach", "impact", "confidence", "effort"]);
  });

  test.each([
    [{ effortPersonMonths: 0 }, { field: "effortPersonMonths", code: "zero" }],
    [{ effortPersonMonths: -1 }, { field: "effortPersonMonths", code: "negative" }],
    [{ reach: Number.NaN }, { field: "reach", code: "not_a_number" }],
    [{ impact: 5 }, { field: "impact", code: "out_of_range", hint: "Choose one of 3, 2, 1, 0.5, 0.25." }],
    [{ confidence: 0.9 }, { field: "confidence", code: "out_of_range" }],
    [{ reachUnit: " " }, { field: "reachUnit", code: "missing" }],
  ])("%j is refused at its field", (wrong, fault) => {
    expect(faultOf(() => rice({ ...base, ...wrong }))).toMatchObject(fault);
  });
});

describe("ICE", () => {
  test.each([
    [10, 1, 8, "share", 80],
    [4, 0.5, 5, "share", 10],
    [8, 6, 3, "points", 144],
  ] as const)("%d · %d · %d with confidence as %s = %d", (impact, confidence, ease, confidenceScale, known) => {
    expect(ice({ impact, confidence, confidenceScale, ease, rule: "product" }).value).toBe(known);
  });

  test("the mean is another score, and says so", () => {
    const mean = ice({ impact: 8, confidence: 6, confidenceScale: "points", ease: 4, rule: "mean" });
    expect(mean.value).toBe(6);
    expect(mean.formula).toContain("/ 3");
  });

  test("a share entered where points are meant is refused, not ranked ten times too low", () => {
    const input = { impact: 8, confidence: 0.6, confidenceScale: "points", ease: 3, rule: "product" } as const;
    expect(faultOf(() => ice(input))).toMatchObject({ field: "confidence", code: "out_of_range" });
  });
});

describe("WSJF", () => {
  test.each([
    [100, 50, 20, 10, 17],
    [60, 40, 20, 5, 24],
    [8, 8, 5, 2, 10.5],
    [5, 5, 5, 8, 1.875],
  ])("(%d + %d + %d) / %d = %d", (businessValue, timeCriticality, riskReduction, jobSize, known) => {
    expect(wsjfPoints({ businessValue, timeCriticality, riskReduction, jobSize }).value).toBe(known);
  });

  test("in money it is cost of delay over duration", () => {
    const { value, unit } = wsjfMoney({ costOfDelayCentsPerWeek: 900_000, currency: "EUR", durationWeeks: 6 });
    expect(value).toBe(150_000);
    expect(unit).toContain("EUR");
    const none = { costOfDelayCentsPerWeek: 1, currency: "EUR", durationWeeks: 0 };
    expect(faultOf(() => wsjfMoney(none))).toMatchObject({ field: "durationWeeks", code: "zero" });
  });
});

test("the quadrants have fixed lines", () => {
  const lines = { valueCents: 1_000_000, effort: 6 };
  expect(quadrant(2_000_000, 3, lines)).toBe("quick win");
  expect(quadrant(1_000_000, 6, lines)).toBe("big bet");
  expect(quadrant(500_000, 3, lines)).toBe("fill-in");
  expect(quadrant(500_000, 9, lines)).toBe("think again");
});

describe("expected commercial value", () => {
  const known = {
    presentValueCents: 800,
    commercialProbability: 0.6,
    launchCents: 100,
    technicalProbability: 0.7,
    developmentCents: 150,
  };

  test("PV 800, Pcs .6, C 100, Pts .7, D 150 is 116, and 30 more than paying all at once", () => {
    expect(expectedCommercialValue(known).value).toBeCloseTo(116, 10);
    const upFront = 800 * 0.6 * 0.7 - 100 - 150;
    expect(upFront).toBeCloseTo(86, 10);
    expect(expectedCommercialValue(known).value - upFront).toBeCloseTo(100 * (1 - 0.7), 10);
  });

  test("the two probabilities are not interchangeable", () => {
    const swapped = { ...known, commercialProbability: 0.7, technicalProbability: 0.6 };
    expect(expectedCommercialValue(swapped).value).toBeCloseTo(126, 10);
  });

  test("folding back two gates gives the same, and a losing last stage is never entered", () => {
    const stages = [
      { name: "development", costCents: 150, passProbability: 0.7 },
      { name: "launch", costCents: 100, passProbability: 0.6 },
    ];
    expect(gatedValue(stages, 800).value).toBeCloseTo(116, 10);
    expect(gatedValue(stages, 100).value).toBe(-150);
    expect(gatedValue(stages, 800).terms.map(({ name }) => name)).toEqual([
      "before development",
      "before launch",
      "payoff",
    ]);
  });

  test("a probability above 1 is refused at its field", () => {
    expect(faultOf(() => expectedCommercialValue({ ...known, technicalProbability: 70 }))).toMatchObject({
      field: "technicalProbability",
      code: "out_of_range",
    });
  });
});
