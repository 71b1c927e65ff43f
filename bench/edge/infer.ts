import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
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
import { benchRandom as random, MLP_WIDTH as WIDTH, mlpModel } from "./mlp";
import { printFigure, spread } from "./run";

/**
 * The measured process of edge-infer: figures go to stdout. Arguments: broker, token, how many devices of 32 streams.
 *
 * **`edge.infer_ratio`** is wall time of one window of 32 features through the edge loop over a bare `await session.run` of
 * the same network on one row, as performance.md P7 has it. Medians of blocks, rounds that alternate. Windows that wait together
 * go to the model in one run, which the floor does not do, so **`edge.infer_batch_ratio`** is the same over bare runs of the
 * very batches that each block made: a bare row in a batch costs less than a microsecond, so it says what everything around the
 * model costs, and has no goal. The messages of a
 * step arrive in a turn of the event loop of their own, as a socket hands them over, and the next ones as soon as the loop takes
 * them, so windows of one device overlap on their way to the model; **`edge.infer_step_ratio`** is
 * the first ratio when no device sends again before every window of the step before is scored: the trip to the model thread
 * and back is then paid by one window per device.
 *
 * Inside the loop: `JSON.parse` of a message of 32 numbers, reading it by paths with checks of time and values, routing, hopping
 * windows of event time (4 s every 1 s), 32 features, the queue to the model thread and back, thresholds, sampling of what
 * leaves the node, the durable buffer for the rows that do (one in 60), and half-way through each block their sync, sealing
 * and sending. Outside: the making of the messages, and logging every raw reading, which P7 did not do either;
 * **`edge.take_ratio`** is the same with every reading logged as the worker does it. A histogram of drift is not part of the
 * edge yet. Latency of a lone window is another figure, given beside it.
 *
 * **`edge.infer_loop_p99`** is how long the event loop keeps a due timer waiting in the very blocks of `edge.infer_ratio`.
 * **`edge.event_loop_p99_ms`** is how long the event loop keeps a due timer waiting while each device sends, logs and
 * scores one message every 250 ms and the node sends its batches to a broker.
 */
const [url = "", token = "", count = "16"] = process.argv.slice(2);
const DEVICES = Number(count);
const ROUNDS = 5;
const BLOCK_STEPS = 4_096 / DEVICES;
const BLOCKS = 8;
/** how often the event loop is asked for a timer, ms */
const TIMER_MS = 1;
const NODE = `bench-infer-${DEVICES}`;
const suffix = DEVICES === 16 ? "" : `_${DEVICES * WIDTH}`;
const size = `${DEVICES * WIDTH} streams`;

const folder = mkdtempSync(join(tmpdir(), "tl-bench-infer-"));
const bytes = mlpModel();
/**
 * Watches how much later than asked timers run, until the returned function is called, which gives the delays in ms. Not Node's
 * own monitor: enabled for a second time, that one counts the time since it was disabled as a delay.
 */
