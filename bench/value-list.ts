import { listed, ORDERS, rankedRows, verdictRow } from "@/server/value/domain/portfolio-list";
import { portfolioVerdict } from "@/server/value/domain/portfolio-verdict";
import { STAGES } from "@/server/value/domain/stages";
import { FIRST_POLICY, standingOf, type ValuePolicy } from "@/server/value/domain/standing";
import { known } from "@/server/value/domain/three-valued";
import type { PortfolioRow } from "@/server/value/queries";

/**
 * What the browser does with 500 use cases at each change of a filter, an order or a weight: the ranking, the list and the sentence over it.
 * `npm run bench -- value`.
 */
const USE_CASES = 500;
const RUNS = 100;
const NOW_MS = Date.UTC(2026, 10, 28);
const about = (mode: number) => ({ low: mode / 2, mode, high: mode * 2 });

const rows = Array.from({ length: USE_CASES }, (_, index): PortfolioRow => {
  const spread = ((index * 7_919) % 997) / 997;
  const id = `use case ${index}`;
  const forecast = { p10: spread - 1, p50: spread, p90: spread + 1, chanceOfGain: spread };
  const capabilities = [0, 1, 2, 3].map((n) => ({
    ...{ capability: `capability ${n}`, why: "sending", costCents: 10_000 },
    state: (index + n) % 5 === 0 ? ("missing" as const) : ("satisfied" as const),
  }));
  const person = { person: "Elena", confirmedAtMs: NOW_MS };
  const figures = {
    ...{ currency: "EUR", benefitCentsPerDay: about(20_000 + index), oneOffCents: about(900_000) },
    ...{ runCentsPerDay: about(900), adoption: about(0.4), technicalProbability: about(0.4), rampDays: 30 },
  };
  const standing = standingOf(
    {
      ...{ id, owner: person, sponsor: person, committedCents: null, objections: [], figures, forecast, capabilities },
      kpis: [
        {
          ...{ name: "Energy", hasOwner: true, hasDatedTarget: true, live: known(true) },
          ...{ baselineDays: known(60), coverage: known(1) },
        },
      ],
      ...{ expectedEffect: known(3), detectableEffect: known(index % 7 === 0 ? 4 : 2) },
    },
    FIRST_POLICY,
    NOW_MS,
  );
  return {
    ...{ id, teamId: "team", team: "Value", title: `Use case ${index}`, summary: "What it is about in one line" },
    ...{ intake: index % 5 === 0 ? "pending" : "accepted", intakeWhy: null, snoozedUntilMs: null },
    ...{ stage: STAGES[index % STAGES.length] ?? "idea", ownerId: null, sponsorId: null, ownerName: "Elena" },
    ...{ ownerConfirmedMs: NOW_MS, sponsorName: "Elena", sponsorConfirmedMs: NOW_MS, committedCents: null },
    ...{ objections: [], version: 1, createdByName: "Elena", createdMs: NOW_MS, estimate: 1, forecast, capabilities },
    ...{ option: 1, paidBackDay: null, standing },
  };
});

const times = Array.from({ length: RUNS }, (_, run) => {
  const value = 15 + (run % 50);
  const weights = { ...FIRST_POLICY.weights, value, readiness: 65 - value };
  const policy: ValuePolicy = { ...FIRST_POLICY, budgetCents: 10_000_000, weights };
  const started = performance.now();
  const ranked = rankedRows(rows, policy);
  listed(ranked, { q: String(run % 10), show: "open", stage: "all" }, ORDERS[run % ORDERS.length] ?? "rank", null);
  portfolioVerdict(ranked.map(verdictRow), policy);
  return performance.now() - started;
}).sort((a, b) => a - b);

const p95 = Math.round((times[Math.floor(times.length * 0.95)] ?? Number.NaN) * 10) / 10;
const line = { area: "value", figure: "value.list_500_p95_ms", value: p95, unit: "ms", goal: "<= 50", n: times.length };
process.stdout.write(`${JSON.stringify(line)}\n`);
