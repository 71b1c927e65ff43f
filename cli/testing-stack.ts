import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { z } from "zod";
import { brokerPlace, removeBrokerData } from "./embedded/broker-home";
import { removePostgresData } from "./embedded/postgres";
import { endWithUs } from "./embedded/testing-guard";
import { isSameProcess, type ProcessId, signal } from "./processes";
import { describeProcess, familyOf, killAll, processesOf } from "./testing-processes";

const CLI = join(import.meta.dirname, "throughline.mjs");
/** The first start builds the pages, which takes longest. */
const READY_WITHIN_MS = 300_000;
const STOP_WITHIN_MS = 30_000;
const ENDING_MS = 1_000;

const Added = z.object({ token: z.string(), mqttUrl: z.string() });

/** What outlives a stack that was killed: the next start takes it up again. */
export interface StackHome {
  dataDir: string;
  ports: { web: number; mqtt: number; postgres: number; ingest: number; jobs: number; edge: number };
}

/** Words to put before a command: one that starts the stack, and one that is to see what the stack sees. */
export interface Surroundings {
  enter: readonly string[];
  join(pid: number): readonly string[];
}

const EVERYWHERE: Surroundings = { enter: [], join: () => [] };

export interface TestStack extends StackHome {
  /** Address of the pages. */
  url: string;
  /** Of the supervisor. */
  pid: number;
  /** What it has said until now. */
  output(): string;
  /** Every process that runs for it. */
  processes(): ProcessId[];
  /** A command of `throughline`, as a person would run it beside the stack. @returns what it wrote. @throws {Error} when it fails */
  run(...args: string[]): Promise<string>;
  /** `throughline node add`. */
  addNode(node: string, trust: boolean): Promise<{ url: string; token: string }>;
  /** kill -9 of the supervisor alone, or of everything at once as in a power cut. The data stays. */
  kill(what: "supervisor" | "everything"): Promise<void>;
  /**
   * Ends everything and removes the data.
   * @throws {Error} when it had to be killed, ended with an error or left a process, which is then named and ended
   */
  stop(): Promise<void>;
}

/**
 * The product as a person starts it, on free ports and with a data folder of its own that goes with it. It ends with us, however we end.
 * @throws {Error} with what it said, when it ends or is not ready within five minutes
 */
export async function startTestStack({
  args = [],
  env = {},
  web,
  home,
  inside = EVERYWHERE,
}: {
  args?: readonly string[];
  env?: Readonly<Record<string, string>>;
  /** Port of the pages, where somebody has to know it before they are there. */
  web?: number;
  /** That of a stack that was killed. */
  home?: StackHome;
  /** What puts it somewhere else, and other programs beside it. */
  inside?: Surroundings;
} = {}): Promise<TestStack> {
  const { dataDir, ports } = home ?? (await newHome(web));
  const whole = {
    ...process.env,
    ...addressesOf({ dataDir, ports }),
    DATABASE_URL: undefined,
    MQTT_URL: undefined,
    ...env,
  };
  const [program, ...before] = [...inside.enter, process.execPath];
  const stack = spawn(program, [...before, CLI, "up", ...args], { env: whole, stdio: ["ignore", "pipe", "pipe"] });
  const { pid } = stack; // what we enter with becomes node
  if (pid === undefined) throw new Error("node could not be started");
  const release = endWithUs(pid, "TERM");
  const output = await untilReady(stack);
  const postgres = join(dataDir, "postgres");
  const broker = join(dataDir, "broker");
  // As root both may lie outside of the folder, with processes that name that place only.
  const places = [dataDir, brokerPlace(broker), ...(existsSync(postgres) ? [realpathSync(postgres)] : [])];
  let isKilled = false;
  const run = async (...command: string[]) => {
    const [file, ...first] = [...inside.join(pid), process.execPath];
    return (await promisify(execFile)(file, [...first, CLI, ...command], { env: whole })).stdout;
  };
  return {
    output,
    pid,
    dataDir,
    ports,
    url: `http://localhost:${ports.web}`,
    processes: () => familyOf(pid),
    run,
    addNode: async (node, trust) => {
      const said = await run("node", "add", node, "--json", ...(trust ? ["--trust"] : []));
      const { mqttUrl, token } = Added.parse(JSON.parse(said.trim().split("\n").at(-1) ?? "{}"));
      return { url: mqttUrl, token };
    },
    kill: async (what) => {
      const family = familyOf(pid);
      isKilled = true;
      for (const each of what === "everything" ? family : family.slice(0, 1)) signal(each.pid, "SIGKILL");
      if (what === "everything") {
        await killAll(...places);
        while (family.some(isSameProcess)) await sleep(20);
      }
      while (stack.exitCode === null && stack.signalCode === null) await sleep(20);
      release();
    },
    stop: async () => {
      const family = familyOf(pid);
      const isLate = !(await endInTime(stack));
      const left = await leftOf(family, places);
      const named = left.map(describeProcess);
      for (const each of left) signal(each, "SIGKILL");
      await killAll(...places);
      release();
      removePostgresData(postgres);
      removeBrokerData(broker);
      rmSync(dataDir, { recursive: true, force: true });
      if (isLate) throw new Error(`the stack did not stop within ${STOP_WITHIN_MS / 1_000} s:\n${output()}`);
      if (stack.exitCode !== 0 && !isKilled)
        throw new Error(`the stack ended with ${stack.exitCode ?? stack.signalCode}:\n${output()}`);
      if (named.length > 0 && !isKilled) throw new Error(`the stack left running:\n${named.join("\n")}`);
    },
  };
}

