import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { InferenceSession, Tensor } from "onnxruntime-node";
import pino from "pino";
import { startTestBroker } from "@/cli/embedded/testing";
import { MessageMapping, sampleOf } from "@/edge-worker/adapters/paths";
import { patient } from "@/edge-worker/device";
import { ModelThread } from "@/edge-worker/inference/model-thread";
import { Slots } from "@/edge-worker/inference/slots";
import { ioOf, writeModel } from "@/edge-worker/inference/testing-files";
import { DEFAULT_PROBE_LIMITS } from "@/edge-worker/inference/verify";
import { createMetrics } from "@/edge-worker/metrics";
import { Pipelines } from "@/edge-worker/pipelines";
import { openDevice } from "@/sdk/device/device";
import { writeOnnx } from "@/server/models/domain/onnx-writer";
import { printFigure } from "./edge/run";

/**
 * What scoring costs around the model: the whole edge loop (JSON message, readings, windows with features, model in its
 * thread, sampling, durable buffer) against a bare `session.run` of the same network on the main thread, in rounds that
 * alternate; and how long the event loop keeps others waiting while the node scores and sends to a broker.
 *
 * Both sides are given one window at a time. The loop serves many devices, so that its windows meet in micro-batches; its
 * cost per window is wall time of a block over its windows. Latency of a lone window is another figure, given beside it.
 */
const WIDTH = 32;
const DEVICES = 16;
const ROUNDS = 7;
const BLOCK_STEPS = 64;
const BLOCKS = 12;
const NODE = "bench-infer";

const folder = mkdtempSync(join(tmpdir(), "tl-bench-infer-"));
let seed = 11;
const random = (): number => {
  seed = (seed * 1_664_525 + 1_013_904_223) % 4_294_967_296;
  return seed / 4_294_967_296;
};
const weights = (...dims: number[]) => ({
  dims,
  values: Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () => random() - 0.5),
});
/** Dense layers 32-64-64-8 with ReLU between them, and the largest of the eight as the score. */
const bytes = writeOnnx({
  name: "mlp",
  inputWidth: WIDTH,
  outputs: ["score"],
  constants: {
    w1: weights(WIDTH, 64),
    b1: weights(64),
    w2: weights(64, 64),
    b2: weights(64),
    w3: weights(64, 8),
    b3: weights(8),
  },
  nodes: [
    { op: "Gemm", inputs: ["x", "w1", "b1"], outputs: ["h1"] },
    { op: "Relu", inputs: ["h1"], outputs: ["r1"] },
    { op: "Gemm", inputs: ["r1", "w2", "b2"], outputs: ["h2"] },
    { op: "Relu", inputs: ["h2"], outputs: ["r2"] },
    { op: "Gemm", inputs: ["r2", "w3", "b3"], outputs: ["classes"] },
    { op: "ReduceMax", inputs: ["classes"], outputs: ["score"], ints: { axes: [1], keepdims: 1 } },
  ],
});
const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

