import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { buildProcesses, nodeArgs } from "@/cli/build";
import { type TestBroker, startTestBroker } from "@/cli/embedded/testing";
import { LedgerPeer } from "@/sdk/device/testing";
import { sumModel } from "./inference/testing";
import { ioOf, writeModel } from "./inference/testing-files";

let broker: TestBroker;
let folder = "";
let child: ChildProcess | null = null;
let peer: LedgerPeer | null = null;

beforeAll(async () => {
  await buildProcesses();
  broker = await startTestBroker();
});
afterAll(() => broker.stop());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "edge-int-"));
});
afterEach(async () => {
  child?.kill("SIGKILL");
  await peer?.client.endAsync(true);
  peer = null;
  await rm(folder, { recursive: true, force: true });
});

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Starts the bundled worker as its own process; `ended` tells how it went. */
function startEdge(
  env: Record<string, string>,
  args: string[] = [],
): { process: ChildProcess; port: Promise<number>; ended: Promise<Ended> } {
  const started = spawn(process.execPath, [...nodeArgs("edge"), ...args], {
    env: { NODE_ENV: "production", PATH: process.env["PATH"] ?? "", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  child = started;
  let stdout = "";
  let stderr = "";
  let tellPort: (port: number) => void = () => undefined;
  const port = new Promise<number>((resolve) => (tellPort = resolve));
  started.stdout?.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    const [, found] = /"port":(\d+)/.exec(stdout) ?? [];
    if (found) tellPort(Number(found));
  });
  started.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const ended = new Promise<Ended>((resolve) => started.on("close", (code) => resolve({ code, stdout, stderr })));
  return { process: started, port, ended };
}

/** 40 s at 1 and 20 s at 9, at 20 times the pace; the limit is 5. */
async function writeLine(changes: Record<string, unknown> = {}): Promise<string> {
  const rows = Array.from(
    { length: 600 },
    (_, tenth) => `${(1_767_225_600_000 + tenth * 100) / 1_000},${tenth < 400 ? 1 : 9},${tenth < 400 ? 0 : 1}`,
  );
  await writeFile(join(folder, "log.csv"), `timestamp,value,label\n${rows.join("\n")}\n`);
  await writeModel(
    folder,
    "sum",
    sumModel(1),
    ioOf(1, ["score"], () => "v"),
    5,
  );
  const file = join(folder, "edge.yaml");
  await writeFile(
    file,
    JSON.stringify({
      node: "edge-test-1",
      site: "lyon",
      url: broker.url,
      port: 0,
      dataDir: "data",
      streams: [{ key: "pump-1/vibration", quantity: "velocity", unit: "mm/s", device: "pump-1", rateHz: 200 }],
      adapters: [
        {
          kind: "replay",
          file: "log.csv",
          columns: { value: "pump-1/vibration" },
          labels: { label: "fault" },
          speed: 20,
        },
      ],
      slots: [{ slot: "health", model: "sum.onnx" }],
      pipelines: [
        {
          pipeline: "vib@1",
          in: { v: "pump-1/vibration" },
          time: { lateness: "0s", idle: "1s" },
          steps: [
            { window: { size: "100ms" } },
            { infer: { slot: "health" } },
            { threshold: { kind: "vibration-alarm" } },
          ],
        },
      ],
      ...changes,
    }),
  );
  return file;
}

test("the worker's process sends its birth, telemetry, inference and events, in 256 MB, and stops within 5 s", async () => {
  const config = await writeLine();
  const { token } = await broker.addNode("edge-test-1");
  peer = await LedgerPeer.connect(broker.ingestUrl, "edge-int-peer");
  const ledger = peer;
  const edge = startEdge({ EDGE_CONFIG: config, EDGE_TOKEN: token });
  const port = await edge.port;

  await expect.poll(() => ledger.values("1").length, { timeout: 20_000 }).toBe(600);
  const rowsOf = (lane: "events" | "inference"): { dt: number }[] =>
    ledger.batches(lane).flatMap(({ batch }): { dt: number }[] => ("rows" in batch ? batch.rows : []));
  await expect.poll(() => rowsOf("inference").length, { timeout: 10_000 }).toBeGreaterThan(20);
  await expect.poll(() => JSON.stringify(rowsOf("events")), { timeout: 10_000 }).toMatch(/vibration-alarm/);
  expect(JSON.stringify(rowsOf("events"))).toMatch(/truth\.fault/);
  expect(JSON.stringify(rowsOf("inference")[0])).toMatch(/"slot":"health","model":"sha256:[0-9a-f]{64}"/);
  const birth = ledger.messages.filter(({ topic }) => topic.endsWith("/up/birth")).at(-1);
  expect(JSON.parse(birth?.payload.toString() ?? "{}")).toMatchObject({
    site: "lyon",
    agent: "edge-worker/1.0.0",
    streams: [{ key: "pump-1/vibration" }],
    slots: [{ slot: "health", committed: expect.stringMatching(/^sha256:/) }],
  });
  expect(ledger.faults).toEqual([]);

  const health = await (await fetch(`http://127.0.0.1:${port}/health`)).json();
  expect(health).toMatchObject({ status: "ok", node: "edge-test-1" });
  if (existsSync("/proc/self/status")) {
    const status = await readFile(`/proc/${edge.process.pid}/status`, "utf8");
    const peakMb = Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1_024;
    process.stdout.write(`edge worker peak resident memory with one model: ${peakMb.toFixed(0)} MB\n`);
    expect(peakMb).toBeLessThan(256);
  }
  const startedMs = Date.now();
  edge.process.kill("SIGTERM");
  expect((await edge.ended).code).toBe(0);
  expect(Date.now() - startedMs).toBeLessThan(5_000);
});

const noProc = !existsSync("/proc/self/status");
if (noProc) process.stdout.write("SKIPPED: peak memory of the edge worker is not measured, there is no /proc here\n");

test.skipIf(noProc)(
  "with a backlog to send, two models and a swap of both, the worker stays under 256 MB",
  async () => {
    const io = ioOf(1, ["score"], () => "v");
    await writeModel(folder, "second", sumModel(1, 2), io, 50);
    const step = (slot: string) => ({
      in: { v: "pump-1/vibration" },
      time: { lateness: "0s", idle: "1s" },
      steps: [{ window: { size: "100ms" } }, { infer: { slot } }],
    });
    const config = await writeLine({
      slots: [
        { slot: "health", model: "sum.onnx" },
        { slot: "twice", model: "second.onnx" },
      ],
      pipelines: [
        { pipeline: "one@1", ...step("health") },
        { pipeline: "two@1", ...step("twice") },
      ],
      adapters: [{ kind: "replay", file: "log.csv", columns: { value: "pump-1/vibration" }, loop: true, speed: 200 }],
      sealMs: 50,
    });
    const { token } = await broker.addNode("edge-test-1");
    peer = await LedgerPeer.connect(broker.ingestUrl, "edge-int-memory");
    peer.isAcking = false;
    const ledger = peer;
    const edge = startEdge({ EDGE_CONFIG: config, EDGE_TOKEN: token });
    const port = await edge.port;
    const health = async () =>
      (await fetch(`http://127.0.0.1:${port}/health`)).json() as Promise<{
        slots: { digest: string }[];
        device: { epoch: string; lanes: Record<string, { batches: number }> };
      }>;
    await expect
      .poll(async () => (await health()).device.lanes["telemetry"]?.batches ?? 0, { timeout: 30_000 })
      .toBeGreaterThan(60);
    const before = (await health()).slots.map(({ digest }) => digest);
    await writeModel(folder, "sum", sumModel(1, 3), io, 15);
    await writeModel(folder, "second", sumModel(1, 4), io, 100);
    edge.process.kill("SIGHUP");
    await expect
      .poll(async () => (await health()).slots.every(({ digest }, index) => digest !== before[index]), {
        timeout: 20_000,
      })
      .toBe(true);
    ledger.isAcking = true;
    const { epoch } = (await health()).device;
    for (const lane of ["telemetry", "inference"] as const) await ledger.ack("edge-test-1", epoch, lane);
    await expect
      .poll(async () => (await health()).device.lanes["telemetry"]?.batches ?? 99, { timeout: 30_000 })
      .toBeLessThan(30);
    const status = await readFile(`/proc/${edge.process.pid}/status`, "utf8");
    const peakMb = Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? Number.NaN) / 1_024;
    process.stdout.write(
      `edge worker peak resident memory, backlog, two models, both swapped: ${peakMb.toFixed(0)} MB\n`,
    );
    expect(peakMb).toBeLessThan(256);
  },
  120_000,
);

