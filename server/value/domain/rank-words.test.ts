import { expect, test } from "vitest";
import type { RankedRow } from "./portfolio-list";
import { rankMovesSaid } from "./rank-words";
import { rankedForTests } from "./testing-rows";

const ranking = (policyVersion: number, ...rows: [title: string, rank: number | null, estimate?: number][]) => ({
  policyVersion,
  ranked: rows.map(([title, rank, estimate = 1]): RankedRow => rankedForTests(title, rank, estimate)),
});
const BEFORE = ranking(1, ["Presses", 1], ["Oil", 2], ["Pumps", 3], ["Idea", null]);

test("after a new estimate its use case is read out with its rank, and by how much it moved", () => {
  const after = ranking(1, ["Pumps", 1, 2], ["Presses", 2], ["Oil", 3], ["Idea", null]);
  expect(rankMovesSaid(BEFORE, after)).toBe("Pumps: rank 1 of 3, two places up.");
  const same = ranking(1, ["Presses", 1], ["Oil", 2, 2], ["Pumps", 3], ["Idea", null]);
  expect(rankMovesSaid(BEFORE, same)).toBe("Oil: rank 2 of 3, as before.");
  const gone = ranking(1, ["Oil", 1], ["Pumps", 2], ["Presses", null, 2], ["Idea", null, 2]);
  expect(rankMovesSaid(BEFORE, gone)).toBe("Presses: no rank any more, it was 1; Idea: no rank yet.");
});

test("after another policy those that moved furthest are read out, the others counted", () => {
  const after = ranking(2, ["Pumps", 1], ["Presses", 2], ["Idea", 3], ["Oil", 4]);
  expect(rankMovesSaid(BEFORE, after)).toBe(
    "Pumps: rank 1 of 4, two places up; Oil: rank 4 of 4, two places down; Presses: rank 2 of 4, one place down; 1 more moved.",
  );
  expect(rankMovesSaid(BEFORE, { ...BEFORE, policyVersion: 2 })).toBe("The policy is saved; no rank moved.");
});

test("what the plant moves is not read out all day", () => {
  expect(rankMovesSaid(BEFORE, ranking(1, ["Oil", 1], ["Presses", 2], ["Pumps", 3], ["Idea", null]))).toBe("");
});
