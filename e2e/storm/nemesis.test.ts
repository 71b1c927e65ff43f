import { expect, test } from "vitest";
import { planKills, TARGETS } from "./nemesis";

const plan = (seed: number) => planKills({ seed, kills: 60, minPauseMs: 500, maxPauseMs: 2_000 });

test("the same seed plans the same kills, another seed others", () => {
  expect(plan(7)).toEqual(plan(7));
  expect(plan(7)).not.toEqual(plan(8));
});

test("no target is spared: each round of four kills every one once", () => {
  const targets = plan(7).map((kill) => kill.target);
  for (let round = 0; round < targets.length; round += TARGETS.length) {
    expect(new Set(targets.slice(round, round + TARGETS.length)).size).toBe(TARGETS.length);
  }
});
