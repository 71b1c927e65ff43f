import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { InferenceSession, Tensor } from "onnxruntime-node";
import pino from "pino";
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
import { printFigure } from "./run";

/**
 * The measured process of edge-infer: figures go to stdout. Arguments: broker, token, how many devices of 32 streams.
 *
 * **`edge.infer_ratio`** is wall time of one window of 32 features through the edge loop over a bare
 * `await session.run` of the same network on one row (performance.md P7): medians of blocks, rounds that alternate.
 * The floor is one row a run because windows come one by one; that the loop gathers those of many devices into one run
 * is its own doing, and counts. Devices send as fast as the loop takes messages, so windows of one device overlap on their
 * way to the model; **`edge.infer_step_ratio`** is the same when no device sends again before every window of the step before
 * is scored: the trip to the model thread and back is then paid by one window per device. Inside the loop: `JSON.parse` of a message of 32 numbers, reading it by paths with checks
 * of time and values, routing, hopping windows of event time (4 s every 1 s), 32 features, the queue to the model thread
 * and back, thresholds, sampling of what leaves the node, and the durable buffer for the rows that do (one in 60).
 * Outside: the making of the messages, and logging every raw reading, which P7 did not do either; **`edge.take_ratio`**
 * is the same with every reading logged as the worker does it. A histogram of drift is not part of the edge yet. Latency
 * of a lone window is another figure, given beside it.
 *
 * **`edge.event_loop_p99_ms`** is how long the event loop keeps a due timer waiting while each device sends, logs and
 * scores one message every 250 ms and the node sends its batches to a broker.
 */
const [url = "", token = "", count = "16"] = process.argv.slice(2);
const WIDTH = 32;
const DEVICES = Number(count);
const ROUNDS = 7;
const BLOCK_STEPS = 1_024 / DEVICES;
const BLOCKS = 12;
const NODE = `bench-infer-${DEVICES}`;
const suffix = DEVICES === 16 ? "" : `_${DEVICES * WIDTH}`;
const size = `${DEVICES * WIDTH} streams`;

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
const device = await openDevice({ node: NODE, token, url, dataDir: join(folder, "data"), streams });
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
  const logged = patient(device);
  const take = async (message: string, of: number, isLogged: boolean): Promise<void> => {
    const mapping = mappings[of];
    if (!mapping) return;
    const sample = sampleOf(message, mapping, clockMs);
    const written = isLogged ? logged.write(sample) : null;
    await pipelines.feed(sample);
    await written;
  };
  /** ms per window of one block through the loop, until the last of its windows is scored */
  const block = async (isLogged = false): Promise<number> => {
    const messages = messagesOf(BLOCK_STEPS);
    const until = scored + BLOCK_STEPS * DEVICES;
    const startedMs = performance.now();
    for (const step of messages) await Promise.all(step.map((message, of) => take(message, of, isLogged)));
    while (scored < until) await new Promise((next) => setImmediate(next));
    return (performance.now() - startedMs) / (BLOCK_STEPS * DEVICES);
  };

  /** the same, each step sent when every window before it has been scored */
  const stepped = async (): Promise<number> => {
    const messages = messagesOf(BLOCK_STEPS);
    const startedMs = performance.now();
    for (const step of messages) {
      const until = scored + DEVICES;
      await Promise.all(step.map((message, of) => take(message, of, false)));
      while (scored < until) await new Promise((next) => setImmediate(next));
    }
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

  for (const messages of messagesOf(5)) await Promise.all(messages.map((message, of) => take(message, of, false)));
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
    figure: `edge.infer_ratio${suffix}`,
    value: median(ratios),
    unit: "ratio",
    goal: "<= 1.35",
    n: ROUNDS * BLOCKS * BLOCK_STEPS * DEVICES,
    floor: Math.round(median(bareMs) * 1e6) / 1e3,
    ratio: Math.round(median(ratios) * 1e3) / 1e3,
    note: `${size}, ${(median(loopMs) * 1_000).toFixed(1)} us a window of ${WIDTH} features through the loop, ${(median(bareMs) * 1_000).toFixed(1)} us bare; rounds ${Math.min(...ratios).toFixed(2)}..${Math.max(...ratios).toFixed(2)}; processor time of all threads ${median(cpuRatios).toFixed(2)} times`,
  });

  const stepRatios: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const floor: number[] = [];
    const product: number[] = [];
    for (let at = 0; at < BLOCKS; at += 1) {
      floor.push(await bare());
      product.push(await stepped());
    }
    stepRatios.push(median(product) / median(floor));
  }
  printFigure({
    figure: `edge.infer_step_ratio${suffix}`,
    value: median(stepRatios),
    unit: "ratio",
    goal: "-",
    n: ROUNDS * BLOCKS * BLOCK_STEPS * DEVICES,
    note: `${size}, as edge.infer_ratio${suffix} when each step waits for the verdicts of the one before; rounds ${Math.min(...stepRatios).toFixed(2)}..${Math.max(...stepRatios).toFixed(2)}`,
  });

  /** Lets the node send what it holds, so that it does not work beside what is measured next. */
  const settled = async (): Promise<void> => {
    await device.flush();
    while (device.stats().lanes.telemetry.batches + device.stats().lanes.inference.batches > 0) await sleep(20);
  };
  const takeRatios: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const floor = await bare();
    takeRatios.push((await block(true)) / floor);
    await settled();
  }
  printFigure({
    figure: `edge.take_ratio${suffix}`,
    value: median(takeRatios),
    unit: "ratio",
    goal: "-",
    n: ROUNDS * BLOCK_STEPS * DEVICES,
    note: `${size}, as edge.infer_ratio${suffix} with every reading logged too; rounds ${Math.min(...takeRatios).toFixed(2)}..${Math.max(...takeRatios).toFixed(2)}`,
  });

  const lone: number[] = [];
  const scorer = slots.current("mlp");
  for (let run = 0; scorer && run < 500; run += 1) {
    const startedMs = performance.now();
    await scorer.score(Float32Array.from(rows));
    lone.push(performance.now() - startedMs);
  }
  printFigure({
    figure: `edge.infer_lone_p50_us${suffix}`,
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
  while (performance.now() < untilMs) {
    const [messages = []] = messagesOf(1);
    for (const [of, message] of messages.entries()) {
      const mapping = mappings[of];
      if (!mapping) continue;
      const sample = sampleOf(message, mapping, clockMs);
      await logged.write(sample);
      await pipelines.feed(sample);
      windows += 1;
    }
    await sleep(250);
  }
  delay.disable();
  const stats = device.stats();
  printFigure({
    figure: `edge.event_loop_p99_ms${suffix}`,
    value: Math.max(0, delay.percentile(99) / 1e6 - resolution),
    unit: "ms",
    goal: "<= 10",
    n: windows,
    note: `${size}, ${Math.round(windows / 10)} windows/s and ${Math.round((windows * WIDTH) / 10)} readings/s, ${stats.sentBatches} batches sent, ${stats.ackedBatches} acked; longest ${(delay.max / 1e6).toFixed(1)} ms`,
  });
  await pipelines.stop();
  await session.release();
} finally {
  await thread.close();
  await device.close();
  rmSync(folder, { recursive: true, force: true });
}
