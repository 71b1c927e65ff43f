import { startTestBroker } from "@/cli/embedded/testing";
import { LedgerPeer } from "@/sdk/device/testing";
import { EdgeChild, printFigure, spread } from "./edge/run";

/**
 * The device SDK alone, with a ledger in memory behind a real broker: write latency at 1,000 readings/s with group commit,
 * recovery with 1 GB of backlog, and memory in each case. edge-line.ts has readings per second to the durable ack,
 * edge-worker.ts the memory of a whole worker.
 */
const ROUNDS = 5;

const child = new EdgeChild();
await child.prepare();
const broker = await startTestBroker();
const peer = await LedgerPeer.connect(broker.ingestUrl, "bench-peer");
const memory: number[] = [];
try {
  const node = "bench-node";
  const { token } = await broker.addNode(node);
  const at = { node, token, url: broker.url };

  // Floor and product in turn: other work on the machine slows both.
  const p99 = { floor: [] as number[], waited: [] as number[], write: [] as number[] };
  let writes = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const pace = { seconds: 5, readingsPerSecond: 1_000 };
    const floor = await child.run("floor", { ...pace, dataDir: child.newDataDir() });
    const write = await child.run("write", { ...at, ...pace, dataDir: child.newDataDir() });
    p99.floor.push(floor.figures.p99Ms ?? Number.NaN);
    p99.waited.push(floor.figures.waitedP99Ms ?? Number.NaN);
    p99.write.push(write.figures.p99Ms ?? Number.NaN);
    writes += write.figures.n ?? 0;
    memory.push(write.figures.rssMb ?? 0);
  }
  const write = spread(p99.write);
  const ratio = spread(p99.write.map((ms, round) => ms / (p99.floor[round] ?? Number.NaN)));
  printFigure({
    figure: "edge.write_p99_ms",
    value: write.median,
    min: write.min,
    max: write.max,
    floor: spread(p99.floor).median,
    ratio: ratio.median,
    ratioMin: ratio.min,
    ratioMax: ratio.max,
    unit: "ms",
    goal: "<= 10",
    n: writes,
    note: `durable writes in ${ROUNDS} rounds; floor = append and fdatasync at the same pace, ${spread(p99.waited).median.toFixed(1)} ms when the wait for the sync before counts as it does for a write`,
  });

  const dataDir = child.newDataDir();
  const filled = await child.run("fill", { node, dataDir, bytes: 1024 ** 3 });
  if (filled.signal !== "SIGKILL") throw new Error("the backlog was not cut off by a kill");
  const recoveries: Record<string, number>[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const { figures, signal } = await child.run("recover", { ...at, dataDir });
    if (signal !== "SIGKILL") throw new Error("the recovered device was not cut off by a kill");
    recoveries.push(figures);
    memory.push(figures.peakMb ?? 0);
  }
  const of = (name: string) => spread(recoveries.map((one) => one[name] ?? Number.NaN));
  const acked = of("firstAckS");
  printFigure({
    figure: "edge.recovery_s",
    value: acked.median,
    min: acked.min,
    max: acked.max,
    unit: "s",
    goal: "<= 5",
    n: ROUNDS,
    note: `from the start of the process, after kill -9 with ${(of("bufferBytes").min / 1024 ** 3).toFixed(2)} GiB or more held (${of("batches").min} batches), to the first durable ack; first durable write ${of("firstWriteS").median.toFixed(2)}, first batch sent ${of("firstSentS").median.toFixed(2)}`,
  });

  const drained = await child.run("drain", { ...at, dataDir, seconds: 10 });
  memory.push(drained.figures.peakMb ?? 0);
  const held = spread(memory);
  printFigure({
    figure: "edge.sdk_rss",
    value: held.max,
    min: held.min,
    max: held.max,
    unit: "MB",
    goal: "<= 150",
    n: memory.length,
    note: `the bare SDK without worker and model: the most of write ×${ROUNDS}, recovery ×${ROUNDS}, drain (${drained.figures.sentBatches} batches sent in 10 s)`,
  });
  if (peer.mismatches.length > 0 || peer.faults.length > 0)
    throw new Error(
      `the ledger refused ${peer.mismatches.length + peer.faults.length}: ${peer.faults[0] ?? peer.mismatches[0]}`,
    );
} finally {
  await peer.close();
  await broker.stop();
  child.remove();
}