/** @returns false when it had to be killed */
async function endInTime(stack: ChildProcess): Promise<boolean> {
  if (stack.exitCode !== null || stack.signalCode !== null) return true;
  const ended = once(stack, "exit").then(() => true);
  stack.kill("SIGTERM");
  if (await Promise.race([ended, sleep(STOP_WITHIN_MS, false, { ref: false })])) return true;
  stack.kill("SIGKILL");
  await ended;
  return false;
}

/** Those of its processes that live on, by their parents and by what they name; one that is ending this moment is not one. */
async function leftOf(family: readonly ProcessId[], places: readonly string[]): Promise<number[]> {
  for (const deadline = Date.now() + ENDING_MS; ; await sleep(50)) {
    const left = [...family.filter(isSameProcess).map(({ pid }) => pid), ...processesOf(...places)];
    if (left.length === 0 || Date.now() > deadline) return [...new Set(left)];
  }
}

async function newHome(wanted: number | undefined): Promise<StackHome> {
  const [free = 0, mqtt = 0, postgres = 0, ingest = 0, jobs = 0] = await freePorts(5);
  return {
    dataDir: mkdtempSync(join(tmpdir(), "tl-stack-")),
    // Each edge worker of the plant takes one from the last on.
    ports: { web: wanted ?? free, mqtt, postgres, ingest, jobs, edge: 20_000 + ((process.pid * 7) % 20_000) },
  };
}

/** Data folder and ports, as the environment tells them to every command. */
function addressesOf({ dataDir, ports }: StackHome): Record<string, string> {
  return {
    THROUGHLINE_DATA: dataDir,
    PORT: String(ports.web),
    MQTT_PORT: String(ports.mqtt),
    POSTGRES_PORT: String(ports.postgres),
    INGEST_PORT: String(ports.ingest),
    JOBS_PORT: String(ports.jobs),
    EDGE_PORT: String(ports.edge),
  };
}

/** @returns what it has said, whenever asked */
async function untilReady(stack: ChildProcess): Promise<() => string> {
  let output = "";
  await new Promise<void>((ready, failed) => {
    const timer = setTimeout(() => failed(new Error(`the stack was not ready in time:\n${output}`)), READY_WITHIN_MS);
    const listen = (chunk: Buffer) => {
      output += chunk.toString();
      if (!output.includes("Ready in")) return;
      clearTimeout(timer);
      ready();
    };
    stack.stdout?.on("data", listen);
    stack.stderr?.on("data", listen);
    stack.once("exit", (code) => {
      clearTimeout(timer);
      failed(new Error(`the stack ended with ${code}:\n${output}`));
    });
  });
  return () => output;
}

/** Held open together, so that no two are the same. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, "127.0.0.1");
      await once(server, "listening");
      return server;
    }),
  );
  const ports = servers.map((server) => {
    const address = server.address();
    return typeof address === "object" && address ? address.port : 0;
  });
  await Promise.all(servers.map((server) => promisify(server.close.bind(server))()));
  return ports;
}
