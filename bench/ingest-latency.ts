import { openBenchLine, print } from "./ingest/bench-line";
import { readingsOf, type Shape } from "./ingest/workload";

/**
 * From a node's publish to its durable ack at 100,000 readings/s offered, then memory under nodes that ignore window and
 * credit and send without end. BENCH_SECONDS shortens the flood while working.
 */
const PACE = 100_000;
const PACED: Shape = { nodes: 50, streams: 4, rows: 25, messagesPerNode: 200 };
const FLOOD: Shape = { nodes: 50, streams: 4, rows: 25, messagesPerNode: 400 };
const seconds = Number(process.env.BENCH_SECONDS ?? 60);

const line = await openBenchLine("segments");
try {
  await line.connect(PACED);
  for (let round = 0; round < 2; round++) {
    await line.ask({ do: "prepare", shape: PACED });
    await new Promise((settled) => setTimeout(settled, 500));
    const {
      p50 = Number.NaN,
      p99 = Number.NaN,
      batches = 0,
    } = await line.ask({ do: "run", shape: PACED, mode: "paced", readingsPerS: PACE });
    if (round === 1)
      print("commit_p99_ms", p99, "ms", "<= 50", {
        p50: Math.round(p50),
        offered_per_s: PACE,
        n: batches,
        readings: readingsOf(PACED),
      });
  }
  await line.clear();
  await line.ask({ do: "prepare", shape: FLOOD });
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
