import { beforeAll, describe, expect, test, vi } from "vitest";
import { brokenRules, planOf, type PortfolioProblem, portfolioFaults, type Selection } from "../domain/portfolio";
import { greedyPortfolio } from "../domain/portfolio-greedy";
import { budgetFrontier, type Certified, planPortfolio, type PortfolioAnswer, whyNot } from "./plan-portfolio";
import { Solver } from "./solver";
import { asset, instanceP, seededPortfolio, simple } from "./testing-instances";

let solver: Solver;
beforeAll(async () => {
  solver = await Solver.open();
});
const LIMIT = { timeLimitS: 10 };

function solved(answer: PortfolioAnswer): Extract<PortfolioAnswer, { kind: "plan" }> {
  if (answer.kind !== "plan") throw new Error(answer.conflict.says);
  return answer;
}

function chosen(problem: PortfolioProblem): string[] {
  return Object.keys(solved(planPortfolio(solver, problem, LIMIT)).plan.options);
}

/** The best of all selections, by trying every one: each use case left out or done in one of its ways. */
function bruteForce(problem: PortfolioProblem): number | null {
  let best: number | null = null;
  const visit = (at: number, options: ReadonlyMap<string, string>): void => {
    const useCase = problem.useCases[at];
    if (!useCase) {
      // every provider at first; a subset of choices is settled by pruning the dearest, so all orders of pairs are tried
      for (const assets of assetChoices(problem, options)) {
        const selection: Selection = { options, assets };
        if (brokenRules(problem, selection).length > 0) continue;
        const { netCents } = planOf(problem, selection);
        if (best === null || netCents > best) best = netCents;
      }
      return;
    }
    visit(at + 1, options);
    for (const { id } of useCase.options) visit(at + 1, new Map([...options, [useCase.id, id]]));
  };
  visit(0, new Map());
  return best;
}

function assetChoices(problem: PortfolioProblem, options: ReadonlyMap<string, string>): Set<string>[] {
  const ways = problem.useCases.flatMap(({ id, options: all }) => all.filter((way) => way.id === options.get(id)));
  let sets = [new Set(ways.flatMap(({ needs }) => needs))];
  for (const providers of ways.flatMap(({ needsAny }) => needsAny)) {
    sets = sets.flatMap((set) => providers.map((provider) => new Set([...set, provider])));
  }
  return sets;
}

test("an optimum that breaks a rule once it is rounded proves nothing: the plan in its place comes with the solver's bound", () => {
  const problem = instanceP(100);
  const real = solver.solve.bind(solver);
  const solve = vi.spyOn(solver, "solve").mockImplementation((model, options) => {
    const answer = real(model, options);
    // Everything at once, which costs more than there is.
    if (options.relaxed || answer.kind === "infeasible" || !answer.values) return answer;
    return { ...answer, values: answer.values.map(() => 1) };
  });
  try {
    const answer = solved(planPortfolio(solver, problem, LIMIT));
    expect(
      brokenRules(problem, {
        options: new Map(Object.entries(answer.plan.options)),
        assets: new Set(answer.plan.assets),
      }),
    ).toEqual([]);
    expect(answer.proven).toBe(false);
    expect(answer.boundCents).toBeGreaterThanOrEqual(50);
    expect(budgetFrontier(solver, problem, [100], LIMIT).map(({ proven }) => proven)).toEqual([false]);
  } finally {
    solve.mockRestore();
  }
  expect(solved(planPortfolio(solver, problem, LIMIT)).proven).toBe(true);
});

describe("instance P", () => {
  const known = (budget: number): [number, string[]] => {
    if (budget < 40) return [0, []];
    if (budget < 100) return [20, ["3"]];
    return budget < 140 ? [50, ["1", "2"]] : [70, ["1", "2", "3"]];
  };

  test("is right at every budget: on both sides of each change, and between", () => {
    const budgets = [0, 20, 39, 40, 70, 99, 100, 120, 139, 140, 150, 1_000];
    const points = budgetFrontier(solver, instanceP(0), budgets, LIMIT);
    expect(points).toHaveLength(budgets.length);
    for (const { budgetCents, plan, proven } of points) {
      const [netCents, useCases] = known(budgetCents);
      expect({ budgetCents, netCents: plan?.netCents, useCases: Object.keys(plan?.options ?? {}), proven }).toEqual({
        budgetCents,
        netCents,
        useCases,
        proven: true,
      });
    }
  });

  test("a use case that pays is dropped as the budget grows", () => {
    expect(chosen(instanceP(99))).toEqual(["3"]);
    expect(chosen(instanceP(100))).toEqual(["1", "2"]);
  });

  test("greedy sees that two use cases that lose alone pay together", () => {
    const greedy = greedyPortfolio(instanceP(100));
    expect(greedy && planOf(instanceP(100), greedy).netCents).toBe(50);
  });

  test("why not 3 at 120: it would have to bring 30 more, and pushes 1 and 2 out", () => {
    expect(whyNot(solver, instanceP(120), "3", LIMIT)).toMatchObject({
      kind: "out",
      shortCents: 30,
      leaves: ["1", "2"],
      enters: [],
    });
    expect(whyNot(solver, instanceP(140), "3", LIMIT)).toEqual({ kind: "in" });
    expect(whyNot(solver, instanceP(39), "3", LIMIT)).toMatchObject({
      kind: "impossible",
      conflict: {
        rules: [
          { kind: "mandatory", useCase: "3" },
          { kind: "budget", thereCents: 39, neededCents: 40 },
        ],
      },
    });
    expect(() => whyNot(solver, instanceP(39), "9", LIMIT)).toThrow(/9 is not in this portfolio/);
  });
});

