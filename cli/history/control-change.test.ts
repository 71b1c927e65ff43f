import { expect, test } from "vitest";
import { Simulation } from "@/edge-worker/adapters/simulator/domain/simulation";
import { fitBaseline, type KpiDay, measureEffect } from "@/server/value/domain/baseline";
import { controlChangeOf, DAY_MS, fromOf, lastingCausesOf, scenarioOf } from "./plan";

const plan = { seed: 1, days: 90, endMs: Date.UTC(2026, 10, 28, 18) };
const KEPT_MS = 600_000;
const [POWER, OUTDOOR] = ["rack/compressor-power", "rack/outdoor-temperature"];

/** Energy of each whole day, kW.h, with the mean of the outdoor air, from what the instruments of the cold store showed every ten minutes. */
function daysOf(scenario: unknown): Map<number, KpiDay> {
  const options = {
    ...{ plant: "cold-store" as const, seed: plan.seed, episode: 1_000, rateHz: 1 / 60, scale: 1 },
    scenario,
  };
  const sums = new Map<number, { n: number; power: number; outdoor: number }>();
  for (const item of new Simulation({ ...options, startMs: fromOf(plan) }).run()) {
    if (item.tsMs >= plan.endMs) break;
    if ("event" in item || item.tsMs % KEPT_MS !== 0) continue;
    const day = Math.floor(item.tsMs / DAY_MS);
    const sum = sums.get(day) ?? { n: 0, power: 0, outdoor: 0 };
    sum.n += 1;
    sum.power += item.values[POWER] ?? 0;
    sum.outdoor += item.values[OUTDOOR] ?? 0;
    sums.set(day, sum);
  }
  const whole = [...sums].filter(([, { n }]) => n === DAY_MS / KEPT_MS);
  return new Map(
    whole.map(([day, { n, power, outdoor }]) => [day, { value: (power / n) * 24, drivers: [outdoor / n] }]),
  );
}

function measured(days: Map<number, KpiDay>, sinceMs: number) {
  const of = (isLive: boolean) =>
    [...days].filter(([day]) => day >= Math.ceil(sinceMs / DAY_MS) === isLive).map(([, value]) => value);
  const answer = fitBaseline(of(false), ["outdoor"]);
  if (!answer.accepted) throw new Error(answer.why);
  return measureEffect(answer.baseline, of(true), "down");
}

test("what the changed controls of the demo's cold store save is really there, and is measured as what it is", () => {
  const changeMs = controlChangeOf(plan) ?? 0;
  const scenario = scenarioOf(plan, "cold-store");
  const [real, unchanged] = [daysOf(scenario), daysOf(scenario.filter(({ cause }) => cause !== "control-change"))];
  const since = [...real.keys()].filter((day) => day >= Math.ceil(changeMs / DAY_MS));
  const truth =
    since.reduce((sum, day) => sum + (unchanged.get(day)?.value ?? 0) - (real.get(day)?.value ?? 0), 0) / since.length;
  expect(truth).toBeGreaterThan(25);
  const effect = measured(real, changeMs);
  expect(effect?.low).toBeLessThan(truth);
  expect(effect?.high).toBeGreaterThan(truth);
  expect(effect?.low, "without a doubt").toBeGreaterThan(20);
  expect(effect, "the weather since was seen before").toMatchObject({ extrapolatedDays: 0, missingDays: 0 });
  const none = measured(unchanged, changeMs);
  expect(none?.low, "nothing changed, nothing is claimed").toBeLessThan(0);
}, 30_000);

test("a past that is too short for a baseline has none, and the live plant goes on as it was built", () => {
  expect(controlChangeOf({ days: 3, endMs: plan.endMs })).toBeNull();
  expect(scenarioOf({ ...plan, days: 3 }, "cold-store")).toEqual([]);
  expect(lastingCausesOf({ days: 3, endMs: plan.endMs })).toEqual([]);
  expect(lastingCausesOf(plan)).toMatchObject([{ cause: "control-change", at: "0s" }]);
});
