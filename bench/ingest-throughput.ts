import { FloorFile, measureFloor } from "./floor";
import { type BenchLine, median, openBenchLine, print } from "./ingest/bench-line";
import { floorReadings, readingsOf, type Shape } from "./ingest/workload";

/**
 * Readings per second from the nodes' first publish to the durable ack of the last batch, against `psql \copy` of the same
 * readings as narrow rows on the same server, alternating. One ingest process; publisher, broker and database on the same
 * cores. BENCH_ROUNDS and BENCH_ONLY (a figure's name) shorten a run while working.
 */
const rounds = Number(process.env.BENCH_ROUNDS ?? 5);
const only = process.env.BENCH_ONLY;

const FIGURES: readonly { home: BenchLine["home"]; name: string; shape: Shape; goal: number; disk?: boolean }[] = [
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

let lost = 0;
for (const home of ["segments", "timescale"] as const) {
  const figures = FIGURES.filter((figure) => figure.home === home && (only === undefined || only === figure.name));
  if (figures.length === 0) continue;
  const line = await openBenchLine(home);
  try {
    for (const figure of figures) await measure(line, figure);
  } finally {
    await line.close();
  }
}
print("lost", lost, "readings", "= 0");

async function measure(line: BenchLine, { name, shape, goal, disk }: (typeof FIGURES)[number]): Promise<void> {
  const count = readingsOf(shape);
  const file = new FloorFile(floorReadings(shape));
  const ratios: number[] = [];
  const disks: number[] = [];
  const floors: number[] = [];
  const products: number[] = [];
  const cpus: number[] = [];
  await line.connect(shape);
  for (let round = 0; round <= rounds; round++) {
    const floor = await measureFloor(line.ownerUrl, file);
    await line.clear();
    await line.prepare(shape);
    const cpuBefore = line.ingestCpuMs();
    const { ms = Number.NaN } = await line.ask({ do: "run", shape, mode: "window" });
    cpus.push(((line.ingestCpuMs() - cpuBefore) * 1_000) / (shape.nodes * shape.messagesPerNode));
    const product = count / (ms / 1000);
    const stored = await line.countReadings();
    lost += count - stored;
    if (round === 0) {
      cpus.pop();
      continue; // the first round warms the compilers up
    }
    ratios.push(product / floor.readingsPerS);
    floors.push(floor.readingsPerS);
    products.push(product);
    if (disk) disks.push((await line.bytes()) / count / floor.bytesPerReading);
    process.stderr.write(
      `${name} round ${round}: floor ${Math.round(floor.readingsPerS)}/s, ingest ${Math.round(product)}/s, ratio ${(product / floor.readingsPerS).toFixed(2)}, cpu ${Math.round(cpus.at(-1) ?? 0)} us a message, rss ${line.ingestRssMb().toFixed(0)} MB, floor via ${floor.via}\n`,
    );
  }
  file.remove();
  print(`${name}.ratio`, median(ratios), "x", `>= ${goal}`, {
    floor: Math.round(median(floors)),
    readings_per_s: Math.round(median(products)),
    cpu_us_per_message: Math.round(median(cpus)),
    min: Number(Math.min(...ratios).toFixed(2)),
    max: Number(Math.max(...ratios).toFixed(2)),
    n: ratios.length,
  });
  if (disks.length > 0) print("disk_ratio", median(disks), "x", "<= 0.17", { n: disks.length });
}
