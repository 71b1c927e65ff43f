import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pino from "pino";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { CommandHandler } from "@/sdk/device/commands";
import type { DeviceStats } from "@/sdk/device/stats";
import type { DesiredFault } from "@/sdk/device/twin";
import type { Desired } from "@/sdk/wire/twin";
import { openAdapters } from "./adapters/open";
import { loadConfig } from "./config";
import type { EdgeDevice } from "./device";
import { sumModel } from "./inference/testing";
import { ioOf, writeModel } from "./inference/testing-files";
import type { EventOut, InferenceOut } from "./pipeline/output";
import type { Sample } from "./samples";
import { statsOf } from "./testing-device";
import { type EdgeWorker, startWorker } from "./worker";

let folder = "";
let worker: EdgeWorker | null = null;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "edge-"));
});
afterEach(async () => {
  await worker?.stop();
  worker = null;
  await rm(folder, { recursive: true, force: true });
});

/** Stands in for the broker side: keeps what it is given. */
function recorder() {
  const written: Sample[] = [];
  const events: EventOut[] = [];
  const inferences: InferenceOut[] = [];
  let stats = statsOf();
  let refusal: Error | null = null;
  const commands = new Map<string, CommandHandler>();
  const restarts: number[] = [];
  let desire: (desired: Desired) => Promise<DesiredFault[]> = async () => [];
  const device: EdgeDevice = {
    write: async (sample) => {
      if (refusal) throw refusal;
      written.push(sample);
    },
    event: async (row) => void events.push(row),
    inference: async (row) => void inferences.push(row),
    onDesired: async (handler) => void (desire = handler),
    reapplyDesired: async () => undefined,
    rebirth: async () => undefined,
    onCommand: (verb, handler) => void commands.set(verb, handler),
    stats: () => stats,
    flush: async () => undefined,
    close: async () => undefined,
  };
  return {
    device,
    written,
    events,
    inferences,
    commands,
    restarts,
    refuse: (cause: Error | null) => void (refusal = cause),
    say: (changes: Partial<DeviceStats>) => void (stats = statsOf(changes)),
    desire: (desired: Partial<Desired>) =>
      desire({ v: 1, revision: 1, slots: [], pipelines: [], sampling: {}, ...desired }),
  };
}

const PIPELINE = {
  pipeline: "vib-watch@1",
  in: { v: "pump-1/vibration" },
  time: { lateness: "0s" },
  steps: [
    { window: { size: "5s" } },
    { infer: { slot: "health" } },
    { threshold: { on: "score", kind: "vibration-alarm" } },
  ],
};

/** A minute of 1 at 1 Hz, then twenty seconds of 9. */
async function start(changes: Record<string, unknown> = {}, threshold = 5) {
  const rows = Array.from(
    { length: 80 },
    (_, s) => `${new Date(Date.UTC(2026, 0, 1, 0, 0, s)).toISOString()},${s < 60 ? 1 : 9},${s < 60 ? 0 : 1}`,
  );
  await writeFile(join(folder, "log.csv"), `timestamp,value,label\n${rows.join("\n")}\n`);
  await writeModel(
    folder,
    "sum",
    sumModel(1),
    ioOf(1, ["score"], () => "v"),
    threshold,
  );
  const file = join(folder, "edge.yaml");
  await writeFile(
    file,
    JSON.stringify({
      node: "pump-house-1",
      token: "tln_x",
      dataDir: "data",
      port: 0,
      memoryMb: 4_000, // the test's own process is large
      logLevel: "silent",
      streams: [
        {
          key: "pump-1/vibration",
          quantity: "velocity",
          unit: "mm/s",
          device: "pump-1",
          rateHz: 1,
          clean: { range: [0, 100, "mm/s"] },
        },
      ],
      adapters: [
        {
          kind: "replay",
          file: "log.csv",
          columns: { value: "pump-1/vibration" },
          labels: { label: "fault" },
          speed: "max",
          time: "capture",
        },
      ],
      slots: [{ slot: "health", model: "sum.onnx" }],
      pipelines: [PIPELINE],
      ...changes,
    }),
  );
  const { config } = loadConfig({}, file);
  const recorded = recorder();
  worker = await startWorker({
    config,
    streams: config.streams,
    adapters: openAdapters(config.adapters).map(({ adapter }) => adapter),
    device: recorded.device,
    log: pino({ level: "silent" }),
    version: "test",
    restart: () => void recorded.restarts.push(Date.now()),
  });
  return recorded;
}

