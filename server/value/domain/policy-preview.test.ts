import { expect, test } from "vitest";
import type { PortfolioRow } from "../queries";
import { previewWords } from "./policy-preview";
import { FIRST_POLICY, standingOf, type ValuePolicy } from "./standing";
import { known } from "./three-valued";
import { netValueOf, netValueOfCash, expectedCash, type UseCaseFigures } from "./use-case-figures";

const NOW = Date.UTC(2026, 10, 28);
const POLICY: ValuePolicy = { ...FIRST_POLICY, rankedBy: "value", discountRate: 0 };
const person = { person: "Elena", confirmedAtMs: NOW };
const certainly = (value: number) => ({ low: value, mode: value, high: value });

function figures(benefit: number, oneOff: number, rampDays: number): UseCaseFigures {
  return {
    ...{ currency: "EUR", benefitCentsPerDay: certainly(benefit), adoption: certainly(1), rampDays },
    ...{ technicalProbability: certainly(1), oneOffCents: certainly(oneOff), runCentsPerDay: certainly(10) },
  };
}

function row(title: string, estimated: UseCaseFigures, intake: PortfolioRow["intake"] = "accepted"): PortfolioRow {
  const forecast = { p10: 0, p50: 0.5, p90: 1, chanceOfGain: 0.9 };
  const kpi = { name: "Energy", hasOwner: true, hasDatedTarget: true, live: known(true) };
  const standing = standingOf(
    {
      ...{
        id: title,
        owner: person,
        sponsor: person,
        committedCents: null,
        objections: [],
        figures: estimated,
        forecast,
      },
      ...{ capabilities: [], kpis: [{ ...kpi, baselineDays: known(60), coverage: known(1) }] },
      ...{ expectedEffect: known(3), detectableEffect: known(2) },
    },
    POLICY,
    NOW,
  );
  return {
    ...{ id: title, teamId: "t", team: "Value", title, summary: "", intake, intakeWhy: null, snoozedUntilMs: null },
    ...{ stage: "idea", ownerId: null, sponsorId: null, ownerName: null, ownerConfirmedMs: null, sponsorName: null },
    ...{
      sponsorConfirmedMs: null,
      committedCents: null,
      objections: [],
      option: 1,
      version: 1,
      createdByName: "Elena",
    },
    ...{ createdMs: NOW, estimate: 1, forecast, capabilities: [], paidBackDay: null, standing },
  };
}

// Slow earns as much in the end, late: at 0 % it is a little ahead, at 60 % the one that pays from day one is.
const SLOW = figures(1_930, 100_000, 330);
const FAST = figures(1_050, 100_000, 0);

test("another discount rate moves what pays late behind what pays early", () => {
  const rows = [row("Slow", SLOW), row("Fast", FAST), row("Proposal", SLOW, "pending")];
  expect(previewWords(rows, POLICY, POLICY)).toBe("Nothing would move.");
  const dear = previewWords(rows, POLICY, { ...POLICY, discountRate: 0.6 });
  expect(dear).toBe("Would move: Fast from 2 to 1; Slow from 1 to 2.");
});

test("a rate that is none is named, and nothing is made up", () => {
  for (const discountRate of [Number.NaN, -0.1, 1.1])
    expect(previewWords([row("Slow", SLOW)], POLICY, { ...POLICY, discountRate })).toContain("0 to 100 %");
});

test("expected cash is worth what the figures behind it are worth, at every rate", () => {
  const spread: UseCaseFigures = {
    ...SLOW,
    adoption: { low: 0.2, mode: 0.5, high: 0.9 },
    technicalProbability: { low: 0.3, mode: 0.8, high: 1 },
    benefitCentsPerDay: { low: 0, mode: 5_000, high: 90_000 },
  };
  for (const rate of [0, 0.08, 1])
    expect(netValueOfCash(expectedCash(spread, 777), rate)).toBeCloseTo(netValueOf(spread, 777, rate).value, 5);
});
