import { beforeAll, expect, test } from "vitest";
import { costShares, shapleyValue } from "../domain/shapley";
import type { PricedThing } from "../domain/minimal-set";
import { seededRandom } from "../domain/random";
import { brokenInSet } from "../domain/minimal-set-check";
import { greedySet } from "../domain/minimal-set-greedy";
import { type CertifiedSet, findMinimalSet } from "./find-minimal-set";
import { Solver } from "./solver";
import { instanceM } from "./testing-instances";

let solver: Solver;
beforeAll(async () => {
  solver = await Solver.open();
});
const LIMIT = { timeLimitS: 10 };

const thing = (
  id: string,
  kind: PricedThing["kind"],
  costCents: number,
  more: Partial<PricedThing> = {},
): PricedThing => ({
  id,
  kind,
  costCents,
  present: false,
  needs: null,
  ...more,
});

test("instance M: target 10 costs 9, by d1, m1 and m2", () => {
  expect(findMinimalSet(solver, instanceM(), LIMIT)).toMatchObject({
    kind: "set",
    proven: true,
    set: {
      costCents: 9,
      things: ["d1", "m1", "m2"],
      toBuy: ["d1", "m1", "m2"],
      useCases: ["1", "2"],
      effects: { scrap: 11 },
    },
  });
});

test("what is there and healthy costs nothing, and can turn the answer", () => {
  const problem = instanceM();
  const there = problem.things.map((each) =>
    each.id === "d2" || each.id === "d3" ? { ...each, present: true } : each,
  );
  expect(findMinimalSet(solver, { ...problem, things: there }, LIMIT)).toMatchObject({
    set: { costCents: 3, things: ["d2", "d3", "m3"], toBuy: ["m3"] },
  });
});

test("at the same cost the smaller set is taken: what costs nothing is not kept for that", () => {
  const problem = instanceM();
  const junk = Array.from({ length: 8 }, (_, index) => thing(`junk ${index}`, "stream", 0, { present: true }));
  const d1 = { all: [{ thing: "d1" }, { any: [{ all: junk.map(({ id }) => ({ thing: id })) }, { thing: "junk 0" }] }] };
  const useCases = problem.useCases.map((useCase) => ({ ...useCase, needs: { all: [useCase.needs, d1] } }));
  const answer = findMinimalSet(solver, { ...problem, useCases, things: [...problem.things, ...junk] }, LIMIT);
  expect(answer).toMatchObject({ set: { costCents: 9, things: ["d1", "m1", "m2", "junk 0"] } });
});

test("capabilities are met by the cheapest provider, and a device brings the node it hangs on", () => {
  const answer = findMinimalSet(
    solver,
    {
      targets: { scrap: 1 },
      useCases: [{ id: "see", effects: { scrap: 2 }, ownCents: 1, needs: { thing: "see the weld" } }],
      things: [
        thing("see the weld", "capability", 0, { needs: { any: [{ thing: "camera-1" }, { thing: "camera-2" }] } }),
        thing("camera-1", "device", 10, { needs: { thing: "edge-1" } }),
        thing("camera-2", "device", 14, { needs: { thing: "edge-2" } }),
        thing("edge-1", "node", 20),
        thing("edge-2", "node", 15, { present: true }),
      ],
    },
    LIMIT,
  );
  expect(answer).toMatchObject({ set: { costCents: 15, things: ["camera-2", "edge-2"], toBuy: ["camera-2"] } });
});

test("models are placed within the capacity of the nodes", () => {
  const needs = { all: [{ thing: "m1" }, { thing: "m2" }] };
  const hosts = ["small", "large"];
  const answer = findMinimalSet(
    solver,
    {
      targets: { scrap: 1 },
      useCases: [{ id: "both", effects: { scrap: 1 }, ownCents: 0, needs }],
      things: [
        thing("m1", "model", 0, { load: 3, hosts }),
        thing("m2", "model", 0, { load: 3, hosts }),
        thing("small", "node", 10, { capacity: 4 }),
        thing("large", "node", 15, { capacity: 6 }),
      ],
    },
    LIMIT,
  );
  expect(answer).toMatchObject({
    set: { costCents: 15, toBuy: ["m1", "m2", "large"], placement: { m1: "large", m2: "large" } },
  });
});

test("a target out of reach is named with the most that can be reached", () => {
  const problem = { ...instanceM(), targets: { scrap: 22, energy: 0 } };
  expect(findMinimalSet(solver, problem, LIMIT)).toMatchObject({
    kind: "infeasible",
    targets: [{ kpi: "scrap", atLeast: 22, most: 21 }],
    says: "Nothing here reaches scrap of at least 22 (at most 21).",
  });
});

