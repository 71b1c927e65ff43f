import { describe, expect, test } from "vitest";
import { chosenOf, type PlanAnswer, planChanges, planLines } from "./plan-answer";
import { type PlanFacts, planFacts, type PlanInput, type WayInput } from "./plan-facts";
import { PlanQuestion } from "./plan-inputs";
import { conflictField, conflictWords, frontierWords, needsWords, planVerdict, whyOutWords } from "./plan-words";

const POLICY = { currency: "EUR", budgetCents: 5_000_000, discountRate: 0 };
const NOW = Date.UTC(2026, 10, 1);
const even = (n: number) => ({ low: n, mode: n, high: n });

const FLOW_NEED: WayInput["needs"][number] = {
  ...{ capability: "flow", costCents: 300_001, thing: null, provider: { kind: "none" }, label: null },
};

function way(more: Partial<WayInput> = {}, oneOffCents = 1_000_000): WayInput {
  return {
    ...{ n: 1, name: "", hours: {}, effects: [], needs: [FLOW_NEED] },
    figures: {
      ...{ currency: "EUR", benefitCentsPerDay: even(10_000), adoption: even(1), technicalProbability: even(1) },
      ...{ oneOffCents: even(oneOffCents), runCentsPerDay: even(0), rampDays: 0 },
    },
    ...more,
  };
}

function input(id: string, more: Partial<PlanInput> = {}): PlanInput {
  return {
    ...{ id, title: `Use case ${id}`, teamId: "t", team: "Line 1", intake: "accepted", stage: "idea" },
    ...{ committedCents: null, waitsFor: null, chosen: 1, ways: [way()] },
    ...more,
  };
}

const factsOf = (inputs: readonly PlanInput[], asked: object = {}): PlanFacts =>
  planFacts(inputs, PlanQuestion.parse(asked), POLICY, NOW);
const both = factsOf([input("a"), input("b")]);
const FLOW = "to find:t:flow";

function plan(answer: PlanAnswer, more: object = {}) {
  return { facts: both, answer, state: "proven" as const, boundCents: 0, gap: 0, error: null, ...more };
}
const BEST: PlanAnswer = {
  best: {
    plan: {
      ...{ options: { a: "as described", b: "as described" }, assets: [FLOW], hours: {} },
      ...{ valueCents: 7_300_000, spentCents: 2_300_001, netCents: 4_999_999 },
    },
    ...{ boundCents: 5_400_000, gap: 0.0655 },
  },
};

describe("the sentence over a plan", () => {
  test.each([
    ["nothing to plan with", factsOf([]), null, /^There is nothing to plan with yet/],
    ["nothing asked", both, null, /^2 use cases to choose from, 0 fixed/],
    ["under way without an answer", both, plan({}, { state: "solving" }), /^Looking for the best plan/],
    [
      "a first answer",
      both,
      plan(BEST, { state: "solving", gap: 0.0655 }),
      /within 7 % of the best, and still looking$/,
    ],
    [
      "an answer at the end of its time",
      both,
      plan(BEST, { state: "stopped", gap: 0.02 }),
      /within 2 % of the best, not proven$/,
    ],
    ["the best", both, plan(BEST), /^2 use cases for €23 k bring €50 k net in twelve months; nothing is better$/],
    ["a failure", both, plan({}, { state: "failed", error: "No process." }), /^There is no answer/],
  ])("%s", (_, now, one, says) => {
    expect(planVerdict(now, one, []).title).toMatch(says);
  });

  test("says what is bought and shared, and what changed since", () => {
    const { detail } = planVerdict(both, plan(BEST), ["The budget is another one"]);
    expect(detail).toBe(
      "1 thing of the plant is still to be got for €3.0 k, one of them shared. Since then: The budget is another one.",
    );
  });
});

test("rules that cannot all hold are said by name, at the field that can give way", () => {
  const rules = [
    { kind: "mandatory" as const, useCase: "a" },
    { kind: "budget" as const, thereCents: 100_000, neededCents: 1_300_001 },
  ];
  const facts = factsOf([input("a", { committedCents: 1 })]);
  expect(conflictWords(rules, facts)).toBe(
    "These cannot all hold: Use case a is committed; the budget is €1.0 k, and €13 k are needed.",
  );
  expect(conflictField(rules, [])).toBe("budgetCents");
  const hours = [{ kind: "skill" as const, skill: "controls", thereHours: 8, neededHours: 12.04 }];
  expect(conflictWords(hours, facts)).toContain("there are 8 hours of controls, and 12.1 are needed");
  expect(conflictField(hours, [{ skill: "data" }, { skill: "controls" }])).toBe("skills[1].hours");
  expect(conflictField([{ kind: "exclusive", useCases: ["a"] }], [])).toBe("must");
});

