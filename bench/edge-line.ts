import { EdgeChild, printFigure, spread } from "./edge/run";
import { openBenchLine } from "./ingest/bench-line";

/**
 * Readings per second from one node to the durable ack over the real line: the device SDK with its buffer on the disk, the
 * broker, one ingest process and PostgreSQL, all on these cores. At the end the rows are counted in the database.
 * Every round is a node of its own with a new buffer. BENCH_SECONDS shortens each round while working.
 */
const SECONDS = Number(process.env.BENCH_SECONDS ?? 10);
const GOAL = 20_000;
const CASES = [
  { figure: "edge.readings_per_s", what: "rows of 10, flat out", columns: 10, pace: 0, goal: `>= ${GOAL}`, rounds: 5 },
  { figure: "edge.readings_per_s_single", what: "rows of 1, flat out", columns: 1, pace: 0, goal: "-", rounds: 1 },
  // Flat out the heap grows with the garbage; what a device needs is what it takes at the pace it has to keep.
  {
    figure: "edge.readings_per_s_paced",
    what: `rows of 10, ${GOAL} readings/s offered`,
    columns: 10,
    pace: GOAL,
    goal: "-",
    rounds: 1,
  },
] as const;

const child = new EdgeChild();
await child.prepare();
const line = await openBenchLine("segments");
try {
  await line.accept(CASES.reduce((sum, { rounds }) => sum + rounds, 0));
  let before = 0;
  let node = 0;
  for (const { figure, what, columns, pace, goal, rounds } of CASES) {
    const perSecond: number[] = [];
    const rssMb: number[] = [];
    const sum = { readings: 0, batches: 0, resent: 0 };
    for (let round = 0; round < rounds; round += 1, node += 1) {
      const settings = { ...line.signIn(node), dataDir: child.newDataDir(), seconds: SECONDS, columns, pace };
      const { figures } = await child.run("throughput", settings);
      const { readings = 0, tookS = Number.NaN, batches = 0, resent = 0 } = figures;
      const stored = await line.countReadings();
      if (stored - before !== readings)
        throw new Error(`${figure}: ${readings} readings were acknowledged, ${stored - before} are in the database`);
      before = stored;
      perSecond.push(readings / tookS);
      rssMb.push(figures.rssMb ?? Number.NaN);
      sum.readings += readings;
      sum.batches += batches;
      sum.resent += resent;
    }
    const { median, min, max } = spread(perSecond);
    printFigure({
      figure,
      value: median,
      min,
      max,
      unit: "readings/s",
      goal,
      n: sum.readings,
      note: `${what}, to the durable ack of ingest; ${rounds} round${rounds === 1 ? "" : "s"} of ${SECONDS} s and what was still under way then; ${sum.batches} batches, ${sum.resent} sent again; all ${sum.readings} in PostgreSQL; device ${spread(rssMb).max.toFixed(0)} MB, ingest ${line.ingestRssMb().toFixed(0)} MB`,
    });
    if (pace > 0)
      printFigure({
        figure: "edge.rss_sending",
        value: spread(rssMb).max,
        unit: "MB",
        goal: "<= 150",
        n: sum.readings,
        note: `${what}, the bare SDK`,
      });
  }
} finally {
  await line.close();
  child.remove();
}
