import fc from "fast-check";
import { expect, test } from "vitest";
import { certain } from "./estimate";
import { type MustMeetFacts, mustMeets } from "./must-meets";
import { type NetValueInput, riskAdjustedNetValue } from "./net-value";
import { type Candidate, movesBetween, rank, type RankingPolicy } from "./ranking";
import {
  DEFAULT_WEIGHTS,
  knownParts,
  kpiClarityPart,
  readinessPart,
  sponsorshipPart,
  throughlineScore,
  valuePart,
  weightsFaults,
} from "./score";
import { allOf, anyOf, known, unknown } from "./three-valued";

const NOW = Date.UTC(2026, 10, 28);
const daysAgo = (days: number) => NOW - days * 86_400_000;

const GOOD: MustMeetFacts = {
  owner: { person: "Ada", confirmedAtMs: daysAgo(10) },
  sponsor: { person: "Bo", confirmedAtMs: daysAgo(90) },
  kpis: [{ name: "Scrap", live: known(true), baselineDays: known(28), coverage: known(0.9) }],
  expectedEffect: known(8),
  detectableEffect: known(7.234),
  unacceptable: known([]),
};

test("three-valued logic: unknown never passes", () => {
  expect(allOf(["pass", "unknown"])).toBe("unknown");
  expect(allOf(["unknown", "fail"])).toBe("fail");
  expect(allOf([])).toBe("pass");
  expect(anyOf(["unknown", "fail"])).toBe("unknown");
  expect(anyOf(["unknown", "pass"])).toBe("pass");
  expect(anyOf([])).toBe("fail");
});

test("every must-meet at its limit passes", () => {
  expect(mustMeets(GOOD, NOW).checks.filter(({ verdict }) => verdict !== "pass")).toEqual([]);
});

test.each<[string, Partial<MustMeetFacts>, string, "fail" | "unknown", RegExp]>([
  ["no owner", { owner: { person: null, confirmedAtMs: null } }, "owner", "fail", /No owner/],
  ["not confirmed", { owner: { person: "Ada", confirmedAtMs: null } }, "owner", "fail", /not confirmed/],
  ["confirmed too long ago", { sponsor: { person: "Bo", confirmedAtMs: daysAgo(91) } }, "sponsor", "fail", /91 days/],
  ["no KPI", { kpis: [] }, "kpi", "fail", /No KPI/],
  [
    "27 days of baseline",
    { kpis: [{ name: "Scrap", live: known(true), baselineDays: known(27), coverage: known(1) }] },
    "kpi",
    "fail",
    /27 of 28/,
  ],
  [
    "a thin baseline",
    { kpis: [{ name: "Scrap", live: known(true), baselineDays: known(60), coverage: known(0.89) }] },
    "kpi",
    "fail",
    /89 %/,
  ],
  [
    "a series of unknown state",
    {
      kpis: [{ name: "Scrap", live: unknown("the line has been silent"), baselineDays: known(60), coverage: known(1) }],
    },
    "kpi",
    "unknown",
    /silent/,
  ],
  ["an effect below the noise", { expectedEffect: known(7.2) }, "measurable", "fail", /cannot be proven/],
  [
    "noise that nobody measured",
    { detectableEffect: unknown("no history yet") },
    "measurable",
    "unknown",
    /no history/,
  ],
  ["a safety flag", { unacceptable: known(["Bypasses a guard"]) }, "acceptable", "fail", /guard/],
  ["no review yet", { unacceptable: unknown("no safety review yet") }, "acceptable", "unknown", /review/],
])("%s is %s by its own check, and in the whole", (_name, wrong, id, verdict, why) => {
  const judged = mustMeets({ ...GOOD, ...wrong }, NOW);
  expect(judged.verdict).toBe(verdict);
  expect(judged.checks.find((check) => check.id === id)).toMatchObject({ verdict, why: expect.stringMatching(why) });
  expect(judged.checks.filter((check) => check.verdict !== "pass")).toHaveLength(1);
});

test("one KPI that is good is enough", () => {
  const thin = { name: "Energy", live: unknown<boolean>("silent"), baselineDays: known(3), coverage: known(0.1) };
  expect(mustMeets({ ...GOOD, kpis: [thin, ...GOOD.kpis] }, NOW).verdict).toBe("pass");
});

test("ROI 25 %, R .6, K 5/6, S 1 scores 66.67", () => {
  const score = throughlineScore(
    knownParts({ value: valuePart(0.25), readiness: 0.6, kpiClarity: 5 / 6, sponsorship: 1 }),
  );
  expect(score.value).toBeCloseTo(66.67, 2);
  expect(score.terms.map(({ value }) => value)).toEqual([20, 15, expect.closeTo(16.667, 3), 15]);
  expect(score.terms.reduce((sum, { value }) => sum + value, 0)).toBeCloseTo(score.value, 10);
  expect(score.atMost).toBe(score.value);
});

