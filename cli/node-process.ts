import { spawn } from "node:child_process";
import { closeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { CliError } from "./command";
import { lastLines, logPath, openLog } from "./log-file";
import { endProcess, signal, startOf } from "./processes";
import type { Running } from "./supervisor";

export interface NodeProcess {
  /** Name of its log. */
  name: string;
  /** Arguments of node: script and its own. */
  args: string[];
  env: Readonly<Record<string, string>>;
  cwd: string;
  dataDir: string;
  /** Answers once the process works; absent = it counts as started when it exists. */
  readyUrl?: string;
  readyTimeoutMs?: number;
  /** How long it may take to end in an orderly way. */
  patienceMs?: number;
}

const READY_TIMEOUT_MS = 30_000;
const PATIENCE_MS = 8_000;

/**
 * Starts one of our processes in a group of its own, so that Ctrl-C reaches only the supervisor, and waits until it answers.
 * It gets the environment given and the few variables every program needs; secrets of others are not among them.
 * @throws {CliError} when it ends or stays silent; the message holds the end of its log
 */
export async function startNodeProcess(options: NodeProcess, stop: AbortSignal): Promise<Running> {
  const log = openLog(options.dataDir, options.name);
  const child = spawn(process.execPath, options.args, {
    cwd: options.cwd,
    env: { ...baseEnvironment(), ...options.env, NODE_ENV: "production" },
    detached: true,
    stdio: ["ignore", log, log],
  });
  closeSync(log);
  let ended = false;
  const exited = new Promise<{ code: number | null; signal: string | null }>((done) => {
    child.once("exit", (code, ending) => {
      ended = true;
      if (child.pid !== undefined) signal(-child.pid, "SIGKILL"); // children of its own go with it
      done({ code, signal: ending });
    });
    child.once("error", () => {
      ended = true;
      done({ code: null, signal: null });
    });
  });
  const { pid } = child;
  if (pid === undefined)
    throw new CliError(`${options.name} could not be started.`, `See ${logPath(options.dataDir, options.name)}.`);
  const id = { pid, started: startOf(pid) };
  const running: Running = {
    pid,
    exited,
    stop: async () => {
      await endProcess(id, options.patienceMs ?? PATIENCE_MS);
      await exited;
    },
  };
  if (options.readyUrl === undefined) return running;
  for (const deadline = Date.now() + (options.readyTimeoutMs ?? READY_TIMEOUT_MS); ; await sleep(50)) {
    if (await isReady(options.readyUrl)) return running;
    if (!ended && !stop.aborted && Date.now() < deadline) continue;
    const why = stop.aborted ? "was stopped while starting" : ended ? "ended while starting" : "does not answer";
    await running.stop();
    const tail = lastLines(options.dataDir, options.name, 8);
    throw new CliError(
      `${options.name} ${why}.`,
      `Read ${logPath(options.dataDir, options.name)}; "throughline doctor" checks what it needs.${tail === "" ? "" : ` The log ends with:\n${tail}`}`,
    );
  }
}

/** Of our own environment only what any program needs. */
export function baseEnvironment(): Record<string, string> {
  const wanted = [
    "PATH",
    "HOME",
    "TMPDIR",
    "TEMP",
    "TMP",
    "LANG",
    "TZ",
    "LOG_LEVEL",
    "NODE_OPTIONS",
    "SystemRoot",
    "USERPROFILE",
    "APPDATA",
  ];
  return Object.fromEntries(
    wanted.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}

async function isReady(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000), redirect: "manual" });
    await response.arrayBuffer();
    return response.status < 500;
  } catch {
    return false; // not listening yet
  }
}