test("a requirement that needs itself is refused by its names", () => {
  const problem = instanceM();
  const things = problem.things.map((each) => (each.id === "d1" ? { ...each, needs: { thing: "m1" } } : each));
  const cyclic = things.map((each) => (each.id === "m1" ? { ...each, needs: { thing: "d1" } } : each));
  expect(() => findMinimalSet(solver, { ...problem, things: cyclic }, LIMIT)).toThrow(/d1 → m1 → d1/);
});

test("a 12, b 30, c 6 shared by {ab}, {b}, {bc}, {ac}: 16, 10, 13, 9, by equal split and by Shapley alike", () => {
  const costs = { a: 12, b: 30, c: 6 };
  const uses = { u1: "ab", u2: "b", u3: "bc", u4: "ac" };
  const users = Object.entries(uses);
  const shares = costShares(
    Object.entries(costs).map(([asset, costCents]) => ({
      asset,
      costCents,
      users: users.filter(([, assets]) => assets.includes(asset)).map(([user]) => user),
    })),
  );
  const known = [16, 10, 13, 9];
  expect(users.map(([user]) => shares.get(user)?.shareCents)).toEqual(known);
  const worth = (coalition: ReadonlySet<string>): number =>
    Object.entries(costs).reduce(
      (sum, [asset, cost]) =>
        sum + (users.some(([user, assets]) => coalition.has(user) && assets.includes(asset)) ? cost : 0),
      0,
    );
  const values = shapleyValue(Object.keys(uses), worth);
  for (const [index, value] of values.entries()) expect(value).toBeCloseTo(known[index] ?? Number.NaN, 10);
  expect(known.reduce((a, b) => a + b, 0)).toBe(48);
  expect(shares.get("u2")).toEqual({ standaloneCents: 30, marginalCents: 0, shareCents: 10 });
});

test("no cent of a shared asset is lost, and a sole user saves all of it by stopping", () => {
  const shares = costShares([
    { asset: "a", costCents: 100, users: ["x", "y", "z"] },
    { asset: "b", costCents: 7, users: ["z"] },
    { asset: "c", costCents: 9, users: [] },
  ]);
  expect([...shares.values()].map(({ shareCents }) => shareCents)).toEqual([34, 33, 40]);
  expect(shares.get("z")).toMatchObject({ marginalCents: 7, standaloneCents: 107 });
  expect(() =>
    shapleyValue(
      Array.from({ length: 17 }, (_, index) => `p${index}`),
      () => 0,
    ),
  ).toThrow(/17 players/);
});

test("of the ways to do the same at most one is in: agreed with trying everything, on 30 seeded cases", () => {
  for (let seed = 0; seed < 30; seed++) {
    const random = seededRandom(`ways ${seed}`);
    const whole = (most: number) => Math.floor(random() * (most + 1));
    const things = Array.from({ length: 4 }, (_, index) => thing(`t${index}`, "device", whole(9)));
    const useCases = Array.from({ length: 6 }, (_, index) => ({
      ...{ id: `${index >> 1}/${index % 2}`, effects: { scrap: whole(6) }, ownCents: whole(9) },
      needs: { all: things.filter(() => random() < 0.4).map(({ id }) => ({ thing: id })) },
    }));
    const exclusive = [0, 1, 2].map((at) => [`${at}/0`, `${at}/1`]);
    const problem = { targets: { scrap: 9 }, useCases, things, exclusive };
    let best: number | null = null;
    for (let mask = 0; mask < 64; mask++) {
      const chosen = useCases.filter((_, index) => mask & (1 << index));
      const ids = chosen.map(({ id }) => id);
      if (exclusive.some((group) => group.every((id) => ids.includes(id)))) continue;
      if (chosen.reduce((sum, { effects }) => sum + effects.scrap, 0) < 9) continue;
      const needed = new Set(chosen.flatMap(({ needs }) => needs.all.map((part) => part.thing)));
      const cost =
        chosen.reduce((sum, { ownCents }) => sum + ownCents, 0) +
        things.filter(({ id }) => needed.has(id)).reduce((sum, { costCents }) => sum + costCents, 0);
      if (best === null || cost < best) best = cost;
    }
    const answer = findMinimalSet(solver, problem, LIMIT);
    expect(answer.kind === "set" ? answer.set.costCents : null).toBe(best);
  }
});