const broker = await startTestBroker();
const { token } = await broker.addNode(NODE);
const peer = spawn(
  process.execPath,
  ["--import", "tsx", new URL("./edge/peer.ts", import.meta.url).pathname, broker.ingestUrl],
  { stdio: "inherit" },
);
const features = Array.from({ length: WIDTH }, (_, i) => `f${i}`);
const keysOf = (device: number): string[] => features.map((name) => `d${device}/${name}`);
const streams = Array.from({ length: DEVICES }, (_, device) =>
  keysOf(device).map((key) => ({
    key,
    quantity: "velocity",
    unit: "mm/s",
    type: "number" as const,
    device: `d${device}`,
    rateHz: 1,
  })),
).flat();
const device = await openDevice({ node: NODE, token, url: broker.url, dataDir: join(folder, "data"), streams });
const thread = new ModelThread();
const slots = new Slots(thread, DEFAULT_PROBE_LIMITS);
try {
  const model = await writeModel(
    folder,
    "mlp",
    bytes,
    ioOf(WIDTH, ["score"], (i) => `f${i}`),
    1e9,
  );
  await slots.load({ slot: "mlp", model });
  let scored = 0;
  const pipelines = new Pipelines({
    node: NODE,
    streams: new Map(streams.map((stream) => [stream.key, stream])),
    stateQuotaBytes: 64 * 1_048_576,
    slots,
    slotNames: () => ["mlp"],
    device: patient(device),
    metrics: createMetrics(),
    log: pino({ level: "silent" }),
    onScored: () => (scored += 1),
  });
  const faults = await pipelines.apply([
    {
      pipeline: "bench@1",
      in: Object.fromEntries(features.map((name) => [name, `{device}/${name}`])),
      time: { lateness: "0s" },
      steps: [{ window: { size: "4s", every: "1s" } }, { infer: { slot: "mlp" } }, { threshold: {} }],
      out: { sample: { else: "1/60" } },
    },
  ]);
  if (faults.flat().length > 0) throw new Error(JSON.stringify(faults));
  const mappings = Array.from({ length: DEVICES }, (_, of) =>
    MessageMapping.parse({ time: "ts", values: keysOf(of).map((stream, i) => ({ path: `v[${i}]`, stream })) }),
  );

  let clockMs = 1_767_225_600_000;
  const messagesOf = (steps: number): string[][] =>
    Array.from({ length: steps }, () => {
      clockMs += 1_000;
      return Array.from({ length: DEVICES }, () =>
        JSON.stringify({ ts: clockMs, v: Array.from({ length: WIDTH }, () => Math.round(random() * 1e4) / 1e3) }),
      );
    });
  const take = async (message: string, of: number): Promise<void> => {
    const mapping = mappings[of];
    if (mapping) await pipelines.feed(sampleOf(message, mapping, clockMs));
  };
  /** ms per window of one block through the loop, until the last of its windows is scored */
  const block = async (): Promise<number> => {
    const messages = messagesOf(BLOCK_STEPS);
    const until = scored + BLOCK_STEPS * DEVICES;
    const startedMs = performance.now();
    for (const step of messages) for (const [of, message] of step.entries()) await take(message, of);
    while (scored < until) await new Promise((next) => setImmediate(next));
    return (performance.now() - startedMs) / (BLOCK_STEPS * DEVICES);
  };

  const session = await InferenceSession.create(bytes, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: "sequential",
  });
  const rows = Float32Array.from({ length: WIDTH }, random);
  const bare = async (): Promise<number> => {
    const startedMs = performance.now();
    for (let run = 0; run < BLOCK_STEPS * DEVICES; run += 1)
      await session.run({ x: new Tensor("float32", rows, [1, WIDTH]) });
    return (performance.now() - startedMs) / (BLOCK_STEPS * DEVICES);
  };

  for (const [step, messages] of messagesOf(5).entries())
    for (const [of, message] of messages.entries()) if (step >= 0) await take(message, of);
  await sleep(200);
  await block();
  await bare();
  const ratios: number[] = [];
  const cpuRatios: number[] = [];
  const loopMs: number[] = [];
  const bareMs: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const floor: number[] = [];
    const product: number[] = [];
    const cpu = { bare: 0, loop: 0 };
    for (let at = 0; at < BLOCKS; at += 1) {
      const start = process.cpuUsage();
      floor.push(await bare());
      const middle = process.cpuUsage(start);
      product.push(await block());
      const both = process.cpuUsage(start);
      cpu.bare += middle.user + middle.system;
      cpu.loop += both.user + both.system - middle.user - middle.system;
    }
    cpuRatios.push(cpu.loop / cpu.bare);
    ratios.push(median(product) / median(floor));
    loopMs.push(median(product));
    bareMs.push(median(floor));
  }
  printFigure({
    figure: "edge.infer_ratio",
    value: median(ratios),
    unit: "ratio",
    goal: "<= 1.35",
    n: ROUNDS * BLOCKS * BLOCK_STEPS * DEVICES,
    floor: Math.round(median(bareMs) * 1e6) / 1e3,
    ratio: Math.round(median(ratios) * 1e3) / 1e3,
    note: `${(median(loopMs) * 1_000).toFixed(1)} us a window of ${WIDTH} features through the loop, ${(median(bareMs) * 1_000).toFixed(1)} us bare; rounds ${Math.min(...ratios).toFixed(2)}..${Math.max(...ratios).toFixed(2)}; processor time of all threads ${median(cpuRatios).toFixed(2)} times`,
  });

  const lone: number[] = [];
  const scorer = slots.current("mlp");
  for (let run = 0; scorer && run < 500; run += 1) {
    const startedMs = performance.now();
    await scorer.score(Float32Array.from(rows));
    lone.push(performance.now() - startedMs);
  }
  printFigure({
    figure: "edge.infer_lone_p50_us",
    value: median(lone) * 1_000,
    unit: "us",
    goal: "-",
    n: lone.length,
    note: "one window alone, to the model thread and back",
  });

  const resolution = 1;
  const delay = monitorEventLoopDelay({ resolution });
  delay.enable();
  const untilMs = performance.now() + 10_000;
  let windows = 0;
  const write = patient(device);
  while (performance.now() < untilMs) {
    const [messages = []] = messagesOf(1);
    for (const [of, message] of messages.entries()) {
      const mapping = mappings[of];
      if (!mapping) continue;
      const sample = sampleOf(message, mapping, clockMs);
      await write.write(sample);
      await pipelines.feed(sample);
      windows += 1;
    }
    await sleep(250);
  }
  delay.disable();
  const stats = device.stats();
  printFigure({
    figure: "edge.event_loop_p99_ms",
    value: Math.max(0, delay.percentile(99) / 1e6 - resolution),
    unit: "ms",
    goal: "<= 10",
    n: windows,
    note: `${Math.round(windows / 10)} windows/s and ${Math.round((windows * WIDTH) / 10)} readings/s, ${stats.sentBatches} batches sent, ${stats.ackedBatches} acked; longest ${(delay.max / 1e6).toFixed(1)} ms`,
  });
  await pipelines.stop();
  await session.release();
} finally {
  await thread.close();
  await device.close();
  peer.kill("SIGTERM");
  await broker.stop();
  rmSync(folder, { recursive: true, force: true });
}
