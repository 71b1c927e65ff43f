import { type Floor, FloorFile, measureFloor } from "./floor";
import { type BenchLine, openBenchLine, print } from "./ingest/bench-line";
import { Losses } from "./ingest/losses";
import { median, rounded, spread } from "./ingest/statistics";
import { floorReadings, readingsOf, type RoundShape } from "./ingest/workload";

/**
 * Readings per second from the nodes' first publish to the durable ack of the last batch, against `psql \copy` of the same
 * readings as narrow rows on the same server, alternating. One ingest process; publisher, broker and database on the same
 * cores. BENCH_ROUNDS and BENCH_ONLY (a figure's name) shorten a run while working.
 */
const rounds = Number(process.env.BENCH_ROUNDS ?? 5);
const only = process.env.BENCH_ONLY;

const FIGURES: readonly { home: BenchLine["home"]; name: string; shape: RoundShape; goal: number; disk?: boolean }[] = [
  // 100 readings a message: 4 streams of a device, 25 rows; 1,000: 10 streams, 100 rows; 10: ten streams, one row.
  {
    home: "segments",
    name: "segments100",
    shape: { nodes: 50, streams: 4, rows: 25, messagesPerNode: 200 },
    goal: 1.5,
  },
  {
    home: "segments",
    name: "segments1000",
    shape: { nodes: 50, streams: 10, rows: 100, messagesPerNode: 30 },
    goal: 3,
    disk: true,
  },
  { home: "segments", name: "rows10", shape: { nodes: 50, streams: 10, rows: 1, messagesPerNode: 600 }, goal: 0.25 },
  { home: "timescale", name: "narrow100", shape: { nodes: 50, streams: 4, rows: 25, messagesPerNode: 200 }, goal: 0.5 },
];

for (const home of ["segments", "timescale"] as const) {
  const figures = FIGURES.filter((figure) => figure.home === home && (only === undefined || only === figure.name));
  if (figures.length === 0) continue;
  const line = await openBenchLine(home);
  const losses = new Losses();
  try {
    for (const figure of figures) await measure(line, losses, figure);
    losses.print(line, `throughput ${home}`);
  } finally {
    await line.close();
  }
}

async function measure(
  line: BenchLine,
  losses: Losses,
  { name, shape, goal, disk }: (typeof FIGURES)[number],
): Promise<void> {
  const count = readingsOf(shape);
  const file = new FloorFile(floorReadings(shape));
  const measured: { floor: Floor; perS: number; ratio: number; diskRatio: number; cpuUs: number; resent: number }[] =
    [];
  line.forgetPeak();
  await line.connect(shape);
  for (let round = 0; round <= rounds; round++) {
    const floor = await measureFloor(line.ownerUrl, file);
    await line.clear();
    await line.prepare(shape);
    const cpuBefore = line.ingestCpuMs();
    const { ms, resent } = await line.run({ shape, mode: "window" });
    const cpuUs = ((line.ingestCpuMs() - cpuBefore) * 1_000) / (shape.nodes * shape.messagesPerNode);
    await losses.check(line, count);
    if (round === 0) continue; // the first round warms the compilers up
    const perS = count / (ms / 1_000);
    const ratio = perS / floor.readingsPerS;
    const diskRatio = (await line.bytes()) / count / floor.bytesPerReading;
    measured.push({ floor, perS, ratio, diskRatio, cpuUs, resent });
    process.stderr.write(
      `${name} round ${round}: floor ${Math.round(floor.readingsPerS)}/s, ingest ${Math.round(perS)}/s, ratio ${ratio.toFixed(2)}, cpu ${Math.round(cpuUs)} us a message, rss ${line.ingestRssMb().toFixed(0)} MB\n`,
    );
  }
  file.remove();
  const via = [...new Set(measured.map(({ floor }) => floor.via))].join(", ");
  const ratios = measured.map(({ ratio }) => ratio);
  print(line, `${name}.ratio`, median(ratios), "x", `>= ${goal}`, {
    floor: Math.round(median(measured.map(({ floor }) => floor.readingsPerS))),
    ratio: rounded(median(ratios)),
    ...spread(ratios),
    readings_per_s: Math.round(median(measured.map(({ perS }) => perS))),
    cpu_us_per_message: Math.round(median(measured.map(({ cpuUs }) => cpuUs))),
    peak_mb: Math.round(line.ingestPeakMb()),
    resent_messages: measured.reduce((sum, { resent }) => sum + resent, 0),
    via,
    n: measured.length,
  });
  if (!disk) return;
  const disks = measured.map(({ diskRatio }) => diskRatio);
  print(line, "disk_ratio", median(disks), "x", "<= 0.17", {
    floor: rounded(median(measured.map(({ floor }) => floor.bytesPerReading))),
    ratio: rounded(median(disks)),
    ...spread(disks),
    via,
    n: disks.length,
  });
}
