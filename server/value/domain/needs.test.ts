import { expect, test } from "vitest";
import { capabilityStates, type NeedRow, type ProviderFacts, providerState } from "./needs";

const NOW = 1_800_000_000_000;
const stream = (more: Partial<Extract<ProviderFacts, { kind: "stream" }>> = {}): ProviderFacts => ({
  kind: "stream",
  status: "accepted",
  nodeOnline: true,
  lastMs: NOW - 1_000,
  rateHz: 1,
  quality: "good",
  ...more,
});
const need = (capability: string, thing: string | null, provider: ProviderFacts, costCents = 0): NeedRow => ({
  ...{ capability, thing, provider, costCents },
});

test.each<[string, ProviderFacts, string]>([
  ["a stream that speaks", stream(), "satisfied"],
  ["one that missed three of its periods", stream({ lastMs: NOW - 6_001 }), "missing"],
  ["a slow one within three of its periods", stream({ rateHz: 1 / 60, lastMs: NOW - 170_000 }), "satisfied"],
  ["a slow one beyond them", stream({ rateHz: 1 / 60, lastMs: NOW - 181_000 }), "missing"],
  ["one without a reading", stream({ lastMs: null }), "missing"],
  ["one whose device doubts it", stream({ quality: "uncertain" }), "degraded"],
  ["one whose device marks it bad", stream({ quality: "bad" }), "missing"],
  ["one that waits to be accepted", stream({ status: "proposed" }), "missing"],
  ["a node that is online", { kind: "node", status: "accepted", online: true }, "satisfied"],
  ["a node that is offline", { kind: "node", status: "accepted", online: false }, "missing"],
  ["a model that scored", { kind: "model", nodeOnline: true, isPlaced: true, lastMs: NOW - 60_000 }, "satisfied"],
  [
    "a model that fell silent",
    { kind: "model", nodeOnline: true, isPlaced: true, lastMs: NOW - 3_600_000 },
    "degraded",
  ],
  ["a model that scored nothing yet", { kind: "model", nodeOnline: true, isPlaced: true, lastMs: null }, "unknown"],
  ["an empty slot", { kind: "model", nodeOnline: true, isPlaced: false, lastMs: null }, "missing"],
  ["what is another team's", { kind: "hidden" }, "unknown"],
  ["what is still to be found", { kind: "none" }, "missing"],
])("%s", (_, provider, state) => {
  const answer = providerState(provider, NOW);
  expect(answer.state).toBe(state);
  expect(answer.why).not.toBe("");
});

test("a capability is there while any of its providers is, and says why when none is", () => {
  const dead = stream({ lastMs: NOW - 60_000 });
  const needs = [
    need("vibration", "stream:1", dead, 500),
    need("vibration", "stream:2", stream(), 900),
    need("flow", "stream:3", dead, 700),
    need("a scale", null, { kind: "none" }, 20_000),
  ];
  expect(capabilityStates(needs, NOW)).toEqual([
    { capability: "a scale", state: "missing", why: "nothing provides it yet", costCents: 20_000 },
    { capability: "flow", state: "missing", why: "silent for 60 s", costCents: 700 },
    { capability: "vibration", state: "satisfied", why: "there and healthy", costCents: 500 },
  ]);
});

test("a provider nobody can see leaves it unknown, never satisfied", () => {
  expect(capabilityStates([need("flow", "stream:9", { kind: "hidden" })], NOW)[0]?.state).toBe("unknown");
});
