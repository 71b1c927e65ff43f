import { monitorEventLoopDelay } from "node:perf_hooks";
import { Optimiser } from "@/server/value/optimiser/optimiser";
import { seededPortfolio } from "@/server/value/optimiser/testing-instances";

/**
 * The optimiser on 60 use cases and 200 shared assets, from outside its thread: how soon the first plan with its bound is
 * there, how soon the optimum is proven, and how long the calling process stood still meanwhile. `npm run bench -- value`.
 */
const SEEDS = 5;
const SIZE = { useCases: 60, assets: 200 };

function tell(figure: string, value: number, unit: string, goal: string, n: number): void {
  const line = { area: "value", figure, value: Math.round(value * 1_000) / 1_000, unit, goal, n };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

const started = performance.now();
const optimiser = await Optimiser.start();
tell("value.optimiser_start_ms", performance.now() - started, "ms", "report", 1);
await optimiser.portfolio(seededPortfolio("warm-up", { useCases: 10, assets: 20 }), { timeLimitS: 5 });

const loop = monitorEventLoopDelay({ resolution: 1 });
for (const options of [1, 3]) {
  const first: number[] = [];
  const firstGap: number[] = [];
  const proven: number[] = [];
  let unproven = 0;
  loop.reset();
  loop.enable();
  for (let seed = 0; seed < SEEDS; seed += 1) {
    const problem = seededPortfolio(`bench ${seed}`, { ...SIZE, options });
    const asked = performance.now();
    const answer = await optimiser.portfolio(problem, {
      timeLimitS: 30,
      onFirst: ({ gap }) => {
        first.push(performance.now() - asked);
        firstGap.push(gap);
      },
    });
    proven.push(performance.now() - asked);
    if (answer.kind !== "plan" || !answer.proven) unproven += 1;
  }
  loop.disable();
  const name = options === 1 ? "value.optimiser" : `value.optimiser_${options}_options`;
  tell(`${name}_first_ms`, Math.max(...first), "ms", options === 1 ? "<= 200" : "report", SEEDS);
  tell(`${name}_first_gap`, Math.max(...firstGap), "1", "report", SEEDS);
  tell(`${name}_proven_ms`, Math.max(...proven), "ms", options === 1 ? "<= 5000" : "report", SEEDS);
  tell(`${name}_unproven`, unproven, "1", options === 1 ? "0" : "report", SEEDS);
  tell(`${name}_loop_delay_max_ms`, loop.max / 1e6, "ms", "<= 50", SEEDS);
}
await optimiser.stop();