test("the value part has fixed ends", () => {
  expect(valuePart(-0.5)).toBe(0);
  expect(valuePart(0)).toBeCloseTo(1 / 3, 12);
  expect(valuePart(1)).toBe(1);
  expect(valuePart(-7)).toBe(0);
  expect(valuePart(9)).toBe(1);
});

test("an asset counts as there only while its check passes", () => {
  const assets = [
    { costCents: 600, state: "pass" as const },
    { costCents: 300, state: "unknown" as const },
    { costCents: 100, state: "fail" as const },
  ];
  expect(readinessPart(assets)).toBeCloseTo(0.6, 12);
  expect(readinessPart([])).toBe(1);
  expect(readinessPart([{ costCents: 0, state: "fail" }])).toBe(0);
});

test("a sensor found in the plant takes readiness with it when it dies, whatever the others cost", () => {
  const scale = { costCents: 3_000, state: "pass" as const };
  const sensors = (...states: ("pass" | "fail")[]) => states.map((state) => ({ costCents: 0, state }));
  expect(readinessPart([scale, ...sensors("pass", "pass")])).toBe(1);
  expect(readinessPart([scale, ...sensors("pass", "fail")])).toBeCloseTo(2 / 3, 12);
  expect(readinessPart([{ ...scale, state: "fail" }, ...sensors("pass", "pass")])).toBeCloseTo(2 / 3, 12);
  expect(readinessPart([{ ...scale, state: "fail" }, ...sensors("pass", "fail")])).toBeCloseTo(1 / 3, 12);
});

test("five of six checks, and two of three signs of a sponsor", () => {
  const clarity = { owner: "pass", unitAndDirection: "pass", liveBinding: "pass", baseline: "pass" } as const;
  expect(kpiClarityPart({ ...clarity, datedTarget: "unknown", measurable: "pass" })).toBeCloseTo(5 / 6, 12);
  expect(sponsorshipPart({ person: "Bo", confirmedAtMs: daysAgo(91) }, true, NOW)).toBeCloseTo(2 / 3, 12);
  expect(sponsorshipPart({ person: "Bo", confirmedAtMs: daysAgo(1) }, true, NOW)).toBe(1);
});

test("a part that is not known gives no points, and says what it could give", () => {
  const parts = {
    ...knownParts({ value: 0.5, readiness: 0, kpiClarity: 0, sponsorship: 1 }),
    readiness: unknown<number>("no registry yet"),
  };
  const score = throughlineScore(parts);
  expect([score.value, score.atMost]).toEqual([35, 60]);
  expect(score.unknowns).toEqual(["readiness: no registry yet"]);
});

test("weights that do not add up to 100, or are no numbers, are refused", () => {
  expect(weightsFaults({ ...DEFAULT_WEIGHTS, value: 41 })).toMatchObject([{ field: "weights", hint: /101/ }]);
  expect(weightsFaults({ ...DEFAULT_WEIGHTS, value: -1 })).toMatchObject([
    { field: "weights.value", code: "negative" },
  ]);
  expect(weightsFaults({ ...DEFAULT_WEIGHTS, value: Number.NaN })).toMatchObject([{ code: "not_a_number" }]);
  expect(weightsFaults({ ...DEFAULT_WEIGHTS, value: 30, sponsorship: 25 })).toEqual([]);
});

const POLICY: RankingPolicy = { version: 1, weights: DEFAULT_WEIGHTS, order: "value", scarce: "data science" };

function candidate(id: string, changes: Partial<Candidate> = {}): Candidate {
  return {
    id,
    mustMeets: "pass",
    netValueCents: 100,
    uses: { "data science": 10 },
    parts: knownParts({ value: 0.5, readiness: 0.5, kpiClarity: 0.5, sponsorship: 0.5 }),
    ...changes,
  };
}

test("the default order is net value per unit of the scarce resource, after the must-meets", () => {
  const ranked = rank(
    [
      candidate("large", { netValueCents: 1_000, uses: { "data science": 100 } }),
      candidate("lean", { netValueCents: 300, uses: { "data science": 10 } }),
      candidate("free", { netValueCents: 5, uses: {} }),
      candidate("free loss", { netValueCents: -5, uses: {} }),
      candidate("rich but unproven", { netValueCents: 9_999, mustMeets: "unknown" }),
      candidate("rich but barred", { netValueCents: 99_999, mustMeets: "fail" }),
    ],
    POLICY,
  );
  expect(ranked.map(({ id, rank }) => [id, rank])).toEqual([
    ["free", 1],
    ["lean", 2],
    ["large", 3],
    ["free loss", 4],
    ["rich but unproven", null],
    ["rich but barred", null],
  ]);
  expect(ranked[1]?.perUnit).toBe(30);
  expect(ranked[0]?.perUnit).toBeNull();
});

