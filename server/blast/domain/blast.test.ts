import { expect, test } from "vitest";
import { known, unknown } from "@/server/value/domain/three-valued";
import { blastWords, type Dependent, fateOf, lostBy, type NamedNeed } from "./blast";

const NOW = Date.UTC(2026, 10, 28, 12);

function stream(capability: string, id: number, ageMs = 1_000): NamedNeed {
  return {
    ...{ capability, costCents: 0, thing: `stream:${id}`, label: `node / ${id}` },
    provider: { kind: "stream", status: "accepted", nodeOnline: true, lastMs: NOW - ageMs, rateHz: 1, quality: "good" },
  };
}
const gone = (...names: string[]) => ({ gone: new Set(names), weaker: new Set<string>() });

test("what has no other provider stops, and says of what", () => {
  const needs = [stream("flow", 1), stream("power", 2)];
  expect(fateOf(needs, gone("stream:1"), NOW)).toEqual({ becomes: "stops", why: "Nothing else provides flow." });
  expect(fateOf(needs, gone("stream:1", "stream:2"), NOW)?.why).toBe("Nothing else provides flow, power.");
});

test("what has another healthy provider only becomes weaker, and says which", () => {
  const needs = [stream("flow", 1), stream("flow", 2), stream("power", 3)];
  expect(fateOf(needs, gone("stream:1"), NOW)).toEqual({ becomes: "weaker", why: "It goes on with node / 2." });
  expect(fateOf(needs, gone("stream:1", "stream:2"), NOW)?.becomes).toBe("stops");
});

test("what is silent or still to be found is not what it goes on with", () => {
  const toFind: NamedNeed = { ...stream("flow", 9), thing: null, label: null, provider: { kind: "none" } };
  const needs = [stream("flow", 1), stream("flow", 2), stream("flow", 3, 3_600_000), toFind];
  expect(fateOf(needs, gone("stream:1"), NOW)).toEqual({ becomes: "weaker", why: "It goes on with node / 2." });
});

test("another provider that is silent itself is none", () => {
  const needs = [stream("flow", 1), stream("flow", 2, 3_600_000)];
  expect(fateOf(needs, gone("stream:1"), NOW)?.becomes).toBe("stops");
});

test("what lacks something already is down whatever happens; what needs nothing of it is not on the list", () => {
  const needs = [stream("flow", 1), stream("power", 2, 3_600_000)];
  expect(fateOf(needs, gone("stream:1"), NOW)).toEqual({ becomes: "down", why: "It lacks power already." });
  expect(fateOf(needs, gone("stream:9"), NOW)).toBeNull();
  expect(fateOf([], gone("stream:1"), NOW)).toBeNull();
});

test("a model that loses some of its machines sees less", () => {
  const model: NamedNeed = {
    ...{ capability: "wear", costCents: 0, thing: "model:edge/wear", label: "edge / wear" },
    provider: { kind: "model", nodeOnline: true, isPlaced: true, lastMs: NOW - 1_000 },
  };
  const loss = { gone: new Set(["stream:1"]), weaker: new Set(["model:edge/wear"]) };
  expect(fateOf([model], loss, NOW)).toEqual({ becomes: "weaker", why: "Its model goes on and sees less." });
});

function dependent(becomes: Dependent["becomes"], isLive: boolean, cents: number | null): Dependent {
  return {
    ...{ id: `${becomes} ${cents}`, title: "A", stage: "prove", why: "", becomes, isLive },
    centsPerDay: cents === null ? unknown("nobody has estimated it") : known({ cents, basis: "estimated" }),
  };
}

test("money counts of what stops alone, what pays apart from what is promised, and the unknown is not nothing", () => {
  const useCases = [
    dependent("stops", true, 20_000),
    dependent("stops", false, 14_000),
    dependent("stops", true, null),
    dependent("weaker", true, 99_000),
  ];
  const lost = lostBy(useCases);
  expect(lost).toEqual({ liveCents: 20_000, promisedCents: 14_000, unknownUseCases: 1 });
  expect(blastWords({ useCases, kpis: [{ id: "1", name: "k" }], currency: "EUR", lost })).toBe(
    "3 use cases stop, with €200 a day and €140 a day that are promised and an amount that is unknown for 1; 1 use case goes on weaker; 1 KPI becomes unknown",
  );
  expect(blastWords({ useCases: [], kpis: [], currency: "EUR", lost: lostBy([]) })).toBe(
    "Nothing that your teams have written down depends on it",
  );
});