function watchDelays(): () => number[] {
  const late: number[] = [];
  let dueMs = performance.now() + TIMER_MS;
  const timer = setInterval(() => {
    const nowMs = performance.now();
    late.push(Math.max(0, nowMs - dueMs));
    dueMs = nowMs + TIMER_MS;
  }, TIMER_MS);
  return () => {
    clearInterval(timer);
    return late;
  };
}
const percentile99 = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length * 0.99)] ?? Number.NaN;
/** Processor time of all threads of this process since then, us. */
const cpuUs = (since: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(since);
  return user + system;
};
const median = (values: readonly number[]): number => spread(values).median;

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
/** windows in each run of the model since the last look */
let batches: number[] = [];
const thread = new ModelThread({ onLatency: (_ms, windows) => batches.push(windows) });
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
  const perWindow = (startedMs: number): number => (performance.now() - startedMs) / (BLOCK_STEPS * DEVICES);
  const untilScored = async (count: number): Promise<void> => {
    while (scored < count) await new Promise((next) => setImmediate(next));
  };
  const turn = (): Promise<void> => new Promise((next) => setImmediate(next));
  /** ms per window of one block through the loop, until the last of its windows is scored */
  const block = async (messages: readonly string[][], isLogged = false): Promise<number> => {
    const until = scored + BLOCK_STEPS * DEVICES;
    let flushed: Promise<void> | null = null;
    const startedMs = performance.now();
    for (const [at, step] of messages.entries()) {
      await turn();
      await Promise.all(step.map((message, of) => take(message, of, isLogged)));
      if (at === BLOCK_STEPS >> 1) flushed = device.flush();
    }
    await untilScored(until);
    const ms = perWindow(startedMs);
    await flushed;
    return ms;
  };
  /** the same, each step sent when every window before it has been scored */
  const stepped = async (messages: readonly string[][]): Promise<number> => {
    const startedMs = performance.now();
    for (const step of messages) {
      const until = scored + DEVICES;
      await Promise.all(step.map((message, of) => take(message, of, false)));
      await untilScored(until);
    }
    return perWindow(startedMs);
  };

  const session = await InferenceSession.create(bytes, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: "sequential",
  });
  const most = Float32Array.from({ length: WIDTH * BLOCK_STEPS * DEVICES }, random);
  /** ms per window of bare runs with so many rows each */
  const bare = async (runs: readonly number[]): Promise<number> => {
    const startedMs = performance.now();
    for (const rows of runs)
      await session.run({ x: new Tensor("float32", most.subarray(0, rows * WIDTH), [rows, WIDTH]) });
    return perWindow(startedMs);
  };
  const oneByOne = Array.from({ length: BLOCK_STEPS * DEVICES }, () => 1);

  /** Rounds of blocks, each followed by bare runs of the batches that it made, and of single rows. */
  const compare = async (
    run: (messages: readonly string[][]) => Promise<number>,
    blocks: number,
    afterRound = async () => {},
  ) => {
    const rounds = {
      loopUs: [] as number[],
      bareUs: [] as number[],
      rowUs: [] as number[],
      windowsPerRun: [] as number[],
      cpuRatios: [] as number[],
    };
    for (let round = 0; round < ROUNDS; round += 1) {
      const ms = { loop: [] as number[], bare: [] as number[], row: [] as number[] };
      const cpu = { loop: 0, bare: 0 };
      let runs = 0;
      for (let at = 0; at < blocks; at += 1) {
        batches = [];
        const messages = messagesOf(BLOCK_STEPS);
        await turn();
        const loopCpu = process.cpuUsage();
        ms.loop.push(await run(messages));
        cpu.loop += cpuUs(loopCpu);
        const same = batches;
        if (same.reduce((sum, rows) => sum + rows, 0) !== BLOCK_STEPS * DEVICES)
          throw new Error("the batches of a block do not hold its windows");
        runs += same.length;
        const bareCpu = process.cpuUsage();
        ms.bare.push(await bare(same));
        cpu.bare += cpuUs(bareCpu);
        ms.row.push(await bare(oneByOne));
      }
      rounds.loopUs.push(median(ms.loop) * 1_000);
      rounds.bareUs.push(median(ms.bare) * 1_000);
      rounds.rowUs.push(median(ms.row) * 1_000);
      rounds.windowsPerRun.push((blocks * BLOCK_STEPS * DEVICES) / runs);
      rounds.cpuRatios.push(cpu.loop / cpu.bare);
      await afterRound();
    }
    const over = (floor: readonly number[]) => spread(rounds.loopUs.map((us, i) => us / (floor[i] ?? Number.NaN)));
    return {
      ...rounds,
      n: ROUNDS * blocks * BLOCK_STEPS * DEVICES,
      ratio: over(rounds.bareUs),
      rowRatio: over(rounds.rowUs),
    };
  };
  const printRatio = (
    figure: string,
    { median: value, min, max }: { median: number; min: number; max: number },
    floorUs: number,
    { goal, n, note }: { goal: string; n: number; note: string },
  ): void =>
    printFigure({
      figure: `${figure}${suffix}`,
      value,
      min,
      max,
      unit: "ratio",
      goal,
      n,
      floor: floorUs,
      ratio: value,
      note: `${size}, ${note}`,
    });

  for (const messages of messagesOf(5)) await Promise.all(messages.map((message, of) => take(message, of, false)));
  await sleep(200);
  await block(messagesOf(BLOCK_STEPS));
  await bare(oneByOne);

  let delays: number[] = [];
  const delayMs: number[] = [];
  let longestMs = 0;
  const before = device.stats();
  const infer = await compare(
    async (messages) => {
      const stop = watchDelays();
      const ms = await block(messages);
      delays.push(...stop());
      return ms;
    },
    BLOCKS,
    async () => {
      delayMs.push(percentile99(delays));
      longestMs = Math.max(longestMs, ...delays);
      delays = [];
    },
  );
  const after = device.stats();
  const loopUs = median(infer.loopUs).toFixed(1);
  printRatio("edge.infer_batch_ratio", infer.ratio, median(infer.bareUs), {
    goal: "-",
    n: infer.n,
    note: `${loopUs} us a window of ${WIDTH} features through the loop, ${median(infer.bareUs).toFixed(2)} us in bare runs of the same batches, ${median(infer.windowsPerRun).toFixed(1)} windows a run; processor time of all threads ${median(infer.cpuRatios).toFixed(1)} times`,
  });
  printRatio("edge.infer_ratio", infer.rowRatio, median(infer.rowUs), {
    goal: "<= 1.35",
    n: infer.n,
    note: `${loopUs} us a window of ${WIDTH} features through the loop over bare runs of one row, ${median(infer.rowUs).toFixed(1)} us each`,
  });
  const p99 = spread(delayMs);
  printFigure({
    figure: `edge.infer_loop_p99${suffix}`,
    value: p99.median,
    min: p99.min,
    max: p99.max,
    unit: "ms",
    goal: "<= 10",
    n: ROUNDS * BLOCKS,
    note: `${size}, in the blocks of edge.infer_ratio${suffix}, flat out, each with a sync; ${after.sentBatches - before.sentBatches} batches sent, ${after.ackedBatches - before.ackedBatches} acked meanwhile; longest ${longestMs.toFixed(1)} ms`,
  });

  const step = await compare(stepped, BLOCKS / 2);
  printRatio("edge.infer_step_ratio", step.rowRatio, median(step.rowUs), {
    goal: "-",
    n: step.n,
    note: `as edge.infer_ratio${suffix} when each step waits for the verdicts of the one before: ${median(step.loopUs).toFixed(1)} us a window, ${median(step.windowsPerRun).toFixed(1)} windows a run`,
  });

  /** Lets the node send what it holds, so that it does not work beside what is measured next. */
  const settled = async (): Promise<void> => {
    await device.flush();
    while (device.stats().lanes.telemetry.batches + device.stats().lanes.inference.batches > 0) await sleep(20);
  };
  const taken = await compare((messages) => block(messages, true), 1, settled);
  printRatio("edge.take_ratio", taken.rowRatio, median(taken.rowUs), {
    goal: "-",
    n: taken.n,
    note: `as edge.infer_ratio${suffix} with every reading logged too: ${median(taken.loopUs).toFixed(1)} us a window`,
  });

  const lone: number[] = [];
  const scorer = slots.current("mlp");
  for (let run = 0; scorer && run < 500; run += 1) {
    const startedMs = performance.now();
    await scorer.score(Float32Array.from(most.subarray(0, WIDTH)));
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

  const stop = watchDelays();
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
  const paced = stop();
  const stats = device.stats();
  printFigure({
    figure: `edge.event_loop_p99_ms${suffix}`,
    value: percentile99(paced),
    unit: "ms",
    goal: "<= 10",
    n: windows,
    note: `${size}, ${Math.round(windows / 10)} windows/s and ${Math.round((windows * WIDTH) / 10)} readings/s, ${stats.sentBatches} batches sent, ${stats.ackedBatches} acked; longest ${Math.max(...paced).toFixed(1)} ms`,
  });
  await pipelines.stop();
  await session.release();
} finally {
  await thread.close();
  await device.close();
  rmSync(folder, { recursive: true, force: true });
}