const get = async (path: string) => {
  const response = await fetch(`http://127.0.0.1:${worker?.port}${path}`);
  return { status: response.status, text: await response.text() };
};

test("a recording runs through the line: readings, scores stamped with the model, one alarm, its truth", async () => {
  const { written, events, inferences } = await start();
  await expect.poll(() => written.length).toBe(80);
  await expect.poll(() => inferences.length).toBe(15);
  expect(inferences.map(({ output }) => output.score)).toEqual([...Array<number>(12).fill(1), 9, 9, 9]);
  expect(new Set(inferences.map(({ model }) => model))).toEqual(
    new Set([expect.stringMatching(/^sha256:[0-9a-f]{64}$/)]),
  );
  expect(inferences[0]).toMatchObject({
    slot: "health",
    role: "active",
    input: { "v.mean": 1 },
    output: { label: "normal", device: "pump-1" },
  });
  expect(events.filter(({ kind }) => kind === "vibration-alarm")).toMatchObject([
    { severity: "high", stream: "pump-1/vibration", data: { state: "raised", value: 9, limit: 5 } },
  ]);
  expect(events.filter(({ kind }) => kind === "truth.fault")).toMatchObject([
    { tsMs: Date.UTC(2026, 0, 1, 0, 1, 0), data: { state: "begin" } },
  ]);
}, 20_000);

test("health names every part and metrics count what happened", async () => {
  const { written } = await start();
  await expect.poll(() => written.length).toBe(80);
  const health = await get("/health");
  expect(health.status).toBe(200);
  expect(JSON.parse(health.text)).toMatchObject({
    status: "ok",
    node: "pump-house-1",
    slots: [{ slot: "health", name: "sum" }],
  });
  const metrics = (await get("/metrics")).text;
  expect(metrics).toMatch(/throughline_edge_readings_total 80/);
  expect(metrics).toMatch(/throughline_edge_event_loop_delay_seconds_bucket/);
  expect((await get("/nothing")).status).toBe(404);
}, 20_000);

test("a node without a connection says so in its health, with the reason, and in its metrics", async () => {
  const { say } = await start();
  say({ state: "waiting", failedConnects: 5, connectTrouble: "connect ECONNREFUSED 127.0.0.1:9", bufferBytes: 4_096 });
  const health = await get("/health");
  expect(health.status).toBe(200);
  expect(JSON.parse(health.text)).toMatchObject({
    status: "degraded",
    parts: expect.arrayContaining([
      { name: "control plane", status: "degraded", detail: expect.stringContaining("ECONNREFUSED") },
      { name: "buffer", status: "ok" },
    ]),
  });
  const metrics = (await get("/metrics")).text;
  expect(metrics).toMatch(/throughline_edge_connected 0/);
  expect(metrics).toMatch(/throughline_edge_buffer_bytes 4096/);
}, 20_000);

test("a refusal that passes leaves no trace in the health of its source", async () => {
  const { refuse, written } = await start({
    adapters: [{ kind: "replay", file: "log.csv", columns: { value: "pump-1/vibration" }, loop: true, speed: 200 }],
  });
  const source = () => worker?.health().parts.find(({ name }) => name.startsWith("adapter"));
  refuse(new Error("The disk is full."));
  await expect.poll(source).toMatchObject({ status: "degraded", detail: "The disk is full." });
  refuse(null);
  const before = written.length;
  await expect.poll(() => written.length).toBeGreaterThan(before);
  await expect.poll(source).toMatchObject({ status: "ok" });
}, 20_000);

test("snapshot tells the health of this moment; restart is answered first and comes after", async () => {
  const { commands, restarts, say } = await start();
  say({ state: "waiting", failedConnects: 1, connectTrouble: "no answer" });
  expect(await commands.get("snapshot")?.({})).toMatchObject({
    status: "degraded",
    node: "pump-house-1",
    slots: [{ slot: "health", digest: expect.stringMatching(/^sha256:/) }],
    parts: expect.arrayContaining([expect.objectContaining({ name: "control plane", status: "degraded" })]),
  });
  const askedMs = Date.now();
  expect(await commands.get("restart")?.({})).toEqual({ inMs: 1_000 });
  expect(restarts).toEqual([]);
  await expect.poll(() => restarts.length, { timeout: 3_000 }).toBe(1);
  expect((restarts[0] ?? 0) - askedMs).toBeGreaterThanOrEqual(990);
}, 20_000);

