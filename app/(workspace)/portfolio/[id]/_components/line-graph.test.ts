import { expect, test } from "vitest";
import type { LineFacts } from "@/server/value/line-queries";
import type { UseCaseDetail } from "@/server/value/queries";
import { lineOf, withFacts } from "./line";
import { graphOf, graphSentence } from "./line-graph";

const NOTHING: LineFacts = { outcomes: [], things: [], links: [] };
const NEED = {
  ...{ id: "1", capability: "power", costCents: 0, streamId: null, deviceId: null, nodeId: null, slot: null },
  ...{ option: null, skill: null, hours: null, thing: null, label: null },
  ...{ provider: { kind: "none" as const }, state: "missing" as const, why: "nothing provides it yet" },
};

/** Of a use case only what its line is made of. */
function detail({
  needs = [],
  effects = [],
}: {
  needs?: Partial<UseCaseDetail["needs"][number]>[];
  effects?: { kpiId: string; known: boolean }[];
}): UseCaseDetail {
  const row = { id: "u", title: "Bearings", standing: { checks: [] } };
  return {
    row,
    needs: needs.map((need, index) => ({ ...NEED, id: String(index), ...need })),
    effects: effects.map(({ kpiId, known }) => ({
      ...{ kpiId, name: `KPI ${kpiId}`, unit: "kW" },
      now: known ? { known, value: { value: 3, day: "2026-11-01" } } : { known, why: "its stream has no reading" },
    })),
  } as unknown as UseCaseDetail;
}

const there = { state: "satisfied" as const, why: "sending" };

test("every outcome, KPI, stream, device and node is a part, and what stands on what is a link", () => {
  const graph = graphOf(
    detail({
      effects: [{ kpiId: "k", known: true }],
      needs: [{ thing: "stream:7", streamId: 7, label: "lyon-1 / power", ...there }],
    }),
    {
      outcomes: [{ id: "o", statement: "Less energy", horizon: "2027-01-01", kpiId: "k" }],
      things: [
        { id: "stream:7", kind: "stream", label: "lyon-1 / power", href: "/streams/7", ...there },
        { id: "device:3", kind: "device", label: "lyon-1 / pump-1", href: "/fleet/lyon-1", ...there },
        {
          id: "node:lyon-1",
          kind: "node",
          label: "lyon-1",
          href: "/fleet/lyon-1",
          state: "missing",
          why: "the node is offline",
        },
      ],
      links: [
        { from: "stream:7", to: "device:3" },
        { from: "device:3", to: "node:lyon-1" },
        { from: "kpi:k", to: "stream:7" },
      ],
    },
  );
  expect(graph.parts.map(({ kind, label, status }) => `${kind} ${label}: ${status}`)).toEqual([
    ...["use case Bearings: ok", "KPI KPI k: ok", "outcome Less energy: ok", "stream lyon-1 / power: ok"],
    ...["device lyon-1 / pump-1: ok", "node lyon-1: bad"],
  ]);
  expect(graph.links.map(({ from, to }) => `${from} > ${to}`)).toEqual([
    ...["kpi:k > use-case:u", "outcome:o > kpi:k", "use-case:u > stream:7"],
    ...["stream:7 > device:3", "device:3 > node:lyon-1", "kpi:k > stream:7"],
  ]);
  expect(graphSentence(graph)).toBe(
    "It stands on 3 parts of the plant; not as they should be: lyon-1 (the node is offline).",
  );
});

test("one of several that would do is a choice; what is still to be found is a part without a page", () => {
  const { parts, links } = graphOf(
    detail({
      needs: [
        { thing: "node:lyon-1", nodeId: "lyon-1", label: "lyon-1", capability: "edge", ...there },
        { capability: "power" },
        { thing: "device:3", deviceId: 3, nodeId: null, label: "pump-1", capability: "power", ...there },
      ],
    }),
    NOTHING,
  );
  expect(links.map(({ to, isChoice }) => [to, isChoice])).toEqual([
    ["node:lyon-1", false],
    ["need:1", true],
    ["device:3", true],
  ]);
  expect(parts.find(({ id }) => id === "need:1")).toEqual({
    ...{ id: "need:1", kind: "stream", label: "power", status: "bad", reason: "nothing provides it yet" },
  });
});

test("an outcome whose KPI is unknown is not shown as well", () => {
  const facts = { ...NOTHING, outcomes: [{ id: "o", statement: "Less energy", horizon: "2027-01-01", kpiId: "k" }] };
  const { parts } = graphOf(detail({ effects: [{ kpiId: "k", known: false }] }), facts);
  expect(parts.find(({ kind }) => kind === "outcome")?.status).toBe("unknown");
  expect(graphSentence({ parts, links: [] })).toBe("Nobody has said what it stands on in the plant.");
});

test("the thin line names the outcome, and the device and node that its stream stands on; the worst of each kind", () => {
  const streams = detail({ needs: [{ thing: "stream:7", streamId: 7, label: "lyon-1 / power", ...there }] });
  const device = { kind: "device" as const, href: "/fleet/lyon-1" };
  const line = withFacts(lineOf(streams), {
    outcomes: [{ id: "o", statement: "Less energy", horizon: "2027-01-01", kpiId: "k" }],
    things: [
      { ...device, id: "device:3", label: "lyon-1 / pump-1", ...there },
      { ...device, id: "device:4", label: "lyon-1 / pump-2", state: "missing", why: "silent for 9 s" },
    ],
    links: [],
  });
  expect(line.map(({ kind, label, status }) => `${kind} ${label ?? "none"}: ${status}`)).toEqual([
    ...["outcome Less energy: unknown", "KPI none: unknown", "use case Bearings: ok", "model none: unknown"],
    ...["stream lyon-1 / power: ok", "device lyon-1 / pump-2: bad", "node none: unknown"],
  ]);
  expect(withFacts(lineOf(streams), undefined)[0]).toMatchObject({ kind: "outcome", label: null });
});