test("40 random small cases agree with trying everything", () => {
  for (let seed = 0; seed < 40; seed += 1) {
    const base = seededPortfolio(`small ${seed}`, {
      useCases: 5,
      assets: 7,
      options: seed % 3 === 0 ? 2 : 1,
      budgetShare: 0.4,
    });
    const [first, second, third] = base.useCases;
    if (!first || !second || !third) throw new Error("too few use cases");
    const problem: PortfolioProblem = {
      ...base,
      useCases:
        seed % 4 === 1 ? base.useCases.map((u) => (u === second ? { ...u, after: [first.id] } : u)) : base.useCases,
      exclusive: seed % 5 === 2 ? [[first.id, third.id]] : [],
    };
    const answer = solved(planPortfolio(solver, problem, LIMIT));
    expect({ seed, netCents: answer.plan.netCents, proven: answer.proven }).toEqual({
      seed,
      netCents: bruteForce(problem),
      proven: true,
    });
  }
}, 60_000);

test("a larger case: the first answer's bound holds, and the plan keeps every rule", () => {
  const problem = seededPortfolio("large", { useCases: 40, assets: 80 });
  let first: Certified | null = null;
  const answer = solved(planPortfolio(solver, problem, { ...LIMIT, onFirst: (certified) => (first = certified) }));
  expect(first).not.toBeNull();
  expect(first).toMatchObject({ boundCents: expect.any(Number) });
  const { plan, boundCents, gap } = first ?? answer;
  expect(plan.netCents).toBeLessThanOrEqual(answer.plan.netCents);
  expect(boundCents).toBeGreaterThanOrEqual(answer.plan.netCents);
  expect(gap).toBeCloseTo((boundCents - plan.netCents) / boundCents, 12);
  expect(answer).toMatchObject({
    proven: true,
    gap: 0,
    run: { solver: expect.stringContaining("highs 1.15"), seed: 1 },
  });
  const selection = { options: new Map(Object.entries(answer.plan.options)), assets: new Set(answer.plan.assets) };
  expect(brokenRules(problem, selection)).toEqual([]);
  expect(planPortfolio(solver, problem, LIMIT)).toEqual(answer);
});

test("what is already there costs nothing", () => {
  const problem = instanceP(0);
  const withA = { ...problem, assets: [asset("A", 100, true), asset("B", 40)] };
  expect(solved(planPortfolio(solver, withA, LIMIT)).plan).toMatchObject({ netCents: 150, spentCents: 0, assets: [] });
});

test("of two providers the cheaper is bought, once", () => {
  const useCase = (id: string) => ({
    ...simple(id, 100, []),
    options: [
      { id: "as described", valueCents: 100, ownCents: 0, hours: {}, needs: [], needsAny: [["camera", "scale"]] },
    ],
  });
  const problem = {
    ...instanceP(1_000),
    useCases: [useCase("a"), useCase("b")],
    assets: [asset("camera", 70), asset("scale", 60)],
  };
  expect(solved(planPortfolio(solver, problem, LIMIT)).plan).toMatchObject({ netCents: 140, assets: ["scale"] });
});

test("exclusive, mandatory and dependent choices are kept", () => {
  const problem = instanceP(1_000);
  expect(chosen({ ...problem, exclusive: [["1", "3"]] })).toEqual(["1", "2"]);
  const lossy = { ...problem, useCases: [...problem.useCases, { ...simple("4", 1, ["B"], 50), mandatory: true }] };
  expect(chosen(lossy)).toEqual(["1", "2", "3", "4"]);
  const after = problem.useCases.map((useCase) => (useCase.id === "3" ? { ...useCase, after: ["1"] } : useCase));
  expect(chosen({ ...problem, useCases: after, exclusive: [["1", "2"]] })).toEqual([]);
});

