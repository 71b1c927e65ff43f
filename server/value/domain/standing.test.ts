import { expect, test } from "vitest";
import type { CapabilityState } from "./needs";
import { portfolioVerdict, type VerdictRow } from "./portfolio-verdict";
import { rank } from "./ranking";
import { FIRST_POLICY, rankingOf, standingOf, type UseCaseFacts } from "./standing";
import { known, unknown } from "./three-valued";
import { returnOf, type UseCaseFigures } from "./use-case-figures";

const NOW = Date.UTC(2026, 10, 1);
const DAY = 86_400_000;
const figures: UseCaseFigures = {
  currency: "EUR",
  benefitCentsPerDay: { low: 20_000, mode: 40_000, high: 70_000 },
  adoption: { low: 0.5, mode: 0.8, high: 0.95 },
  technicalProbability: { low: 0.6, mode: 0.8, high: 0.9 },
  oneOffCents: { low: 900_000, mode: 1_200_000, high: 2_000_000 },
  runCentsPerDay: { low: 500, mode: 1_000, high: 2_000 },
  rampDays: 30,
};
const capability = (name: string, state: CapabilityState["state"], costCents: number): CapabilityState => ({
  ...{ capability: name, state, costCents, why: "because" },
});

function facts(more: Partial<UseCaseFacts> = {}): UseCaseFacts {
  return {
    id: "a",
    owner: { person: "Dana", confirmedAtMs: NOW - DAY },
    sponsor: { person: "Elena", confirmedAtMs: NOW - DAY },
    committedCents: 1_000_000,
    objections: [],
    figures,
    forecast: returnOf(figures, "a/1"),
    capabilities: [capability("vibration", "satisfied", 60_000), capability("flow", "satisfied", 40_000)],
    kpis: [
      {
        name: "Stops",
        live: known(true),
        baselineDays: known(40),
        coverage: known(0.95),
        hasOwner: true,
        hasDatedTarget: true,
      },
    ],
    expectedEffect: known(5),
    detectableEffect: known(4),
    ...more,
  };
}

test("everything known and there: a rank, and every part of the score", () => {
  const standing = standingOf(facts(), FIRST_POLICY, NOW);
  expect(standing.candidate.mustMeets).toBe("pass");
  expect(standing.clear).toBe(6);
  expect(standing.candidate.parts).toMatchObject({
    readiness: { value: 1 },
    kpiClarity: { value: 1 },
    sponsorship: { value: 1 },
  });
  expect(rank([standing.candidate], rankingOf(FIRST_POLICY))[0]).toMatchObject({ id: "a", rank: 1 });
});

test("a capability that is gone lowers readiness by its share of the cost, and the net value by its cost", () => {
  const whole = standingOf(facts(), FIRST_POLICY, NOW);
  const broken = standingOf(
    facts({ capabilities: [capability("vibration", "missing", 60_000), capability("flow", "satisfied", 40_000)] }),
    FIRST_POLICY,
    NOW,
  );
  expect(broken.candidate.parts.readiness).toEqual(known(0.4));
  expect(whole.candidate.netValueCents - broken.candidate.netValueCents).toBe(60_000);
  expect((broken.outlayCents ?? 0) - (whole.outlayCents ?? 0)).toBe(60_000);
});

test("what nobody said gives no points and its reason, and no rank", () => {
  const empty = standingOf(
    facts({
      ...{ figures: null, forecast: null, capabilities: [], kpis: [], objections: null, committedCents: null },
      owner: { person: null, confirmedAtMs: null },
      expectedEffect: unknown("No KPI is bound."),
    }),
    FIRST_POLICY,
    NOW,
  );
  const [ranked] = rank([empty.candidate], rankingOf(FIRST_POLICY));
  expect(ranked?.rank).toBeNull();
  expect(ranked?.score.unknowns).toHaveLength(3);
  expect(empty.checks.map(({ id, verdict }) => [id, verdict])).toEqual([
    ["owner", "fail"],
    ["sponsor", "pass"],
    ["kpi", "fail"],
    ["measurable", "unknown"],
    ["acceptable", "unknown"],
  ]);
});