test("adding an idea moves nobody else: neither their scores nor their order", () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  const parts = fc
    .record({ value: share, readiness: share, kpiClarity: share, sponsorship: share })
    .map((all) => knownParts(all));
  const idea = (id: string) =>
    fc.record({
      id: fc.constant(id),
      mustMeets: fc.constantFrom("pass" as const, "fail" as const, "unknown" as const),
      netValueCents: fc.integer({ min: -1_000, max: 1_000 }),
      uses: fc.record({ "data science": fc.integer({ min: 0, max: 5 }) }),
      parts,
    });
  fc.assert(
    fc.property(
      fc.tuple(...["a", "b", "c", "d", "e"].map(idea)),
      idea("new"),
      fc.constantFrom("value" as const, "score" as const),
      (old, added, order) => {
        const policy = { ...POLICY, order };
        const before = rank(old, policy);
        const after = rank([added, ...old], policy).filter(({ id }) => id !== "new");
        expect(after.map(({ id, score, perUnit }) => ({ id, score, perUnit }))).toEqual(
          before.map(({ id, score, perUnit }) => ({ id, score, perUnit })),
        );
      },
    ),
  );
});

test("new weights are previewed as moves", () => {
  const ready = candidate("ready", {
    parts: knownParts({ value: 0.2, readiness: 1, kpiClarity: 0.5, sponsorship: 0.5 }),
  });
  const paying = candidate("paying", {
    parts: knownParts({ value: 0.9, readiness: 0.1, kpiClarity: 0.5, sponsorship: 0.5 }),
  });
  const flat = candidate("flat", { parts: knownParts({ value: 0, readiness: 0, kpiClarity: 0, sponsorship: 0 }) });
  const current: RankingPolicy = { ...POLICY, order: "score" };
  const weights = { value: 10, readiness: 55, kpiClarity: 20, sponsorship: 15 };
  const all = [ready, paying, flat];
  const moves = movesBetween(rank(all, current), rank(all, { ...current, version: 2, weights }));
  expect(moves).toHaveLength(2);
  expect(moves.find(({ id }) => id === "ready")).toMatchObject({ from: 2, to: 1, places: 1 });
  expect(moves.find(({ id }) => id === "paying")).toMatchObject({ from: 1, to: 2, places: -1 });
  expect(movesBetween(rank(all, current), rank(all, current))).toEqual([]);
});

const NET: NetValueInput = {
  benefitCentsPerDay: certain(1_000),
  adoption: certain(1),
  technicalProbability: certain(1),
  oneOffCents: certain(100_000),
  runCentsPerDay: certain(100),
  missingAssetsCents: 0,
  rampDays: 0,
  discountRate: 0,
  shape: "pert",
};

test("net value over twelve months, without risk and discount, is the plain sum", () => {
  expect(riskAdjustedNetValue(NET).value).toBeCloseTo(365 * 900 - 100_000, 6);
});

test("risk, ramp, missing assets and discount each take their part", () => {
  expect(riskAdjustedNetValue({ ...NET, technicalProbability: certain(0.5) }).value).toBeCloseTo(
    0.5 * 365 * 900 - 100_000,
    6,
  );
  expect(riskAdjustedNetValue({ ...NET, adoption: certain(0.5) }).value).toBeCloseTo(365 * 400 - 100_000, 6);
  expect(riskAdjustedNetValue({ ...NET, rampDays: 60 }).value).toBeCloseTo(335 * 1_000 - 365 * 100 - 100_000, 6);
  expect(riskAdjustedNetValue({ ...NET, missingAssetsCents: 7 }).value).toBeCloseTo(365 * 900 - 100_007, 6);
  const monthly = (365 / 12) * 900;
  const discounted = Array.from({ length: 12 }, (_, m) => monthly / 1.12 ** ((m + 1) / 12)).reduce((a, b) => a + b, 0);
  expect(riskAdjustedNetValue({ ...NET, discountRate: 0.12 }).value).toBeCloseTo(discounted - 100_000, 6);
});

test("its first four terms add up to it", () => {
  const { value, terms } = riskAdjustedNetValue({ ...NET, rampDays: 45, discountRate: 0.1 });
  const [benefit = 0, run = 0, oneOff = 0, missing = 0] = terms.map((each) => each.value);
  expect(benefit - run - oneOff - missing).toBeCloseTo(value, 6);
});
