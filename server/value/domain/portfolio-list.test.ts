import { expect, test } from "vitest";
import type { PortfolioRow } from "../queries";
import { listed, type Order, rankedRows } from "./portfolio-list";
import { intakeAt, intakeWords, type ListFilter, nextGate } from "./stages";
import { FIRST_POLICY, type ValuePolicy } from "./standing";
import { rowForTests } from "./testing-rows";

const NOW = Date.UTC(2026, 10, 28);
/** The score has something to say also of what nobody has estimated. */
const POLICY: ValuePolicy = { ...FIRST_POLICY, rankedBy: "score" };
const returning = (p50: number) => ({ p10: p50 - 1, p50, p90: p50 + 1, chanceOfGain: 0.5 });
const ROWS = [
  rowForTests("Pumps", { forecast: returning(0.2), stage: "pilot" }),
  rowForTests("cold store", { forecast: returning(0.6) }),
  rowForTests("Oil"),
  rowForTests("Presses", { intake: "rejected", forecast: returning(2) }),
];
const ALL: ListFilter = { q: "", show: "open", stage: "all" };
const since = { sinceMs: 0, ranks: {}, changes: [{ useCaseId: "Oil", says: "Moved", atMs: NOW }] };
const titles = (filter: Partial<ListFilter>, order: Order = "rank") =>
  listed(rankedRows(ROWS, POLICY), { ...ALL, ...filter }, order, since).map((one) => one.row.title);

test.each<[Order, string[]]>([
  ["rank", ["cold store", "Pumps", "Oil"]],
  ["return", ["cold store", "Pumps", "Oil"]],
  ["title", ["cold store", "Oil", "Pumps"]],
  ["changed", ["Oil", "cold store", "Pumps"]],
])("by %s; what has no figure comes last, and the rank decides between equals", (order, expected) => {
  expect(titles({}, order)).toEqual(expected);
});

test("only what was accepted takes a number, also where a proposal would stand higher", () => {
  const passing = (title: string, more: Partial<PortfolioRow>): PortfolioRow => {
    const made = rowForTests(title, more);
    const candidate = { ...made.standing.candidate, mustMeets: "pass" as const };
    return { ...made, standing: { ...made.standing, candidate } };
  };
  const intakes = ["pending", "rejected", "snoozed", "duplicate"] as const;
  const rows = [
    passing("Pumps", { forecast: returning(0.2) }),
    ...intakes.map((intake) => passing(intake, { intake, forecast: returning(0.9) })),
    passing("cold store", { forecast: returning(0.1) }),
  ];
  const ranks = rankedRows(rows, POLICY).map((one) => [one.row.title, one.ranked.rank]);
  expect(Object.fromEntries(ranks)).toEqual({
    ...{ Pumps: 1, "cold store": 2, pending: null, rejected: null, snoozed: null, duplicate: null },
  });
});

test("filters leave what all of them leave", () => {
  expect(titles({ stage: "pilot" })).toEqual(["Pumps"]);
  expect(titles({ q: "COLD" })).toEqual(["cold store"]);
  expect(titles({ show: "rejected" })).toEqual(["Presses"]);
  expect(titles({ stage: "pilot", q: "cold" })).toEqual([]);
});

test("until somebody decides otherwise the rank follows what the money brings, not the score", () => {
  expect(FIRST_POLICY.rankedBy).toBe("value");
});

test("a snooze says until when, and so does a proposal whose snooze is over", () => {
  const snoozedUntilMs = Date.UTC(2026, 11, 28);
  expect(intakeWords({ intake: "snoozed", snoozedUntilMs })).toBe("Snoozed until 28 Dec 2026");
  const intake = intakeAt({ intake: "snoozed", snoozedUntilMs }, snoozedUntilMs);
  expect(intakeWords({ intake, snoozedUntilMs })).toBe("Proposed, snoozed until 28 Dec 2026");
  expect(intakeAt({ intake: "snoozed", snoozedUntilMs }, snoozedUntilMs - 1)).toBe("snoozed");
  expect(intakeAt({ intake: "accepted", snoozedUntilMs: null }, NOW)).toBe("accepted");
});

test("a gate stands at the end of each stage but the last", () => {
  expect([nextGate("idea"), nextGate("scale"), nextGate("run")]).toEqual(["G1", "G5", null]);
});
