import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { z } from "zod";
import { endWithUs } from "./embedded/testing-guard";

const CLI = join(import.meta.dirname, "throughline.mjs");
/** The first start builds the pages, which takes longest. */
const READY_WITHIN_MS = 300_000;
const STOP_WITHIN_MS = 30_000;

const Added = z.object({ token: z.string(), mqttUrl: z.string() });

export interface TestStack {
  /** Address of the pages. */
  url: string;
  dataDir: string;
  ports: { mqtt: number; postgres: number };
  /** What it has said until now. */
  output(): string;
  /** `throughline node add`, as a person would run it beside the stack. */
  addNode(node: string, trust: boolean): Promise<{ url: string; token: string }>;
  /** Ends everything and removes the data. @throws {Error} when it had to be killed */
  stop(): Promise<void>;
}

/**
 * The product as a person starts it, on free ports and with a data folder of its own that goes with it. It ends with us, however we end.
 * @throws {Error} with what it said, when it ends or is not ready within five minutes
 */
export async function startTestStack({
  args = [],
  env = {},
  web: wanted,
}: {
  args?: readonly string[];
  env?: Readonly<Record<string, string>>;
  /** Port of the pages, where somebody has to know it before they are there. */
  web?: number;
} = {}): Promise<TestStack> {
  const dataDir = mkdtempSync(join(tmpdir(), "tl-stack-"));
  const [free = 0, mqtt = 0, postgres = 0, ingest = 0, jobs = 0] = await freePorts(5);
  const web = wanted ?? free;
  const whole = {
    ...process.env,
    THROUGHLINE_DATA: dataDir,
    PORT: String(web),
    MQTT_PORT: String(mqtt),
    POSTGRES_PORT: String(postgres),
    INGEST_PORT: String(ingest),
    JOBS_PORT: String(jobs),
    // Each edge worker of the plant takes one from here on.
    EDGE_PORT: String(20_000 + ((process.pid * 7) % 20_000)),
    DATABASE_URL: undefined,
    MQTT_URL: undefined,
    ...env,
  };
  const stack = spawn(process.execPath, [CLI, "up", ...args], { env: whole, stdio: ["ignore", "pipe", "pipe"] });
  const release = stack.pid === undefined ? () => undefined : endWithUs(stack.pid, "TERM");
  const output = await untilReady(stack);
  return {
    output,
    url: `http://localhost:${web}`,
    dataDir,
    ports: { mqtt, postgres },
    addNode: async (node, trust) => {
      const { stdout } = await promisify(execFile)(
        process.execPath,
        [CLI, "node", "add", node, "--json", ...(trust ? ["--trust"] : [])],
        { env: whole },
      );
      const { mqttUrl, token } = Added.parse(JSON.parse(stdout.trim().split("\n").at(-1) ?? "{}"));
      return { url: mqttUrl, token };
    },
    stop: async () => {
      if (stack.exitCode === null) {
        stack.kill("SIGTERM");
        await Promise.race([once(stack, "exit"), sleep(STOP_WITHIN_MS, null, { ref: false })]);
      }
      if (stack.exitCode === null) {
        stack.kill("SIGKILL");
        throw new Error(`the stack did not stop within ${STOP_WITHIN_MS / 1_000} s`);
      }
      release();
      rmSync(dataDir, { recursive: true, force: true });
    },
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
