import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { PROJECT_ROOT } from "@/cli/build";
import { brokerPlace, removeBrokerData } from "@/cli/embedded/broker-home";
import { removePostgresData } from "@/cli/embedded/postgres";
import { isSameProcess, signal } from "@/cli/processes";
import { familyOf, killAll, processesOf } from "@/cli/testing-processes";
import { freePorts } from "@/cli/testing-stack";

/**
 * The first thing anybody does: a fresh clone of what is committed, `npm ci`, `npm start` until it is ready, Ctrl-C, and `npm start` once
 * more. The first start builds the pages, trains the models and writes the demo's past; the second finds all that. Times are by the
 * clock, so other work on the machine shows in them; `load` tells of it.
 */
const READY_WITHIN_MS = 600_000;
const STOPPED_WITHIN_MS = 60_000;
/** npm's own steps between a line on the screen and the next are far longer. */
const LOOK_EVERY_MS = 20;

const clone = mkdtempSync(join(tmpdir(), "tl-bench-start-"));
const data = join(clone, ".throughline");
try {
  must("git", ["clone", "--quiet", PROJECT_ROOT, clone], PROJECT_ROOT);
  const installing = performance.now();
  must("npm", ["ci", "--no-audit", "--no-fund"], clone);
  const installS = secondsSince(installing);
  const env = await environment();
  const first = await run(env);
  const second = await run(env);
  report("start.first_s", first.readyS, "s", "<= 60", { install_s: installS, ...machine(), steps: first.steps });
  report("start.second_s", second.readyS, "s", "<= 15", { ...machine(), steps: second.steps });
  report("start.stop_s", Math.max(first.stopS, second.stopS), "s", "<= 10", {
    first: first.stopS,
    second: second.stopS,
  });
  report("start.left", first.left + second.left, "processes", "= 0", {});
} finally {
  await killAll(...places());
  removePostgresData(join(data, "postgres"));
  removeBrokerData(join(data, "broker"));
  rmSync(clone, { recursive: true, force: true });
}

/** Only what every program needs, and ports that nobody else has; the rest is as a person finds it. */
async function environment(): Promise<NodeJS.ProcessEnv> {
  const names = ["PORT", "MQTT_PORT", "POSTGRES_PORT", "INGEST_PORT", "JOBS_PORT", "EDGE_PORT"];
  const ports = await freePorts(names.length);
  const { PATH, HOME } = process.env;
  const told = Object.fromEntries(names.map((name, i) => [name, String(ports[i])]));
  return { PATH, HOME, NODE_ENV: "production", ...told };
}

/** One `npm start` until it is ready, and Ctrl-C, as the terminal sends it: to everything in the foreground. */
async function run(env: NodeJS.ProcessEnv): Promise<{ readyS: number; stopS: number; left: number; steps: string[] }> {
  const began = performance.now();
  const npm = spawn("npm", ["start"], { cwd: clone, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const output = await untilReady(npm);
  const readyS = secondsSince(began);
  const { pid = 0 } = npm;
  const family = familyOf(pid);
  const ended = once(npm, "exit");
  const stopping = performance.now();
  signal(-pid, "SIGINT");
  if ((await Promise.race([ended, sleep(STOPPED_WITHIN_MS, null, { ref: false })])) === null)
    process.stderr.write(`It did not stop within ${STOPPED_WITHIN_MS / 1_000} s:\n${output()}`);
  const stopS = secondsSince(stopping);
  const left = new Set([...family.filter(isSameProcess).map((each) => each.pid), ...processesOf(...places())]);
  for (const each of left) signal(each, "SIGKILL");
  return { readyS, stopS, left: left.size, steps: stepsOf(output()) };
}

/** @returns what it has said, whenever asked. @throws {Error} with that, when it ends or is not ready in time */
async function untilReady(npm: ChildProcess): Promise<() => string> {
  let output = "";
  for (const stream of [npm.stdout, npm.stderr]) stream?.on("data", (part: Buffer) => (output += part.toString()));
  for (const deadline = Date.now() + READY_WITHIN_MS; !output.includes("Ready in "); await sleep(LOOK_EVERY_MS)) {
    if (npm.exitCode === null && Date.now() < deadline) continue;
    throw new Error(`npm start was not ready (${npm.exitCode ?? "still starting"}):\n${output}`);
  }
  return () => output;
}

/** Names and seconds of the steps that took a second or longer. */
function stepsOf(output: string): string[] {
  return [...output.matchAll(/^ {2}[✓✗] (.+?) +(\d+\.\d) s$/gm)]
    .filter(([, , seconds]) => Number(seconds) >= 1)
    .map(([, name, seconds]) => `${name} ${seconds}`);
}

/** The clone, and where the parts lie that run as another user when this is root. */
function places(): string[] {
  const postgres = join(data, "postgres");
  return [clone, brokerPlace(join(data, "broker")), ...(existsSync(postgres) ? [realpathSync(postgres)] : [])];
}

function must(program: string, args: string[], cwd: string): void {
  const { status, stderr } = spawnSync(program, args, { cwd, encoding: "utf8" });
  if (status !== 0) throw new Error(`${program} ${args[0]} ended with ${status}:\n${stderr}`);
}

function secondsSince(startMs: number): number {
  return Math.round((performance.now() - startMs) / 100) / 10;
}

function machine(): { cores: number; load: number } {
  return { cores: availableParallelism(), load: Math.round((loadavg()[0] ?? 0) * 10) / 10 };
}

/** A figure as one JSON line; one that misses its goal makes the run fail, and the others are told all the same. */
function report(figure: string, value: number, unit: string, goal: string, more: object): void {
  process.stdout.write(`${JSON.stringify({ area: "start", figure, value, unit, goal, n: 1, ...more })}\n`);
  const limit = Number(goal.split(" ")[1]);
  if (goal.startsWith("=") ? value !== limit : !(value <= limit)) process.exitCode = 1;
}
