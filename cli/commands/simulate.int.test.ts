import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { buildProcesses, bundlePath } from "@/cli/build";
import { type TestBroker, startTestBroker } from "@/cli/embedded/testing";
import { LedgerPeer } from "@/sdk/device/testing";

let broker: TestBroker;
let folder = "";
const children: ChildProcess[] = [];

beforeAll(async () => {
  await buildProcesses();
  broker = await startTestBroker();
  folder = await mkdtemp(join(tmpdir(), "simulate-"));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});
afterAll(async () => {
  await broker.stop();
  await rm(folder, { recursive: true, force: true });
});

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

function simulate(args: string[], env: Record<string, string> = {}): Promise<Ended> {
  const child = spawn(process.execPath, [bundlePath("cli"), "simulate", ...args], {
    env: { NODE_ENV: "production", PATH: process.env["PATH"] ?? "", THROUGHLINE_DATA: folder, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.push(child);
  const ended: Ended = { code: null, stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (ended.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (ended.stderr += text));
  return new Promise((resolve) => child.on("close", (code) => resolve({ ...ended, code })));
}

test("a simulated plant arrives whole over the real wire: every row, events, ground truth, and a summary that says so", async () => {
  const { token } = await broker.addNode("sim-1");
  const peer = await LedgerPeer.connect(broker.ingestUrl, "simulate-peer");
  try {
    const truthFile = join(folder, "truth.json");
    const args = [
      "--plant",
      "pump-house",
      "--node",
      "sim-1",
      "--minutes",
      "4",
      "--speed",
      "max",
      "--seed",
      "7",
      "--start",
      "2026-06-01T09:00:00Z",
      "--truth",
      truthFile,
      "--json",
      "--url",
      broker.url,
    ];
    const { code, stdout, stderr } = await simulate(args, { NODE_TOKEN: token });
    expect(code, stderr).toBe(0);
    const summary: unknown = JSON.parse(stdout.trim().split("\n").at(-1) ?? "{}");
    expect(summary).toMatchObject({ plant: "pump-house", nodes: ["sim-1"], streams: 24, settled: true, events: 3 });
    const { stored, lost } = peer.account("sim-1", "telemetry");
    expect(summary).toMatchObject({ rows: stored.length });
    expect(stored.length).toBe(265); // four minutes at 1 Hz, and the 25 rows of pump 3 that came late
    expect(lost).toBe(0);
    expect(JSON.stringify(peer.batches("events").map(({ batch }) => batch))).toMatch(
      /"kind":"ground-truth".*"cause":"wear"/,
    );
    expect(JSON.parse(await readFile(truthFile, "utf8"))).toMatchObject([
      {
        node: "sim-1",
        causes: [
          { cause: "wear", target: "pump-2" },
          { cause: "dropout", target: "pump-3" },
        ],
      },
    ]);
    expect(peer.faults).toEqual([]);
  } finally {
    await peer.client.endAsync(true);
  }
}, 60_000);

test("the same seed prints the same bytes", async () => {
  const args = [
    "--plant",
    "press-line",
    "--minutes",
    "2",
    "--speed",
    "max",
    "--start",
    "2026-06-01T09:00:00Z",
    "--dry-run",
  ];
  const [one, two] = await Promise.all([simulate(args), simulate(args)]);
  const readings = ({ stdout }: Ended): string[] => stdout.trim().split("\n").slice(0, -1);
  expect(readings(one).length).toBeGreaterThan(100);
  expect(readings(one)).toEqual(readings(two));
});

test("what cannot be run is refused with the fix", async () => {
  expect(await simulate(["--plant", "bakery", "--dry-run"])).toMatchObject({
    code: 64,
    stderr: expect.stringMatching(/no plant "bakery"[\s\S]*pump-house/),
  });
  expect(await simulate(["--minutes", "soon", "--dry-run"])).toMatchObject({
    code: 64,
    stderr: expect.stringMatching(/--minutes is "soon"/),
  });
  expect(await simulate([])).toMatchObject({ code: 64, stderr: expect.stringMatching(/need 1 token[\s\S]*node add/) });
  expect(await simulate(["--scenario", join(folder, "none.yaml"), "--dry-run"])).toMatchObject({
    code: 64,
    stderr: expect.stringMatching(/scenario .* cannot be read/),
  });
});