test("the commands snapshot and restart are answered; after restart the process has ended with 0", async () => {
  const config = await writeLine();
  const { token } = await broker.addNode("edge-test-1");
  peer = await LedgerPeer.connect(broker.ingestUrl, "edge-int-commands");
  const { client, messages } = peer;
  const edge = startEdge({ EDGE_CONFIG: config, EDGE_TOKEN: token });
  await edge.port;
  const responseTopic = "tl/1/edge-test-1/up/rsp";
  const answers = () =>
    messages.filter(({ topic }) => topic === responseTopic).map(({ payload }) => JSON.parse(payload.toString()));
  await expect.poll(() => messages.some(({ topic }) => topic.endsWith("/up/state")), { timeout: 10_000 }).toBe(true);
  const send = (verb: string, id: number) =>
    client.publishAsync(`tl/1/edge-test-1/dn/cmd/${verb}`, JSON.stringify({ v: 1, args: {} }), {
      qos: 1,
      properties: { responseTopic, correlationData: Buffer.alloc(16, id) },
    });
  await send("snapshot", 1);
  await send("calibrate", 2);
  await send("restart", 3);
  expect((await edge.ended).code).toBe(0);
  expect(answers()).toMatchObject([
    { verb: "snapshot", ok: true, code: "done", result: { node: "edge-test-1", slots: [{ slot: "health" }] } },
    { verb: "calibrate", ok: false, code: "refused", detail: "Nothing on this node handles calibrate." },
    { verb: "restart", ok: true, code: "done" },
  ]);
});