test("why one is out: what it costs too much, what it would push out, what keeps it out, or not known yet", () => {
  const [a] = both.useCases;
  if (!a) throw new Error("no use case");
  const out = { kind: "out" as const, shortCents: 50_000, leaves: [], enters: [], proven: true };
  expect(whyOutWords(a, out, both)).toBe("It costs €500 more than it brings in twelve months, with what it needs.");
  expect(whyOutWords(a, { ...out, leaves: ["b"] }, both)).toBe(
    "With it Use case b would have to leave, and the plan would net €500 less.",
  );
  const never = { kind: "impossible" as const, rules: [{ kind: "exclusive" as const, useCases: ["a", "b"] }] };
  expect(whyOutWords(a, never, both)).toBe(
    "Use case a cannot be in: only one of Use case a and Use case b is allowed.",
  );
  expect(whyOutWords(a, undefined, both)).toMatch(/still being worked out/);
  expect(needsWords(a, both)).toBe("It still needs flow for €3.0 k, needed by 1 other too.");
});

test("other budgets in a sentence: what is enough, and up to what it is not", () => {
  const point = (budgetCents: number, netCents: number | null) => ({
    ...{ budgetCents, proven: true },
    best: netCents === null ? null : { netCents, spentCents: budgetCents - 1_000, useCaseIds: [] },
  });
  expect(frontierWords([point(100_000, null), point(200_000, 500_000), point(300_000, 500_000)], "EUR")).toBe(
    "€2.0 k bring the most, €5.0 k net; more budget brings nothing more. Up to €1.0 k it is not enough for what is fixed.",
  );
  expect(frontierWords([point(100_000, null)], "EUR")).toBe("No budget is enough for what is fixed.");
});

test("lines of the budget are whole cents and add up to what is spent; a commitment stays as it is", () => {
  const chosen = { useCaseIds: ["a", "b"], ways: { a: "1", b: "1" }, assetIds: [FLOW] };
  expect(planLines(both, chosen).map(({ cents }) => cents)).toEqual([1_150_001, 1_150_000]);
  const committed = factsOf([input("a", { committedCents: 7 }), input("b")]);
  expect(planLines(committed, chosen).map(({ cents }) => cents)).toEqual([7, 1_000_000]);
});

test("what changed since a plan was made is said thing by thing, and nothing when the problem is the same", () => {
  expect(planChanges(both, factsOf([input("a", { title: "Renamed" }), input("b")]))).toEqual([]);
  const dearer = [way({ needs: [{ ...FLOW_NEED, costCents: 900_000 }] })];
  expect(planChanges(both, factsOf([input("a", { ways: dearer }), input("b")]))).toEqual(["flow has another price"]);
  expect(planChanges(both, factsOf([input("a"), input("c")]))).toEqual([
    "Use case c came in",
    "Use case b is no longer among them",
  ]);
  expect(planChanges(both, factsOf([input("a", { stage: "pilot" }), input("b")]))).toEqual([
    "Use case a is under way now",
  ]);
});

test("a smallest set counts the node under its stream, and names it while it is offline", () => {
  const effects = [{ kpiId: "5f7b5e6c-7d43-4d53-9c0e-0a2f6a5b7a11", name: "Stops", unit: "1", effect: even(5) }];
  const provider = { kind: "node" as const, status: "accepted" as const, online: false };
  const needs = [
    {
      ...{ capability: "force", costCents: 5, thing: "stream:1", label: "press / force" },
      provider: {
        kind: "stream" as const,
        status: "accepted" as const,
        nodeOnline: false,
        lastMs: null,
        rateHz: 1,
        quality: "good",
      },
    },
  ];
  const asked = PlanQuestion.parse({ goal: "minimal-set", targets: [{ kpiId: effects[0]?.kpiId, atLeast: 1 }] });
  const carriers = new Map([
    ["stream:1", [{ id: "node:press", capability: "edge node" as const, label: "press", provider }]],
  ]);
  const facts = planFacts([input("a", { ways: [way({ effects, needs })] })], asked, POLICY, NOW, carriers);
  expect(facts.assets).toMatchObject(
    [
      { id: "stream:1", neededBy: ["a"] },
      { id: "node:press", costCents: 0, why: "the node is offline", neededBy: ["a"] },
    ].sort((one, other) => (one.id < other.id ? -1 : 1)),
  );
  expect(facts.problem).toMatchObject({
    things: expect.arrayContaining([
      { id: "stream:1", kind: "stream", needs: { all: [{ thing: "node:press" }] }, costCents: 5, present: false },
    ]),
  });
});

const CAMERA: WayInput["needs"][number] = {
  ...{ capability: "sound", costCents: 100, thing: null, provider: { kind: "none" }, label: null },
  ...{ skill: "Controls", hours: 5 },
};
const sensors = way({ name: "Three sensors", hours: { controls: 40 } });
const camera = way({ n: 2, name: "One camera", hours: { controls: 8 }, needs: [CAMERA] }, 400_000);

