import { EdgeChild, printFigure } from "./edge/run";
import { openBenchLine } from "./ingest/bench-line";

/**
 * Readings per second from one node to the durable ack over the real line: the device SDK with its buffer on the disk, the
 * broker, one ingest process and PostgreSQL, all on these cores. At the end the rows are counted in the database.
 * BENCH_SECONDS shortens each case while working.
 */
const SECONDS = Number(process.env.BENCH_SECONDS ?? 20);
const GOAL = 20_000;
const CASES = [
  ["edge.readings_per_s", "rows of 10, flat out", 10, 0, `>= ${GOAL}`],
  ["edge.readings_per_s_single", "rows of 1, flat out", 1, 0, "-"],
  // Flat out the heap grows with the garbage; what a device needs is what it takes at the pace it has to keep.
  ["edge.readings_per_s_paced", `rows of 10, ${GOAL} readings/s offered`, 10, GOAL, "-"],
] as const;

const child = new EdgeChild();
await child.prepare();
const line = await openBenchLine("segments");
try {
  await line.accept(CASES.length);
  let before = 0;
  for (const [index, [figure, what, columns, pace, goal]] of CASES.entries()) {
    const settings = { ...line.signIn(index), dataDir: child.newDataDir(), seconds: SECONDS, columns, pace };
    const { figures } = await child.run("throughput", settings);
    const { readings = 0, tookS = Number.NaN, rssMb = Number.NaN, batches = 0, resent = 0 } = figures;
    const stored = await line.countReadings();
    if (stored - before !== readings)
      throw new Error(`${figure}: ${readings} readings were acknowledged, ${stored - before} are in the database`);
    before = stored;
    printFigure({
      figure,
      value: readings / tookS,
      unit: "readings/s",
      goal,
      n: readings,
      note: `${what}, to the durable ack of ingest over ${tookS.toFixed(0)} s; ${batches} batches, ${resent} sent again; all ${readings} in PostgreSQL; device ${rssMb.toFixed(0)} MB, ingest ${line.ingestRssMb().toFixed(0)} MB`,
    });
    if (pace > 0)
      printFigure({ figure: "edge.rss_sending", value: rssMb, unit: "MB", goal: "<= 150", n: readings, note: what });
  }
} finally {
  await line.close();
  child.remove();
}