test("a refused model leaves its slot empty, says so, and readings go on", async () => {
  await writeFile(join(folder, "bad.onnx"), "not a model");
  await writeModel(
    folder,
    "bad",
    new TextEncoder().encode("not a model"),
    ioOf(1, ["score"], () => "v"),
  );
  const { written } = await start({ slots: [{ slot: "health", model: "bad.onnx" }] });
  await expect.poll(() => written.length).toBe(80);
  const health = await get("/health");
  expect(health.status).toBe(503);
  expect(health.text).toMatch(/MODEL_PARSE/);
}, 20_000);

test("a file whose bytes are not those of its manifest is not used", async () => {
  await writeModel(
    folder,
    "swapped",
    sumModel(1),
    ioOf(1, ["score"], () => "v"),
  );
  await writeFile(join(folder, "swapped.onnx"), sumModel(1, 2));
  await start({ slots: [{ slot: "health", model: "swapped.onnx" }] });
  expect((await get("/health")).text).toMatch(/MODEL_HASH/);
}, 20_000);

test("a pipeline that cannot run stops the start, with path and fix", async () => {
  await expect(start({ pipelines: [{ ...PIPELINE, in: { v: "pump-1/vibratoin" } }] })).rejects.toThrow(
    /pipelines\[0\]\.in\.v: no stream "pump-1\/vibratoin"[\s\S]*Fix: Use one that exists, such as pump-1\/vibration/,
  );
}, 20_000);

test("a desired pipeline replaces the running one; a faulty one leaves it and is reported", async () => {
  const { desire } = await start();
  const faults = await desire({
    revision: 2,
    pipelines: [{ name: "vib-watch", version: 2, spec: { ...PIPELINE, in: { v: "nowhere" } } }],
  });
  expect(faults).toMatchObject([{ path: "pipelines.vib-watch.in.v", code: "UNKNOWN_STREAM" }]);
  expect(worker?.health()["pipelines"]).toMatchObject([{ pipeline: "vib-watch@1" }]);
  expect(await desire({ revision: 3, pipelines: [{ name: "vib-watch", version: 3, spec: PIPELINE }] })).toEqual([]);
  expect(worker?.health()["pipelines"]).toMatchObject([{ pipeline: "vib-watch@3" }]);
}, 20_000);

test("a new model file takes over between windows; one that does not fit the pipeline leaves the old one running", async () => {
  const { inferences } = await start({
    adapters: [{ kind: "replay", file: "log.csv", columns: { value: "pump-1/vibration" }, loop: true, speed: 200 }],
  });
  await expect.poll(() => inferences.length, { timeout: 10_000 }).toBeGreaterThan(0);
  const before = worker?.slots()[0]?.committed;
  await writeModel(
    folder,
    "sum",
    sumModel(1, 100),
    ioOf(1, ["score"], () => "v"),
    5,
  );
  await worker?.reload();
  const after = worker?.slots()[0]?.committed;
  expect(after).not.toBe(before);
  await expect.poll(() => inferences.at(-1)?.model, { timeout: 10_000 }).toBe(after);
  for (const { model, output, input } of inferences)
    expect(output.score).toBeCloseTo((input["v.mean"] ?? 0) * (model === after ? 100 : 1), 3);

  await writeModel(
    folder,
    "sum",
    sumModel(1, 3),
    ioOf(1, ["score"], () => "pump-9/temp"),
    5,
  );
  await worker?.reload();
  expect(worker?.slots()[0]?.committed).toBe(after);
  expect((await get("/health")).text).toMatch(/the model needs pump-9\/temp .*which is not an input/);
}, 30_000);

test("it stops within five seconds while a looped source is running", async () => {
  await start({
    adapters: [{ kind: "replay", file: "log.csv", columns: { value: "pump-1/vibration" }, loop: true, speed: 1 }],
  });
  const startedMs = Date.now();
  await worker?.stop();
  worker = null;
  expect(Date.now() - startedMs).toBeLessThan(5_000);
}, 20_000);