test("a faulty configuration ends with 78 and names each path and fix", async () => {
  const config = await writeLine({ node: "Edge One", quotaMb: "much", colour: "blue" });
  const { code, stderr } = await startEdge({ EDGE_CONFIG: config, EDGE_TOKEN: "x", EDGE_PROT: "1" }, ["--check"]).ended;
  expect(code).toBe(78);
  expect(stderr).toMatch(/EDGE_PROT: no such variable/);
  expect(stderr).toMatch(/^node: /m);
  expect(stderr).toMatch(/no such setting: colour/);
  expect(stderr).toMatch(/quotaMb/);
  expect(stderr).toMatch(/Fix: /);
});

test("a pipeline that cannot run ends with 78 too", async () => {
  const config = await writeLine({
    pipelines: [{ pipeline: "vib@1", in: { v: "pump-9/vibration" }, steps: [{ window: { size: "1s" } }] }],
  });
  const { code, stderr } = await startEdge({ EDGE_CONFIG: config, EDGE_TOKEN: "x", EDGE_LOG_LEVEL: "silent" }).ended;
  expect(code).toBe(78);
  expect(stderr).toMatch(/pipelines\[0\]\.in\.v: no stream "pump-9\/vibration"/);
});

test("--explain tells value, source, default and meaning, and keeps the token to itself", async () => {
  const config = await writeLine();
  const { code, stdout } = await startEdge({ EDGE_CONFIG: config, EDGE_TOKEN: "tln_secret", EDGE_QUOTA_MB: "64" }, [
    "--explain",
  ]).ended;
  expect(code).toBe(0);
  expect(stdout).toMatch(/quotaMb = 64\n.*\n.*from: environment EDGE_QUOTA_MB {3}default: 512/);
  expect(stdout).toMatch(/site = "lyon"\n.*\n.*from: file/);
  expect(stdout).toMatch(/logLevel = "info"\n.*\n.*from: default/);
  expect(stdout).not.toMatch(/tln_secret/);
});

test("--explain explains without any configuration, and then names what is missing", async () => {
  const { code, stdout } = await startEdge({}, ["--explain"]).ended;
  expect(code).toBe(0);
  expect(stdout).toMatch(/quotaMb = 512\n {4}disk the buffer may take/);
  expect(stdout).toMatch(/It cannot be used yet:\nnode: is missing/);
});

test("the configuration file may be the word after the options; any other word is told, with the usage", async () => {
  const config = await writeLine();
  const explained = await startEdge({ EDGE_TOKEN: "x" }, ["--explain", config]).ended;
  expect([explained.code, explained.stderr]).toEqual([0, ""]);
  expect(explained.stdout).toMatch(/node = "edge-test-1"/);
  const two = await startEdge({ EDGE_TOKEN: "x" }, ["--check", config, "other.yaml"]).ended;
  expect([two.code, two.stderr]).toEqual([64, expect.stringMatching(/One configuration file, not 2.*\nUsage: edge/)]);
  const unknown = await startEdge({ EDGE_TOKEN: "x" }, ["--verbose"]).ended;
  expect([unknown.code, unknown.stderr]).toEqual([64, expect.stringMatching(/'--verbose'.*\nUsage: edge/)]);
});
