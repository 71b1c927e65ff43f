import { median, openBenchLine, print } from "./ingest/bench-line";
import { readingsOf, type Shape } from "./ingest/workload";

/**
 * From a node's publish to its durable ack at 100,000 readings/s offered, then memory under nodes that ignore window and
 * credit and send without end. BENCH_SECONDS shortens the flood while working.
 */
const PACE = 100_000;
const ROUNDS = 5;
const PACED: Shape = { nodes: 50, streams: 4, rows: 25, messagesPerNode: 200 };
const FLOOD: Shape = { nodes: 50, streams: 4, rows: 25, messagesPerNode: 400 };
const seconds = Number(process.env.BENCH_SECONDS ?? 60);

const line = await openBenchLine("segments");
try {
  await line.connect(PACED);
  const rounds: { p50: number; p99: number }[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    await line.clear();
    await line.recycleLog();
    await line.prepare(PACED);
    const { p50 = Number.NaN, p99 = Number.NaN } = await line.ask({
      do: "run",
      shape: PACED,
      mode: "paced",
      readingsPerS: PACE,
    });
    if (round > 0) rounds.push({ p50, p99 }); // the first one warms up
  }
  const p99s = rounds.map(({ p99 }) => p99);
  print("commit_p99_ms", median(p99s), "ms", "<= 50", {
    p50: Math.round(median(rounds.map(({ p50 }) => p50))),
    min: Number(Math.min(...p99s).toFixed(1)),
    max: Number(Math.max(...p99s).toFixed(1)),
    offered_per_s: PACE,
    readings: readingsOf(PACED),
    n: ROUNDS,
  });
  await line.clear();
  await line.prepare(FLOOD);
  const samples: number[] = [];
  const watch = setInterval(() => samples.push(line.ingestRssMb()), 500);
  await line.ask({ do: "run", shape: FLOOD, mode: "flood", seconds });
  clearInterval(watch);
  const half = samples.slice(samples.length >> 1);
  print("rss_mb", Math.max(...samples), "MB", "<= 300", {
    first_half_max: Math.round(Math.max(...samples.slice(0, samples.length >> 1))),
    second_half_max: Math.round(Math.max(...half)),
    seconds,
    n: samples.length,
  });
} finally {
  await line.close();
}
