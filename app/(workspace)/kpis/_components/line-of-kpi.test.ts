import { expect, test } from "vitest";
import { belowKpi, kpiStop, withOwnSource } from "./line-of-kpi";

const KPI = { id: "k", name: "Energy", unit: "kW.h", now: { known: false, why: "its stream has no reading" } } as const;
const NOTHING = { streamId: null, streamLabel: null, nodeId: null, deviceLabel: null, deviceNodeId: null };

test("a KPI without a use case shows hollow parts below it, and its own stream in its place", () => {
  const stops = withOwnSource(belowKpi(undefined, undefined), {
    ...KPI,
    ...NOTHING,
    streamId: 7,
    streamLabel: "cold / power",
  });
  expect(stops.map(({ kind, label, status }) => `${kind}: ${label ?? "none"}, ${status}`)).toEqual([
    "use case: none, unknown",
    "model: none, unknown",
    "stream: cold / power, unknown",
    "device: none, unknown",
    "node: none, unknown",
  ]);
  expect(stops[2]).toMatchObject({ href: "/streams/7", reason: "its stream has no reading" });
});

test("a KPI on the health of a device or a node shows it in its place", () => {
  const seen = { ...KPI, ...NOTHING, deviceNodeId: "lyon-1" };
  const device = withOwnSource(belowKpi(undefined, undefined), { ...seen, deviceLabel: "lyon-1 / pump-1" })[3];
  expect(device).toMatchObject({ kind: "device", label: "lyon-1 / pump-1", href: "/fleet/lyon-1" });
  const node = withOwnSource(belowKpi(undefined, undefined), { ...seen, nodeId: "lyon-1", deviceLabel: "lyon-1" })[4];
  expect(node).toMatchObject({ kind: "node", label: "lyon-1", href: "/fleet/lyon-1" });
});

test("a stream of another team, which has no name for this reader, is not shown", () => {
  const [, , stream] = withOwnSource(belowKpi(undefined, undefined), { ...KPI, ...NOTHING, streamId: 7 });
  expect(stream).toMatchObject({ kind: "stream", label: null });
});

test("a use case is named before its state is known, and never as healthy", () => {
  expect(belowKpi({ id: "u", title: "Bearings" }, undefined)).toEqual([
    { kind: "use case", label: "Bearings", status: "unknown", href: "/portfolio/u", reason: "its state is being read" },
  ]);
});

test("a KPI links to its page from elsewhere, not from there", () => {
  expect(kpiStop(KPI, false)).toMatchObject({
    href: "/kpis/k",
    status: "unknown",
    reason: "its stream has no reading",
  });
  expect(kpiStop(KPI, true)).not.toHaveProperty("href");
});
