import { expect, test } from "vitest";
import { type Heartbeat, type Part, type SystemFacts, systemParts, systemVerdict } from "./processes";

const NOW = 1_000_000_000;
const beat = (kind: Heartbeat["kind"], more: Partial<Heartbeat> = {}): Heartbeat => ({
  ...{ name: `${kind} 1`, kind, version: "0.1.0", startedMs: NOW - 3_600_000, heardMs: NOW - 4_000, stoppedMs: null },
  ...{ ok: true, health: { broker: true } },
  ...more,
});
const facts = (more: Partial<SystemFacts> = {}): SystemFacts => ({
  nowMs: NOW,
  beats: [beat("web"), beat("ingest"), beat("jobs")],
  database: { version: "18.4", startedMs: NOW - 1, tookMs: 1 },
  objects: { place: "/objects", problem: null, atMs: NOW },
  nodes: { accepted: 2, online: 2, newestMs: NOW, versions: [{ version: "0.1.0", n: 2 }] },
  ...more,
});
const part = (given: SystemFacts, kind: Part["kind"]) => systemParts(given).find((one) => one.kind === kind);

test("when everything beats, everything works and nothing is to do", () => {
  const parts = systemParts(facts());
  expect(parts.map(({ kind, status }) => `${kind} ${status}`)).toEqual(
    ["web", "ingest", "jobs", "broker", "database", "object store", "edge workers"].map((kind) => `${kind} ok`),
  );
  expect(systemVerdict(parts)).toEqual({ status: "ok", title: "Every part works" });
});

test("a silent process has died; one that stopped in order has not; none at all is unknown, with the way to start it", () => {
  const died = facts({ beats: [beat("web"), beat("ingest"), beat("jobs", { heardMs: NOW - 60_000 })] });
  expect(part(died, "jobs")).toMatchObject({ status: "bad", words: "nothing heard for 60 s" });
  expect(systemVerdict(systemParts(died)).title).toBe("Jobs 1: nothing heard for 60 s");
  const stopped = beat("jobs", { heardMs: NOW - 60_000, stoppedMs: NOW - 60_000 });
  expect(part(facts({ beats: [beat("web"), stopped] }), "jobs")?.status).toBe("unknown");
  const none = part(facts({ beats: [] }), "jobs");
  expect(none).toMatchObject({ status: "unknown", words: expect.stringContaining("unknown, because") });
  expect(none?.fix).toContain("npx throughline jobs");
});

test("the broker is what live ingest processes say of it, and unknown when none is there to ask", () => {
  const deaf = beat("ingest", { ok: false, health: { broker: false } });
  expect(part(facts({ beats: [deaf] }), "broker")).toMatchObject({
    status: "bad",
    words: "reached by no ingest process",
  });
  expect(part(facts({ beats: [deaf] }), "ingest")).toMatchObject({ status: "bad", words: "cannot reach the broker" });
  expect(part(facts({ beats: [deaf, beat("ingest", { name: "ingest 2" })] }), "broker")?.words).toBe(
    "reached by 1 of 2 ingest processes",
  );
  const silent = beat("ingest", { heardMs: NOW - 120_000 });
  expect(part(facts({ beats: [silent] }), "broker")).toMatchObject({ status: "unknown" });
});

test("an object store that nobody looks at any more is unknown, not ok", () => {
  expect(part(facts({ objects: null }), "object store")?.status).toBe("unknown");
  const old = { place: "/objects", problem: null, atMs: NOW - 3_600_000 };
  expect(part(facts({ objects: old }), "object store")?.status).toBe("unknown");
  expect(part(facts({ objects: { ...old, problem: "refused" } }), "object store")).toMatchObject({
    status: "bad",
    words: "refused",
  });
});

test("nodes that are away make the edge worth a look, and bad when none is left", () => {
  const nodes = (online: number) => facts({ nodes: { accepted: 3, online, newestMs: NOW, versions: [] } });
  expect([3, 2, 0].map((online) => part(nodes(online), "edge workers")?.status)).toEqual(["ok", "watch", "bad"]);
});
