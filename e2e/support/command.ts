import { type ChildProcess, execFile, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { promisify } from "node:util";

const CLI = join(import.meta.dirname, "..", "..", "cli", "throughline.mjs");

/** The running stack, as the global setup left word of it. */
function environment(): NodeJS.ProcessEnv {
  const { TL_E2E_DATA, TL_E2E_POSTGRES_PORT, TL_E2E_MQTT_PORT } = process.env;
  if (!TL_E2E_DATA) throw new Error("no stack runs: the global setup did not finish");
  return {
    ...process.env,
    THROUGHLINE_DATA: TL_E2E_DATA,
    POSTGRES_PORT: TL_E2E_POSTGRES_PORT,
    MQTT_PORT: TL_E2E_MQTT_PORT,
    DATABASE_URL: undefined,
    MQTT_URL: undefined,
  };
}

/** `throughline node add … --json`, as a person would run it beside the stack. */
export async function addNode(node: string): Promise<{ node: string; token: string; mqttUrl: string }> {
  const { stdout } = await promisify(execFile)(process.execPath, [CLI, "node", "add", node, "--trust", "--json"], {
    env: environment(),
  });
  const added: unknown = JSON.parse(stdout);
  if (typeof added !== "object" || added === null || !("token" in added) || !("mqttUrl" in added)) {
    throw new Error(`node add said: ${stdout}`);
  }
  return { node, token: String(added.token), mqttUrl: String(added.mqttUrl) };
}

/** `throughline edge` with a configuration file. @returns what stops it */
export function startEdge(configFile: string): { stop(): Promise<void>; kill(): void; output(): string } {
  const child: ChildProcess = spawn(process.execPath, [CLI, "edge"], {
    env: { ...environment(), EDGE_CONFIG: configFile },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-8_000);
    });
  }
  return {
    output: () => output,
    // As a power cut would, without a word to the broker: the command first, which would see to its worker otherwise.
    kill: () => {
      const workers = execFileSync("pgrep", ["-P", String(child.pid)], { encoding: "utf8" })
        .trim()
        .split("\n");
      child.kill("SIGKILL");
      for (const worker of workers) process.kill(Number(worker), "SIGKILL");
    },
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGTERM");
      await once(child, "exit");
    },
  };
}
