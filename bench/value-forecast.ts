import { forecastReturn, type ReturnForecast } from "@/server/value/domain/ninety-day-return";

/** How long one 90-day forecast of 10,000 draws takes in one thread: `npm run bench -- value`. */
const RUNS = 50;

const forecast: ReturnForecast = {
  benefits: ["scrap", "downtime", "energy"].map((kpi, index) => ({
    kpi,
    effectPerDay: { low: 0.2, mode: 1 + index, high: 6 },
    centsPerUnit: { low: 900, mode: 1_500, high: 4_000 },
  })),
  adoption: { low: 0.4, mode: 0.8, high: 1 },
  rampDays: 30,
  oneOffCents: { low: 200_000, mode: 300_000, high: 700_000 },
  runCentsPerDay: { low: 100, mode: 200, high: 900 },
  sharedCents: 50_000,
  shape: "pert",
};

const times = Array.from({ length: RUNS }, (_, run) => {
  const started = performance.now();
  forecastReturn(forecast, `run ${run}`);
  return performance.now() - started;
}).sort((a, b) => a - b);

const p95 = times[Math.floor(RUNS * 0.95)] ?? Number.NaN;
const line = {
  area: "value",
  figure: "value.forecast_p95_ms",
  value: Math.round(p95 * 10) / 10,
  unit: "ms",
  goal: "<= 50",
  n: RUNS,
};
process.stdout.write(`${JSON.stringify(line)}\n`);
