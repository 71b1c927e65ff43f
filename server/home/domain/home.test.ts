import { describe, expect, test } from "vitest";
import { HOME_ROLES, homeRolesOf, homeVerdict, needsOf, type HomeFacts, type OpenAlarm } from "./home";

const NOW = Date.UTC(2026, 10, 24, 12, 30);
const calm: HomeFacts = {
  nowMs: NOW,
  fleet: {
    nodes: 5,
    byStatus: { ok: 5, watch: 0, bad: 0, unknown: 0 },
    offline: 0,
    proposedNodes: 0,
    waitingNodes: 0,
    proposedStreams: 0,
    quarantined: 0,
    retired: 0,
    worst: null,
  },
  troubled: [],
  streams: { accepted: 63, current: 63 },
  overLimit: [],
  alarms: [],
  models: [
    {
      nodeId: "edge-1",
      slot: "pump-health",
      model: "sha256:a",
      scored24h: 900,
      lastMs: NOW - 5_000,
      lastLabel: "normal",
      p50LatencyMs: 1,
    },
  ],
  lost24h: { rows: 0, nodes: 0 },
  quarantine: { held: 0, topReason: null },
  changes: [],
  value: null,
};
const alarm: OpenAlarm = {
  nodeId: "edge-1",
  streamId: 7,
  streamKey: "pump-3/vibration-rms",
  device: "pump-3",
  kind: "bearing-wear",
  severity: "high",
  sinceMs: NOW - 30 * 60_000,
  value: 4.9,
  limit: 4.5,
  model: "sha256:a",
};
const offline: HomeFacts = {
  ...calm,
  fleet: { ...calm.fleet, byStatus: { ok: 4, watch: 0, bad: 1, unknown: 0 }, offline: 1 },
  troubled: [{ id: "edge-2", name: null, status: "bad", reason: "offline for 12 min" }],
};

describe("the first page of", () => {
  test.each(HOME_ROLES)("%s claims nothing while nothing is connected", (role) => {
    const nothing = { ...calm, fleet: { ...calm.fleet, nodes: 0, byStatus: { ok: 0, watch: 0, bad: 0, unknown: 0 } } };
    expect(homeVerdict(role, nothing)).toMatchObject({ status: "unknown", title: "Nothing is connected yet" });
  });

  test("an executive says how the plant is and why its worth is unknown", () => {
    expect(homeVerdict("executive", calm)).toEqual({
      status: "ok",
      title: "All 5 nodes send, nothing lost in 24 h",
      detail: "What this is worth is not known: no use case stands on these streams yet.",
    });
    expect(homeVerdict("executive", offline)).toMatchObject({
      status: "bad",
      title: "1 node of 5 needs help, nothing lost in 24 h",
    });
  });

  test("an executive reads first what is committed, and what of value waits for somebody", () => {
    const value = {
      title: "€56 k of €120 k is committed to 2 use cases",
      detail: "2 of them should pay back within 90 days.",
      pending: 1,
      useCases: { accepted: 4, ready: 3, waitsFor: "Pump house energy: speed drives, nothing provides it yet" },
      outcomes: { active: 2, known: 1, unknown: "Vibration, pump 1: its stream is silent" },
    };
    expect(homeVerdict("executive", { ...calm, value })).toEqual({
      status: "ok",
      title: "€56 k of €120 k is committed to 2 use cases",
      detail: "2 of them should pay back within 90 days. All 5 nodes send, nothing lost in 24 h.",
    });
    expect(needsOf("executive", { ...calm, value }).map(({ title, why }) => `${title}: ${why}`)).toEqual([
      "1 use case not ready: Pump house energy: speed drives, nothing provides it yet",
      "1 proposal: nobody has decided on what was proposed",
      "1 outcome not known: Vibration, pump 1: its stream is silent",
    ]);
    expect(needsOf("technician", { ...calm, value })).toEqual([]);
  });

  test("a technician names the one thing, or counts and begins with the worst", () => {
    expect(homeVerdict("technician", calm)).toMatchObject({ status: "ok", title: "Nothing needs you" });
    expect(homeVerdict("technician", offline).title).toBe("edge-2: offline for 12 min");
    const two = { ...offline, alarms: [{ ...alarm, severity: "medium" as const }] };
    expect(homeVerdict("technician", two)).toMatchObject({
      status: "bad",
      title: "2 things need you, first edge-2",
      detail: "Offline for 12 min.",
    });
  });

  test("a data scientist tells a finding from knowing whether it is right", () => {
    expect(homeVerdict("data-scientist", calm)).toMatchObject({
      status: "ok",
      title: "1 model slot scores, none sees anything wrong",
    });
    const found = homeVerdict("data-scientist", { ...calm, alarms: [alarm] });
    expect(found.title).toBe("pump-3 looks wrong to a model");
    expect(found.detail).toContain("Whether the model is right is not known");
    const silent = { ...calm, models: calm.models.map((model) => ({ ...model, lastMs: NOW - 2 * 3_600_000 })) };
    expect(homeVerdict("data-scientist", silent)).toMatchObject({
      status: "watch",
      title: "1 model slot of 1 scored nothing for an hour",
    });
    expect(homeVerdict("data-scientist", { ...calm, models: [] }).status).toBe("unknown");
  });

  test("the council is not told that something is fine when nothing has been put to it", () => {
    expect(homeVerdict("council", calm)).toMatchObject({ status: "unknown", title: "Nothing is up for decision" });
  });

  test("an administrator sees what waits once everything runs", () => {
    expect(homeVerdict("admin", calm).title).toBe("Everything runs and nothing waits for you");
    const waiting = {
      ...calm,
      fleet: { ...calm.fleet, proposedNodes: 2, proposedStreams: 1 },
      quarantine: { held: 6, topReason: "wrong shape" },
    };
    expect(homeVerdict("admin", waiting)).toMatchObject({
      status: "watch",
      title: "2 nodes and 1 stream wait to be accepted, 6 messages held in quarantine",
    });
  });

  test("unknown nodes are never counted among those that send", () => {
    const half = { ...calm, fleet: { ...calm.fleet, byStatus: { ok: 3, watch: 0, bad: 0, unknown: 2 } } };
    expect(homeVerdict("executive", half)).toMatchObject({
      status: "unknown",
      title: expect.stringContaining("3 of 5"),
    });
  });
});

test("needs are the worst first, at most eight, and each leads somewhere", () => {
  const many = {
    ...offline,
    alarms: Array.from({ length: 12 }, (_, i) => ({ ...alarm, device: `pump-${i}`, severity: "medium" as const })),
  };
  const needs = needsOf("technician", many);
  expect(needs.length).toBe(8);
  expect(needs[0]).toMatchObject({ status: "bad", title: "edge-2", href: "/fleet/edge-2" });
  for (const need of needs) expect(need.href).toMatch(/^\/(fleet|streams|inbox)/);
});

test("an executive is not given what only hands can do", () => {
  const waiting = { ...calm, fleet: { ...calm.fleet, proposedNodes: 2 }, quarantine: null };
  expect(needsOf("executive", waiting)).toEqual([]);
  expect(needsOf("admin", waiting)).toMatchObject([{ title: "2 new nodes", href: "/fleet?show=proposed" }]);
});

test("somebody with several roles has a home for each, and the council one", () => {
  expect(homeRolesOf(["technician", "chair", "member", "executive"])).toEqual(["executive", "council", "technician"]);
  expect(homeRolesOf([])).toEqual([]);
});