test("skill hours bind like money", () => {
  const useCases = instanceP(0).useCases.map((useCase) => ({
    ...useCase,
    options: useCase.options.map((option) => ({ ...option, hours: { controls: 10 } })),
  }));
  const problem = { ...instanceP(1_000), useCases, skillHours: { controls: 20 } };
  expect(chosen(problem)).toEqual(["1", "2"]);
  expect(chosen({ ...problem, skillHours: { controls: 10 } })).toEqual(["3"]);
});

test("when mandatory ones do not fit, the rules that bind are named with what would do", () => {
  const problem = instanceP(120);
  const useCases = problem.useCases.map((useCase) => ({ ...useCase, mandatory: useCase.id !== "2" }));
  const answer = planPortfolio(solver, { ...problem, useCases, skillHours: { controls: 5 } }, LIMIT);
  expect(answer).toMatchObject({
    kind: "infeasible",
    conflict: {
      rules: [
        { kind: "mandatory", useCase: "1" },
        { kind: "mandatory", useCase: "3" },
        { kind: "budget", thereCents: 120, neededCents: 140 },
      ],
      says: "These cannot all be kept: 1 being mandatory; 3 being mandatory; the budget, which would have to be 140 cents.",
    },
  });
});

test("two mandatory ones that exclude each other are named, and the budget is not blamed", () => {
  const problem = instanceP(1_000);
  const useCases = problem.useCases.map((useCase) => ({ ...useCase, mandatory: true }));
  const answer = planPortfolio(solver, { ...problem, useCases, exclusive: [["1", "2"]] }, LIMIT);
  expect(answer.kind === "infeasible" ? answer.conflict.rules.map(({ kind }) => kind) : []).toEqual([
    "mandatory",
    "mandatory",
    "exclusive",
  ]);
});

test("a cancelled run answers with the best so far and does not call it proven", () => {
  const problem = seededPortfolio("cancelled", { useCases: 60, assets: 200, options: 3 });
  const answer = solved(planPortfolio(solver, problem, { ...LIMIT, cancelled: () => true }));
  expect(answer.proven).toBe(false);
  expect(answer.plan.netCents).toBeGreaterThan(0);
  expect(answer.boundCents).toBeGreaterThanOrEqual(answer.plan.netCents);
}, 60_000);

test("names that would break a text format are names", () => {
  const problem = {
    ...instanceP(140),
    useCases: [simple("free", 80, ["st"]), simple("1abc <= 3", 70, ["st"]), simple("uc-9", 60, ["end"])],
  };
  expect(chosen({ ...problem, assets: [asset("st", 100), asset("end", 40)] })).toEqual(["free", "1abc <= 3", "uc-9"]);
});

test("no time at all still gives a plan, with a bound that holds", () => {
  const problem = seededPortfolio("no time", { useCases: 60, assets: 200 });
  const answer = solved(planPortfolio(solver, problem, { timeLimitS: 0 }));
  const best = solved(planPortfolio(solver, problem, LIMIT));
  expect(answer.proven).toBe(false);
  expect(answer.boundCents).toBeGreaterThanOrEqual(best.plan.netCents);
  expect(answer.gap).toBeGreaterThan(0);
});

test("an empty portfolio has an empty plan", () => {
  const problem = { ...instanceP(100), useCases: [], assets: [] };
  expect(solved(planPortfolio(solver, problem, LIMIT)).plan).toMatchObject({ netCents: 0, options: {} });
});

test.each<[string, Partial<PortfolioProblem>, string, string]>([
  ["a budget that is no number", { budgetCents: Number.NaN }, "budgetCents", "not_a_number"],
  ["a negative budget", { budgetCents: -1 }, "budgetCents", "negative"],
  ["half a cent", { assets: [asset("A", 0.5), asset("B", 1)] }, "assets.A.costCents", "not_a_number"],
  ["an asset twice", { assets: [asset("A", 1), asset("A", 1), asset("B", 1)] }, "assets.A", "duplicate"],
  ["an asset that does not exist", { assets: [asset("A", 1)] }, "useCases.3.as described.needs", "unknown_reference"],
  ["an unknown name in a group", { exclusive: [["1", "x"]] }, "exclusive.0", "unknown_reference"],
  ["negative hours", { skillHours: { controls: -1 } }, "skillHours.controls", "negative"],
])("%s is refused at its field", (_name, wrong, field, code) => {
  const problem = { ...instanceP(100), ...wrong };
  expect(portfolioFaults(problem)).toMatchObject([{ field, code }]);
  expect(() => planPortfolio(solver, problem, LIMIT)).toThrow(field);
});
