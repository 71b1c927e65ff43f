import { expect, test } from "vitest";
import { readScenario } from "@/edge-worker/adapters/simulator/domain/scenario";
import { createPlant } from "@/edge-worker/adapters/simulator/domain/simulation";
import { DAY_MS, DEMO_NODES, FEWEST_DAYS, MOST_DAYS, fromOf, isKept, scenarioOf, storiesOf } from "./plan";

const END = Date.UTC(2026, 10, 28, 11, 7);

test.each([FEWEST_DAYS, 4, 7, 30, 90, MOST_DAYS])(
  "%i days hold three stories, one after the other, that are over when the history ends",
  (days) => {
    const plan = { seed: 1, days, endMs: END };
    const stories = storiesOf(plan);
    expect(stories.map(({ id }) => id)).toEqual(["process-change", "sensor-drift", "bad-release"]);
    let before = fromOf(plan);
    for (const { fromMs, toMs } of stories) {
      expect(fromMs).toBeGreaterThanOrEqual(before);
      expect(toMs - fromMs).toBeGreaterThanOrEqual(8 * 3_600_000);
      expect([fromMs % 3_600_000, toMs % 3_600_000]).toEqual([0, 0]);
      before = toMs;
    }
    expect(END - before).toBeGreaterThan(60 * 60_000);
  },
);

test("each story is about a stream of its node, and the simulator can play what is in the plan", () => {
  const plan = { seed: 1, days: 90, endMs: END };
  for (const { node, stream } of storiesOf(plan)) {
    const plant = DEMO_NODES[node];
    expect(plant && createPlant(plant, 1, 1).streams.some(({ key }) => key === stream), stream).toBe(true);
  }
  const causes = Object.values(DEMO_NODES).flatMap((plant) =>
    readScenario(scenarioOf(plan, plant), createPlant(plant, 1, 1).streams).map(({ kind }) => kind),
  );
  expect([...new Set(causes)].sort()).toEqual(["control-change", "drift", "process-change", "season"]);
});

test("every minute is kept around a story and at the end, every tenth elsewhere", () => {
  const plan = { seed: 1, days: 90, endMs: END };
  const stories = storiesOf(plan);
  const keptPerHour = (atMs: number) => {
    const from = Math.floor(atMs / 3_600_000) * 3_600_000;
    return Array.from({ length: 60 }, (_, i) => from + i * 60_000).filter((ts) => isKept(plan, stories, ts)).length;
  };
  expect(stories.map(({ fromMs, toMs }) => keptPerHour((fromMs + toMs) / 2))).toEqual([60, 60, 60]);
  expect(keptPerHour(END - DAY_MS / 2)).toBe(60);
  expect(keptPerHour(fromOf(plan) + 2 * DAY_MS)).toBe(6);
});
