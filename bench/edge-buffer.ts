import { startTestBroker } from "@/cli/embedded/testing";
import { LedgerPeer } from "@/sdk/device/testing";
import { EdgeChild, printFigure } from "./edge/run";

/**
 * The device SDK alone: write latency at 1,000 readings/s with group commit, readings per second to durable ack (against a
 * ledger in memory behind a real broker, all on the same cores), recovery with 1 GB of backlog, and memory in each case.
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

  for (const [figure, columns, pace] of [
    ["edge.readings_per_s_single", 1, 0],
    ["edge.readings_per_s", 10, 0],
    ["edge.readings_per_s_paced", 10, 20_000],
  ] as const) {
    const { figures } = await child.run("throughput", {
      ...at,
      dataDir: child.newDataDir(),
      seconds: 15,
      columns,
      pace,
    });
    const readings = figures.readings ?? 0;
    // Flat out the heap grows with the garbage; what a device needs is what it takes at the pace it has to keep.
    if (pace > 0) memory.push(figures.rssMb ?? 0);
    printFigure({
      figure,
      value: readings / (figures.tookS ?? Number.NaN),
      unit: "readings/s",
      goal: ">= 20000",
      n: readings,
      note: `rows of ${columns}, ${pace > 0 ? "paced" : "flat out"}, to the durable ack of a ledger in memory; ${(figures.rssMb ?? 0).toFixed(0)} MB`,
    });
  }

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
    note: `peak of ${memory.map((mb) => mb.toFixed(0)).join(", ")}: write ×5, rows at 20,000/s, recovery, drain (${drained.figures.sentBatches} batches sent)`,
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
