import { startTestBroker } from "@/cli/embedded/testing";
import { LedgerPeer } from "@/sdk/device/testing";
import { EdgeChild, printFigure } from "./edge/run";

/**
 * The device SDK alone, with a ledger in memory behind a real broker: write latency at 1,000 readings/s with group commit,
 * recovery with 1 GB of backlog, and memory in each case. edge-line.ts has readings per second to the durable ack.
 */
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
  for (let round = 0; round < 5; round += 1) {
    const pace = { seconds: 5, readingsPerSecond: 1_000 };
    const floor = await child.run("floor", { ...pace, dataDir: child.newDataDir() });
    const write = await child.run("write", { ...at, ...pace, dataDir: child.newDataDir() });
    p99.floor.push(floor.figures.p99Ms ?? Number.NaN);
    p99.waited.push(floor.figures.waitedP99Ms ?? Number.NaN);
    p99.write.push(write.figures.p99Ms ?? Number.NaN);
    writes += write.figures.n ?? 0;
    memory.push(write.figures.rssMb ?? 0);
  }
  printFigure({
    figure: "edge.write_p99_ms",
    value: median(p99.write),
    floor: median(p99.floor),
    ratio: median(p99.write.map((ms, round) => ms / (p99.floor[round] ?? Number.NaN))),
    unit: "ms",
    goal: "<= 10",
    n: writes,
    note: `durable writes; per round ${p99.write.map((ms) => ms.toFixed(1)).join(", ")}; floor = append and fdatasync at the same pace, ${median(p99.waited).toFixed(1)} ms when the wait for the sync before counts as it does for a write`,
  });

  const dataDir = child.newDataDir();
  const filled = await child.run("fill", { node, dataDir, bytes: 1024 ** 3 });
  if (filled.signal !== "SIGKILL") throw new Error("the backlog was not cut off by a kill");
  peer.isAcking = false;
  const recovered = await child.run("recover", { ...at, dataDir, seconds: 5 });
  memory.push(recovered.figures.peakMb ?? 0);
  printFigure({
    figure: "edge.recovery_s",
    value: recovered.figures.firstWriteS ?? Number.NaN,
    unit: "s",
    goal: "<= 5",
    n: recovered.figures.batches ?? 0,
    note: `kill -9 with ${((recovered.figures.bufferBytes ?? 0) / 1024 ** 3).toFixed(2)} GiB held, to the first durable write`,
  });

  peer.isAcking = true;
  const drained = await child.run("recover", { ...at, dataDir, seconds: 20 });
  memory.push(drained.figures.peakMb ?? 0);
  printFigure({
    figure: "edge.rss",
    value: Math.max(...memory),
    unit: "MB",
    goal: "<= 150",
    n: memory.length,
    note: `peak of ${memory.map((mb) => mb.toFixed(0)).join(", ")}: write ×5, recovery, drain (${drained.figures.sentBatches} batches sent)`,
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

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