test("a set with its bound is there before the best is known, and every one that is told keeps everything", () => {
  let solved = 0;
  for (let seed = 0; seed < 30; seed++) {
    const random = seededRandom(`first ${seed}`);
    const whole = (most: number) => Math.floor(random() * (most + 1));
    const hosts = ["n0", "n1"];
    const things = [
      ...hosts.map((id) => thing(id, "node", whole(20), { capacity: 4, present: random() < 0.5 })),
      ...Array.from({ length: 8 }, (_, index) =>
        thing(`d${index}`, "device", whole(30), { needs: { thing: hosts[index % 2] ?? "" }, present: random() < 0.3 }),
      ),
      ...Array.from({ length: 3 }, (_, index) => thing(`m${index}`, "model", whole(9), { load: 2, hosts })),
      thing("see", "capability", 0, { needs: { any: [{ thing: "d0" }, { thing: "d1" }, { thing: "d2" }] } }),
    ];
    const useCases = Array.from({ length: 8 }, (_, index) => ({
      ...{ id: `u${index}`, effects: { scrap: whole(6), energy: whole(3) }, ownCents: whole(9) },
      needs: { all: [{ thing: "see" }, { any: [{ thing: `d${3 + (index % 5)}` }, { thing: `m${index % 3}` }] }] },
    }));
    const problem = { targets: { scrap: 9, energy: 2 }, useCases, things };
    const told: CertifiedSet[] = [];
    const answer = findMinimalSet(solver, problem, { ...LIMIT, onFound: (found) => told.push(found) });
    if (answer.kind === "infeasible") continue;
    solved++;
    expect(answer.proven).toBe(true);
    expect(told.length).toBeGreaterThan(0);
    for (const { set, boundCents, gap } of [...told, answer]) {
      expect(brokenInSet(problem, set)).toEqual([]);
      expect(boundCents, "a bound is never above the best").toBeLessThanOrEqual(answer.set.costCents);
      expect(set.costCents).toBeGreaterThanOrEqual(answer.set.costCents);
      expect(gap).toBeCloseTo(set.costCents > 0 ? (set.costCents - boundCents) / set.costCents : 0);
    }
  }
  expect(solved).toBeGreaterThan(15);
});

test("who cancels after the first answer gets the best so far, not called proven, and no further step", () => {
  let isCancelled = false;
  const answer = findMinimalSet(solver, instanceM(), {
    ...LIMIT,
    onFound: () => void (isCancelled = true),
    cancelled: () => isCancelled,
  });
  expect(answer).toMatchObject({ kind: "set", proven: false });
  if (answer.kind === "set") expect(brokenInSet(instanceM(), answer.set)).toEqual([]);
  const beyond = { ...instanceM(), targets: { scrap: 22 } };
  expect(findMinimalSet(solver, beyond, { ...LIMIT, cancelled: () => true })).toMatchObject({
    targets: [{ kpi: "scrap", atLeast: 22, most: null }],
  });
});

test.each<[string, Partial<Parameters<typeof brokenInSet>[1]>, string]>([
  ["without a use case", { useCases: ["1"] }, "scrap reaches"],
  ["without a device", { things: ["m1", "m2"] }, "lacks something"],
])("a set %s is found out", (_, wrong, says) => {
  const answer = findMinimalSet(solver, instanceM(), LIMIT);
  if (answer.kind !== "set") throw new Error("instance M has a set");
  expect(brokenInSet(instanceM(), { ...answer.set, ...wrong }).join("; ")).toContain(says);
});

test("a model on a node that is full, elsewhere or not used is found out, and so are two of one group", () => {
  const problem = {
    ...{ targets: { scrap: 2 }, exclusive: [["a", "b"]] },
    useCases: ["a", "b"].map((id) => ({ id, effects: { scrap: 1 }, ownCents: 0, needs: { thing: "m" } })),
    things: [thing("m", "model", 0, { load: 3, hosts: ["n"] }), thing("n", "node", 0, { capacity: 2 })],
  };
  const set = { useCases: ["a", "b"], things: ["m", "n"], toBuy: [], costCents: 0, effects: { scrap: 2 } };
  expect(brokenInSet(problem, { ...set, placement: { m: "n" } })).toEqual(["only one of a, b", "n carries 3 of 2"]);
  expect(brokenInSet(problem, { ...set, placement: { m: "x" } })).toContain("m runs nowhere");
  expect(greedySet(problem), "nothing reaches 2").toBeNull();
});

test("a group that names nobody is refused at its place", () => {
  expect(() => findMinimalSet(solver, { ...instanceM(), exclusive: [["1", "nobody"]] }, LIMIT)).toThrow(/nobody/);
});
