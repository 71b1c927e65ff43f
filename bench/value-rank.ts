import { movesBetween, rank, type Candidate, type RankingPolicy } from "@/server/value/domain/ranking";
import { DEFAULT_WEIGHTS, knownParts } from "@/server/value/domain/score";

/** How long 500 use cases take to be ranked before and after a change of weights: `npm run bench -- value`. */
const USE_CASES = 500;
const RUNS = 50;

const candidates = Array.from({ length: USE_CASES }, (_, index): Candidate => {
  const spread = (step: number): number => ((index * step) % 997) / 997;
  return {
    id: `use case ${index}`,
    mustMeets: index % 7 === 0 ? "unknown" : "pass",
    netValueCents: Math.round(spread(7_919) * 5_000_000),
    uses: { money: Math.round(spread(104_729) * 1_000_000) + 1 },
    parts: knownParts({
      value: spread(31),
      readiness: spread(37),
      kpiClarity: spread(41),
      sponsorship: spread(43),
    }),
  };
});
const current: RankingPolicy = { version: 1, weights: DEFAULT_WEIGHTS, order: "score", scarce: "money" };

const times = Array.from({ length: RUNS }, (_, run) => {
  const value = 15 + run;
  const proposed = { ...current, version: 2, weights: { ...DEFAULT_WEIGHTS, value, readiness: 65 - value } };
  const started = performance.now();
  movesBetween(rank(candidates, current), rank(candidates, proposed));
  return performance.now() - started;
}).sort((a, b) => a - b);

const p95 = times[Math.floor(times.length * 0.95)] ?? Number.NaN;
const line = {
  area: "value",
  figure: "value.reweight_500_p95_ms",
  value: Math.round(p95 * 10) / 10,
  unit: "ms",
  goal: "<= 50",
  n: times.length,
};
process.stdout.write(`${JSON.stringify(line)}\n`);
