import { setTimeout as sleep } from "node:timers/promises";
import { openBenchLine, print } from "./ingest/bench-line";
import { Losses } from "./ingest/losses";
import { median, rounded } from "./ingest/statistics";
import { readingsOf, readingsPerMessage, type RoundShape, type Shape } from "./ingest/workload";

/**
 * Memory of one ingest process under ten times what it can take. First what it sustains from nodes that keep to their window, then
 * nodes that heed neither window nor credit, for a minute; afterwards all that was sent at all is brought to its durable ack and
 * counted. `offered` is what the broker took from the nodes: publisher, broker, ingest and database share this machine, and where the
 * publisher cannot offer ten times as much, the factor says what it was. BENCH_SECONDS shortens the flood while working.
 */
const FACTOR = 10;
const ROUNDS = 3;
const SUSTAINED: RoundShape = { nodes: 50, streams: 10, rows: 100, messagesPerNode: 30 };
const FLOOD: Shape = { ...SUSTAINED, messagesPerNode: null };
const SAMPLE_MS = 500;
/** Of the flood, in which caches and the heap fill; its samples say nothing about what follows. */
const WARM_UP_S = 10;
const seconds = Number(process.env.BENCH_SECONDS ?? 60);

const line = await openBenchLine("segments");
try {
  await line.connect(SUSTAINED);
  const losses = new Losses();
  const rates: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    await line.clear();
    await line.recycleLog();
    await line.prepare(SUSTAINED);
    const { ms } = await line.run({ shape: SUSTAINED, mode: "window" });
    await losses.check(line, readingsOf(SUSTAINED));
    if (round > 0) rates.push(readingsOf(SUSTAINED) / (ms / 1_000)); // the first round warms the compilers up
  }
  const sustained = median(rates);

  await line.clear();
  await line.prepare(FLOOD);
  line.forgetPeak();
  const samples: number[] = [];
  const watch = setInterval(() => samples.push(line.ingestRssMb()), SAMPLE_MS);
  const startMs = performance.now();
  const asked = sustained * FACTOR;
  const { taken, refused, ms } = await line.flood({ shape: FLOOD, readingsPerS: asked, seconds });
  const stored = (await line.countLedger()) / ((performance.now() - startMs) / 1_000);
  clearInterval(watch);
  const { batches } = await line.drain();
  const peakMb = line.ingestPeakMb();
  await sleep(SAMPLE_MS);
  const settledMb = line.ingestRssMb();
  await losses.check(line, batches * readingsPerMessage(FLOOD));

  const offered = (taken * readingsPerMessage(FLOOD)) / (ms / 1_000);
  const flooded = samples.slice(Math.min(samples.length >> 1, (WARM_UP_S * 1_000) / SAMPLE_MS));
  const first = mean(flooded.slice(0, flooded.length >> 1));
  const second = mean(flooded.slice(flooded.length >> 1));
  print(line, "rss_mb", peakMb, "MB", "<= 300", {
    first_half_mean: rounded(first),
    second_half_mean: rounded(second),
    growth_mb: rounded(second - first),
    after_mb: rounded(settledMb),
    seconds: rounded(ms / 1_000),
    sustained_per_s: Math.round(sustained),
    asked_per_s: Math.round(asked),
    offered_per_s: Math.round(offered),
    stored_per_s: Math.round(stored),
    offered_to_stored: rounded(offered / stored),
    offered_to_sustained: rounded(offered / sustained),
    refused_by_broker: refused,
    n: samples.length,
  });
  losses.print(line, "overload");
} finally {
  await line.close();
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
