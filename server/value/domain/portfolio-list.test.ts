import { expect, test } from "vitest";
import type { PortfolioRow } from "../queries";
import { listed, type Order, rankedRows } from "./portfolio-list";
import { type ListFilter, nextGate } from "./stages";
import { FIRST_POLICY, standingOf } from "./standing";
import { unknown } from "./three-valued";

const NOW = Date.UTC(2026, 10, 28);
const nothing = { person: null, confirmedAtMs: null };

function row(title: string, more: Partial<PortfolioRow> = {}): PortfolioRow {
  const forecast = more.forecast ?? null;
  const standing = standingOf(
    {
      ...{
        id: title,
        owner: nothing,
        sponsor: nothing,
        committedCents: null,
        objections: null,
        figures: null,
        forecast,
      },
      ...{
        capabilities: [],
        kpis: [],
        expectedEffect: unknown<number>("none"),
        detectableEffect: unknown<number>("none"),
      },
    },
    FIRST_POLICY,
    NOW,
  );
  return {
    ...{ id: title, teamId: "t", team: "Value", title, summary: "", intake: "accepted", intakeWhy: null },
    ...{ snoozedUntilMs: null, stage: "idea", ownerId: null, sponsorId: null, ownerName: null, ownerConfirmedMs: null },
    ...{ sponsorName: null, sponsorConfirmedMs: null, committedCents: null, objections: null, option: 1, version: 1 },
    ...{ createdByName: "Elena", createdMs: NOW, estimate: null, forecast, capabilities: [], standing, ...more },
  };
}

const returning = (p50: number) => ({ p10: p50 - 1, p50, p90: p50 + 1, chanceOfGain: 0.5 });
const ROWS = [
  row("Pumps", { forecast: returning(0.2), stage: "pilot" }),
  row("cold store", { forecast: returning(0.6) }),
  row("Oil"),
  row("Presses", { intake: "rejected", forecast: returning(2) }),
];
const ALL: ListFilter = { q: "", show: "open", stage: "all" };
const since = { sinceMs: 0, ranks: {}, changes: [{ useCaseId: "Oil", says: "Moved", atMs: NOW }] };
const titles = (filter: Partial<ListFilter>, order: Order = "rank") =>
  listed(rankedRows(ROWS, FIRST_POLICY), { ...ALL, ...filter }, order, since).map((one) => one.row.title);

test.each<[Order, string[]]>([
  ["rank", ["cold store", "Pumps", "Oil"]],
  ["return", ["cold store", "Pumps", "Oil"]],
  ["title", ["cold store", "Oil", "Pumps"]],
  ["changed", ["Oil", "cold store", "Pumps"]],
])("by %s; what has no figure comes last, and the rank decides between equals", (order, expected) => {
  expect(titles({}, order)).toEqual(expected);
});

test("filters leave what all of them leave", () => {
  expect(titles({ stage: "pilot" })).toEqual(["Pumps"]);
  expect(titles({ q: "COLD" })).toEqual(["cold store"]);
  expect(titles({ show: "rejected" })).toEqual(["Presses"]);
  expect(titles({ stage: "pilot", q: "cold" })).toEqual([]);
});

test("a gate stands at the end of each stage but the last", () => {
  expect([nextGate("idea"), nextGate("scale"), nextGate("run")]).toEqual(["G1", "G5", null]);
});
