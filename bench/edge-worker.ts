import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";
import { buildProcesses, nodeArgs, nodeEnvironment } from "@/cli/build";
import { startTestBroker } from "@/cli/embedded/testing";
import { ioOf, writeModel } from "@/edge-worker/inference/testing-files";
import { benchRandom, MLP_WIDTH, mlpModel } from "./edge/mlp";
import { printFigure, spread } from "./edge/run";

/**
 * Memory of a whole edge worker, started as the command line starts it: 20 devices of 32 streams replayed from a file at 20,000
 * readings/s, every reading logged, a window of 4 s per device and second scored by an MLP, all of it sent to a broker
 * behind which a ledger acknowledges. `edge.rss` is the most that the process ever held (VmHWM), its model thread included.
 * BENCH_SECONDS shortens it while working.
 */
const SECONDS = Number(process.env.BENCH_SECONDS ?? 45);
const WARM_S = 8;
const DEVICES = 20;
const GOAL = 20_000;
/** 640 values every 32 ms. */
const STEP_MS = (DEVICES * MLP_WIDTH * 1_000) / GOAL;
const FILE_ROWS = 600;

const { failed } = await buildProcesses();
if (failed.length > 0) throw new Error(`does not compile: ${failed.map(({ message }) => message).join("\n")}`);
const folder = mkdtempSync(join(tmpdir(), "tl-bench-worker-"));
const broker = await startTestBroker();
const peer = spawn(
  process.execPath,
  ["--import", "tsx", fileURLToPath(new URL("./edge/peer.ts", import.meta.url)), broker.ingestUrl],
  { stdio: ["ignore", "inherit", "inherit"] },
);
let edge: ChildProcess | null = null;
try {
  const { token } = await broker.addNode("bench-worker");
  const port = await freePort();
  const config = await writeConfig(token, port);
  edge = spawn(process.execPath, nodeArgs("edge"), {
    env: { ...nodeEnvironment("edge"), NODE_ENV: "production", PATH: process.env.PATH ?? "", EDGE_CONFIG: config },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const { pid } = edge;
  if (!pid) throw new Error("the edge worker did not start");
  await untilScoring(edge, port);
  await sleep(WARM_S * 1_000);
  const startedMs = performance.now();
  const before = await counters(port);
  const rssMb: number[] = [];
  while (performance.now() - startedMs < SECONDS * 1_000) {
    rssMb.push(statusMb(pid, "VmRSS"));
    await sleep(100);
  }
  const after = await counters(port);
  const tookS = (performance.now() - startedMs) / 1_000;
  const readings = after.readings - before.readings;
  const perSecond = readings / tookS;
  const windows = (after.rows - before.rows) / tookS;
  const { median, min, max } = spread(rssMb);
  printFigure({
    figure: "edge.rss",
    value: statusMb(pid, "VmHWM"),
    unit: "MB",
    goal: "<= 150",
    n: readings,
    min,
    max,
    note: `peak of the worker's process with its model thread at ${perSecond.toFixed(0)} readings/s, ${windows.toFixed(0)} windows/s scored, over ${tookS.toFixed(0)} s; then median ${median.toFixed(0)}, ${after.acked - before.acked} batches acknowledged`,
  });
  if (perSecond < GOAL * 0.98) throw new Error(`only ${perSecond.toFixed(0)} readings/s were logged, not ${GOAL}`);
  if (windows < DEVICES * 0.9) throw new Error(`only ${windows.toFixed(1)} windows/s were scored, not ${DEVICES}`);
  if (after.acked === before.acked) throw new Error("no batch was acknowledged");
} finally {
  if (edge) await end(edge);
  await end(peer);
  if (peer.exitCode !== 0) process.exitCode = 1;
  await broker.stop();
  rmSync(folder, { recursive: true, force: true });
}

/** The recording, the model and the configuration; the path of the last. */
async function writeConfig(token: string, port: number): Promise<string> {
  const devices = Array.from({ length: DEVICES }, (_, of) => `d${of}`);
  const features = Array.from({ length: MLP_WIDTH }, (_, i) => `f${i}`);
  const names = devices.flatMap((of) =>
    features.map((name) => ({ column: `${of}_${name}`, key: `${of}/${name}`, of })),
  );
  const value = () => (Math.round(benchRandom() * 1e4) / 1e3).toString();
  const lines = Array.from({ length: FILE_ROWS }, () => names.map(value).join(","));
  writeFileSync(join(folder, "readings.csv"), `${names.map(({ column }) => column).join(",")}\n${lines.join("\n")}\n`);
  const model = await writeModel(
    folder,
    "mlp",
    mlpModel(),
    ioOf(MLP_WIDTH, ["score"], (i) => `f${i}`),
    1e9,
  );
  const file = join(folder, "edge.yaml");
  writeFileSync(
    file,
    stringify({
      node: "bench-worker",
      url: broker.url,
      token,
      port,
      dataDir: join(folder, "data"),
      logLevel: "warn",
      streams: names.map(({ key, of }) => ({ key, quantity: "velocity", unit: "mm/s", device: of, rateHz: 31.25 })),
      adapters: [
        {
          kind: "replay",
          file: join(folder, "readings.csv"),
          columns: Object.fromEntries(names.map(({ column, key }) => [column, key])),
          stepMs: STEP_MS,
          loop: true,
        },
      ],
      slots: [{ slot: "mlp", model }],
      pipelines: [
        {
          pipeline: "bench@1",
          in: Object.fromEntries(features.map((name) => [name, `{device}/${name}`])),
          time: { lateness: "0s" },
          steps: [{ window: { size: "4s", every: "1s" } }, { infer: { slot: "mlp" } }, { threshold: {} }],
          out: { sample: { else: "1/1" } },
        },
      ],
    }),
  );
  return file;
}

interface Counters {
  /** values logged */
  readings: number;
  /** rows that the pipelines gave: one per window scored */
  rows: number;
  /** batches acknowledged */
  acked: number;
}

async function counters(port: number): Promise<Counters> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const sum = (name: string): number =>
    [...text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? ([0-9.e+]+)$`, "gm"))].reduce(
      (all, [, n]) => all + Number(n),
      0,
    );
  return {
    readings: sum("throughline_edge_readings_total"),
    rows: sum("throughline_edge_pipeline_rows_total"),
    acked: sum("throughline_edge_batches_acked_total"),
  };
}

async function untilScoring(worker: ChildProcess, port: number): Promise<void> {
  for (const deadline = Date.now() + 30_000; ; await sleep(100)) {
    if (worker.exitCode !== null) throw new Error(`the edge worker ended with ${worker.exitCode}`);
    const rows = await counters(port).then(
      (now) => now.rows,
      () => 0, // it does not listen yet
    );
    if (rows > 0) return;
    if (Date.now() > deadline) throw new Error("the edge worker scored no window within 30 s");
  }
}

/** A line of proc(5) status, in MB. */
function statusMb(pid: number, name: "VmRSS" | "VmHWM"): number {
  const [, kb] = new RegExp(`${name}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kb) / 1_024;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGTERM");
  await once(child, "exit");
}

async function freePort(): Promise<number> {
  const probe = createServer();
  return new Promise((found, refuse) => {
    probe.once("error", refuse);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => found(typeof address === "object" && address ? address.port : 0));
    });
  });
}
