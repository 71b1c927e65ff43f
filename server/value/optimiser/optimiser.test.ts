import { afterAll, beforeAll, expect, test } from "vitest";
import { Optimiser } from "./optimiser";
import { instanceM, instanceP, seededPortfolio } from "./testing-instances";

let optimiser: Optimiser;
beforeAll(async () => {
  optimiser = await Optimiser.start();
});
afterAll(async () => {
  await optimiser.stop();
});
const LIMIT = { timeLimitS: 10 };

test("every question is answered by the thread, in the order asked", async () => {
  const points: number[] = [];
  const [plan, frontier, why, set] = await Promise.all([
    optimiser.portfolio(instanceP(120), LIMIT),
    optimiser.frontier(instanceP(0), [140, 40], { ...LIMIT, onPoint: ({ budgetCents }) => points.push(budgetCents) }),
    optimiser.whyNot(instanceP(120), "3", LIMIT),
    optimiser.minimalSet(instanceM(), LIMIT),
  ]);
  expect(plan).toMatchObject({ kind: "plan", plan: { netCents: 50 } });
  expect(frontier.map(({ plan }) => plan?.netCents)).toEqual([20, 70]);
  expect(points).toEqual([40, 140]);
  expect(why).toMatchObject({ kind: "out", shortCents: 30 });
  expect(set).toMatchObject({ kind: "set", set: { costCents: 9 } });
}, 60_000);

test("a fault comes back with its field, and the thread goes on", async () => {
  await expect(optimiser.portfolio(instanceP(-1), LIMIT)).rejects.toMatchObject({
    fault: { field: "budgetCents", code: "negative" },
  });
  await expect(optimiser.portfolio(instanceP(40), LIMIT)).resolves.toMatchObject({ plan: { netCents: 20 } });
});

test("cancelling after the first answer keeps the best so far", async () => {
  const stop = new AbortController();
  const problem = seededPortfolio("cancel me", { useCases: 60, assets: 200, options: 3 });
  const answer = await optimiser.portfolio(problem, {
    timeLimitS: 60,
    signal: stop.signal,
    onFirst: () => stop.abort(),
  });
  expect(answer).toMatchObject({ kind: "plan", proven: false });
}, 60_000);

test("when the thread is ended, what was under way is rejected, and so is what comes after", async () => {
  const other = await Optimiser.start();
  const asked = other.portfolio(seededPortfolio("ended", { useCases: 60, assets: 200, options: 3 }), {
    timeLimitS: 60,
  });
  const rejected = expect(asked).rejects.toThrow(/has ended/);
  await other.stop();
  await rejected;
  await expect(other.minimalSet(instanceM(), LIMIT)).rejects.toThrow(/has ended/);
}, 60_000);
