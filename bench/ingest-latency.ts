import { openBenchLine, print } from "./ingest/bench-line";
import { Losses } from "./ingest/losses";
import { median, rounded, spread } from "./ingest/statistics";
import { readingsOf, type RoundShape } from "./ingest/workload";

/**
 * How long a reading takes to its durable ack at 100,000 readings/s: from the instant at which its message was due, so that neither a
 * late send nor a second one hides a slow commit. What was really offered, and what the store has afterwards, stand beside it.
 */
const PACE = 100_000;
const ROUNDS = 5;
const PACED: RoundShape = { nodes: 50, streams: 4, rows: 25, messagesPerNode: 200 };
const WARM_UP: RoundShape = { ...PACED, messagesPerNode: 50 };

const line = await openBenchLine("segments");
try {
  await line.connect(PACED);
  const losses = new Losses();
  const rounds: { p50: number; p99: number; max: number; lateP99: number; offered: number; resent: number }[] = [];
  let stored = 0;
  for (let round = 0; round <= ROUNDS; round++) {
    const shape = round === 0 ? WARM_UP : PACED;
    await line.clear();
    await line.recycleLog();
    await line.prepare(shape);
    const { p50, p99, max, lateP99, sendingMs, resent } = await line.run({
      shape,
      mode: "paced",
      readingsPerS: PACE,
    });
    await losses.check(line, readingsOf(shape));
    if (round === 0) continue;
    stored += await line.countReadings();
    // The last message is due one interval before the time is over.
    const messages = shape.nodes * shape.messagesPerNode;
    const offered = (readingsOf(shape) * (messages - 1)) / messages / (sendingMs / 1_000);
    rounds.push({ p50, p99, max, lateP99, offered, resent });
    process.stderr.write(
      `paced round ${round}: p99 ${p99.toFixed(1)} ms, offered ${Math.round(offered)}/s, late by up to ${lateP99.toFixed(1)} ms\n`,
    );
  }
  const p99s = rounds.map(({ p99 }) => p99);
  print(line, "commit_p99_ms", median(p99s), "ms", "<= 50", {
    ...spread(p99s),
    p50: rounded(median(rounds.map(({ p50 }) => p50))),
    worst: rounded(Math.max(...rounds.map(({ max }) => max))),
    publisher_late_p99_ms: rounded(median(rounds.map(({ lateP99 }) => lateP99))),
    asked_per_s: PACE,
    offered_per_s: Math.round(median(rounds.map(({ offered }) => offered))),
    sent: readingsOf(PACED) * ROUNDS,
    stored,
    resent_messages: rounds.reduce((sum, { resent }) => sum + resent, 0),
    n: ROUNDS,
  });
  losses.print(line, "paced");
} finally {
  await line.close();
}