test("a confirmation of more than 90 days ago holds nothing up any more", () => {
  const stale = standingOf(facts({ sponsor: { person: "Elena", confirmedAtMs: NOW - 91 * DAY } }), FIRST_POLICY, NOW);
  expect(stale.candidate.mustMeets).toBe("fail");
});

const row = (more: Partial<VerdictRow> = {}): VerdictRow => ({
  title: "Bearing wear",
  intake: "accepted",
  committedCents: null,
  p50: 0.2,
  outlayCents: 1_000_000,
  paidBackDay: null,
  isRanked: true,
  waitsFor: null,
  capabilities: [],
  ...more,
});
const money = { budgetCents: 200_000_000, currency: "EUR" };

test.each<[string, VerdictRow[], string, string]>([
  ["nothing", [], "No use case has been proposed yet", "Propose one"],
  ["one proposal", [row({ intake: "pending" })], "1 proposal waits, none accepted", ""],
  ["one accepted", [row()], "Nothing is committed yet; 1 use case accepted", "Next to fund: Bearing wear."],
  [
    "two funded and one that is not ready",
    [
      row({ committedCents: 100_000_000 }),
      row({ committedCents: 24_000_000, p50: -0.1, capabilities: [capability("temperature", "missing", 0)] }),
    ],
    "€1.24 M of €2.00 M is committed to 2 use cases",
    "1 of them should pay back within 90 days. Bearing wear is not ready: temperature, because.",
  ],
  [
    "those that are only accepted are not among those that money went to",
    [row({ committedCents: 1 }), row({ title: "B", p50: -0.5 }), row({ title: "C", p50: -0.5 })],
    "is committed to 1 use case",
    "All of them should pay back within 90 days.",
  ],
  [
    "what was measured to have paid back is told before what is forecast",
    [row({ committedCents: 1, paidBackDay: 31 }), row({ title: "B", committedCents: 1, p50: -0.5 })],
    "committed to 2 use cases",
    "Measured to have paid back already: Bearing wear on day 31. None of the others should pay back within 90 days.",
  ],
  [
    "what is next fits into what is left",
    [
      row({ title: "A", committedCents: 150_000_000 }),
      row({ title: "Big", outlayCents: 60_000_000 }),
      row({ title: "Small", outlayCents: 50_000_000 }),
    ],
    "committed to 1 use case",
    "Next to fund with the €500 k that are left: Small. Big ranks above it and takes €600 k.",
  ],
  [
    "nothing fits into what is left",
    [row({ title: "A", committedCents: 190_000_000 }), row({ title: "Big", outlayCents: 60_000_000 })],
    "committed to 1 use case",
    "Nothing more can be funded: Big takes €600 k, and €100 k of the budget are left.",
  ],
  [
    "what cannot be funded says why",
    [row({ isRanked: false, waitsFor: "No sponsor is named." })],
    "Nothing is committed yet; 1 use case accepted",
    "Nothing more can be funded yet: Bearing wear waits. No sponsor is named.",
  ],
])("the sentence over the portfolio: %s", (_, rows, title, detail) => {
  const verdict = portfolioVerdict(rows, money);
  expect(verdict.title).toContain(title);
  expect(verdict.detail).toContain(detail);
});

test("the sentence over the portfolio of one team counts what the others have committed of the budget", () => {
  const rows = [row({ title: "A", committedCents: 50_000_000 }), row({ title: "Big", outlayCents: 60_000_000 })];
  expect(portfolioVerdict(rows, money, 100_000_000)).toMatchObject({
    title: expect.stringContaining("€500 k"),
    detail: expect.stringContaining("Big takes €600 k, and €500 k of the budget are left"),
  });
  expect(portfolioVerdict([], money, 0).title).toBe("This team has proposed no use case yet");
});