test("ways to do a use case: each with its own money, hours and needs; only that of a commitment is offered", () => {
  const facts = factsOf([input("a", { ways: [sensors, camera] })], { skills: [{ skill: "controls", hours: 100 }] });
  expect(facts.useCases[0]).toMatchObject({ way: "1", ownCents: 1_000_000, ways: [{ id: "1" }, { id: "2" }] });
  expect(facts.problem).toMatchObject({
    useCases: [
      {
        id: "a",
        options: [
          { id: "1", ownCents: 1_000_000, hours: { controls: 40 }, needs: [FLOW] },
          { id: "2", ownCents: 400_000, hours: { controls: 8 }, needs: ["to find:t:sound"] },
        ],
      },
    ],
    assets: [{ id: FLOW }, { id: "to find:t:sound", hours: { controls: 5 } }],
  });
  const said = { skills: [{ skill: "controls", hours: 9 }], hours: [{ useCaseId: A, skill: "controls", hours: 3 }] };
  const asked = factsOf([input(A, { ways: [sensors, camera] })], said);
  expect(asked.problem).toMatchObject({
    useCases: [{ options: [{ hours: { controls: 3 } }, { hours: { controls: 3 } }] }],
  });
  const committed = factsOf([input("a", { ways: [sensors, camera], chosen: 2, committedCents: 7 })]);
  expect(committed.problem).toMatchObject({ useCases: [{ options: [{ id: "2", ownCents: 7 }] }] });
  expect(committed.assets).toMatchObject([{ capability: "sound", paidBy: "a" }]);
});

const A = "5f7b5e6c-7d43-4d53-9c0e-0a2f6a5b7a12";

test("a line of the budget is of the way that was chosen, and what is bought is for those whose way needs it", () => {
  const facts = factsOf([input("a", { ways: [sensors, camera] }), input("b")]);
  const chosen = { useCaseIds: ["a", "b"], ways: { a: "2", b: "1" }, assetIds: [FLOW, "to find:t:sound"] };
  expect(planLines(facts, chosen)).toMatchObject([
    { useCaseId: "a", cents: 400_100, way: { id: "2", name: "One camera" } },
    { useCaseId: "b", cents: 1_300_001, way: null },
  ]);
});

test("a smallest set has an entry for each way, at most one of them; its answer names use cases and ways", () => {
  const effects = [{ kpiId: A, name: "Stops", unit: "1", effect: even(5) }];
  const asked = { goal: "minimal-set", targets: [{ kpiId: A, atLeast: 1 }] };
  const ways = [{ ...sensors, effects }, camera];
  expect(factsOf([input("a", { ways }), input("b")], asked).problem).toMatchObject({
    useCases: [{ id: "a/1", effects: { [A]: 5 } }, { id: "a/2", effects: {} }, { id: "b" }],
    exclusive: [["a/1", "a/2"]],
  });
  const set = { things: [], toBuy: [], placement: {}, costCents: 0, effects: {} };
  expect(chosenOf({ set: { ...set, useCases: ["a/2", "b"] } })).toEqual({
    ...{ useCaseIds: ["a", "b"], ways: { a: "2" }, assetIds: [] },
  });
});

test("what changed about ways is said; a choice that binds nothing changes nothing", () => {
  const two = factsOf([input("a", { ways: [sensors, camera] })]);
  expect(planChanges(two, factsOf([input("a", { ways: [sensors, camera], chosen: 2 })]))).toEqual([]);
  expect(planChanges(two, factsOf([input("a", { ways: [sensors] })]))).toEqual([
    "Use case a can be done in other ways now",
  ]);
  const dearer = way({ ...camera, figures: way({}, 500_000).figures });
  expect(planChanges(two, factsOf([input("a", { ways: [sensors, dearer] })]))).toEqual([
    "A way to do Use case a is described or estimated otherwise",
  ]);
  const held = (n: number) => factsOf([input("a", { ways: [sensors, camera], chosen: n, committedCents: 7 })]);
  expect(planChanges(held(1), held(2))).toEqual(["Use case a is done in another way now"]);
});

test("facts that were stored before there were ways can still be read", () => {
  const { way: _, hours: __, ...old } = input1();
  const facts = {
    ...both,
    useCases: [old],
    assets: both.assets.map(({ neededByWays: ___, hours: ____, ...asset }) => asset),
  };
  expect(planLines(facts, { useCaseIds: ["a"], ways: { a: "as described" }, assetIds: [FLOW] })).toMatchObject([
    { cents: 1_300_001, way: null },
  ]);
});

function input1(): PlanFacts["useCases"][number] {
  const [first] = both.useCases;
  if (!first) throw new Error("there is one");
  return first;
}
