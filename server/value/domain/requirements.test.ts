import { expect, test } from "vitest";
import { FigureError } from "./fault";
import {
  graphFaults,
  RequirementGraph,
  type Requirement,
  type RequirementState,
  type Thing,
  type ThingFact,
} from "./requirements";

const need = (...ids: string[]): Requirement => ({ all: ids.map((thing) => ({ thing })) });
const either = (...ids: string[]): Requirement => ({ any: ids.map((thing) => ({ thing })) });

/** A model needs to see the weld and to feel the vibration; either camera will do, and each hangs on a node. */
const THINGS: Thing[] = [
  { id: "weld quality", kind: "model", needs: need("see the weld", "vibration") },
  { id: "see the weld", kind: "capability", needs: either("camera-1", "camera-2") },
  { id: "camera-1", kind: "device", needs: need("edge-1") },
  { id: "camera-2", kind: "device", needs: need("edge-2") },
  { id: "vibration", kind: "stream", needs: need("press-1") },
  { id: "press-1", kind: "device", needs: need("edge-1") },
  { id: "edge-1", kind: "node", needs: null },
  { id: "edge-2", kind: "node", needs: null },
];
const GRAPH = new RequirementGraph(THINGS);
const MODEL: Requirement = { thing: "weld quality" };

function facts(changes: Record<string, RequirementState | null> = {}): Map<string, ThingFact> {
  const all = THINGS.filter(({ kind }) => kind !== "capability").map(
    ({ id }) => [id, changes[id] ?? "satisfied"] as const,
  );
  return new Map(
    all.filter(([id]) => changes[id] !== null).map(([id, state]) => [id, { state, why: `${id} is ${state}` }]),
  );
}

test.each<[string, Record<string, RequirementState | null>, RequirementState, string[]]>([
  ["everything is there", {}, "satisfied", []],
  ["one of two cameras is gone", { "camera-1": "missing" }, "satisfied", []],
  ["both cameras are gone", { "camera-1": "missing", "camera-2": "missing" }, "missing", ["camera-1", "camera-2"]],
  [
    "the only one left is worse",
    { "camera-1": "missing", "camera-2": "degraded" },
    "degraded",
    ["camera-1", "camera-2"],
  ],
  [
    "one is degraded, one unknown",
    { "camera-1": "degraded", "camera-2": "unknown" },
    "degraded",
    ["camera-1", "camera-2"],
  ],
  [
    "one is missing, one unknown",
    { "camera-1": "missing", "camera-2": "unknown" },
    "unknown",
    ["camera-1", "camera-2"],
  ],
  ["the node under everything is degraded", { "edge-1": "degraded" }, "degraded", ["edge-1"]],
  [
    "a stream is unknown, a device missing",
    { vibration: "unknown", "press-1": "missing" },
    "missing",
    ["vibration", "press-1"],
  ],
  ["a stream is unknown", { vibration: "unknown" }, "unknown", ["vibration"]],
  ["nobody reported on a stream", { vibration: null }, "unknown", ["vibration"]],
])("%s", (_name, changes, state, causes) => {
  const assessed = GRAPH.assess(MODEL, facts(changes));
  expect(assessed.state).toBe(state);
  expect(assessed.causes.map(({ thing }) => thing)).toEqual(causes);
});

test("a capability that nothing provides is unknown and says so", () => {
  const graph = new RequirementGraph([{ id: "hear the bearing", kind: "capability", needs: null }]);
  expect(graph.assess({ thing: "hear the bearing" }, new Map())).toMatchObject({
    state: "unknown",
    causes: [{ why: "Nobody has said what provides it." }],
  });
});

test("the reach leaves out names that are only names", () => {
  expect([...GRAPH.reach({ thing: "see the weld" })].sort()).toEqual(["camera-1", "camera-2", "edge-1", "edge-2"]);
});

test("only those who would be worse off are in the blast radius", () => {
  const requirements = new Map([
    ["weld quality", MODEL],
    ["watch the weld", { thing: "see the weld" }],
  ]);
  expect(GRAPH.blastRadius("camera-1", requirements, facts())).toEqual([]);
  expect(GRAPH.blastRadius("edge-1", requirements, facts())).toEqual([
    { name: "weld quality", before: "satisfied", after: "missing" },
  ]);
  expect(GRAPH.blastRadius("camera-1", requirements, facts({ "camera-2": "degraded" }))).toEqual([
    { name: "weld quality", before: "satisfied", after: "degraded" },
    { name: "watch the weld", before: "satisfied", after: "degraded" },
  ]);
});

test("a cycle is refused by its names", () => {
  const cyclic: Thing[] = [
    { id: "entry", kind: "capability", needs: need("a") },
    { id: "a", kind: "model", needs: need("b") },
    { id: "b", kind: "stream", needs: { any: [{ thing: "c" }, { all: [] }] } },
    { id: "c", kind: "device", needs: need("a") },
  ];
  expect(graphFaults(cyclic)).toMatchObject([{ code: "cycle", hint: expect.stringContaining("a → b → c → a") }]);
  expect(() => new RequirementGraph(cyclic)).toThrow(FigureError);
  expect(graphFaults([{ id: "self", kind: "model", needs: need("self") }])[0]?.hint).toContain("self → self");
});

test("a diamond is no cycle", () => {
  expect(graphFaults(THINGS)).toEqual([]);
});

test("a name twice, a name of nothing and a choice of nothing are refused", () => {
  const wrong: Thing[] = [
    { id: "a", kind: "device", needs: need("ghost") },
    { id: "a", kind: "device", needs: null },
    { id: "b", kind: "capability", needs: { any: [] } },
  ];
  expect(graphFaults(wrong).map(({ code }) => code)).toEqual(["unknown_reference", "duplicate", "missing"]);
});

test("a chain of 10,000 things is checked and assessed", () => {
  const chain = Array.from({ length: 10_000 }, (_, index): Thing => {
    return { id: `t${index}`, kind: "device", needs: index === 0 ? null : need(`t${index - 1}`) };
  });
  expect(graphFaults(chain)).toEqual([]);
  const graph = new RequirementGraph(chain);
  const facts = new Map<string, ThingFact>(chain.map(({ id }) => [id, { state: "satisfied", why: "" }]));
  expect(graph.assess({ thing: "t9999" }, facts).state).toBe("satisfied");
  expect(graph.assess({ thing: "t9999" }, facts.set("t0", { state: "missing", why: "" })).state).toBe("missing");
  expect(graph.reach({ thing: "t9999" }).size).toBe(10_000);
}, 60_000);
