import { endWithUs } from "./embedded/testing-guard";
import { findInstance } from "./instance";
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectAsync } from "mqtt";
import { Client } from "pg";
import { afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { buildProcesses, PROJECT_ROOT } from "./build";
import { embeddedDatabase, withMqttUser } from "./connection";
import { removePostgresData } from "./embedded/postgres";
import { tryLogin } from "./mqtt-login";
import { readSecrets } from "./secrets";
import { killAll, processesOf } from "./testing-processes";
import { freePorts } from "./testing-stack";

const LAUNCHER = join(PROJECT_ROOT, "cli", "throughline.mjs");
const WITHOUT_PAGES = ["up", "--no-web", "--no-plant"];
const Added = z.object({ node: z.string(), token: z.string(), mqttUrl: z.string() });

let folder: string;
let env: NodeJS.ProcessEnv;
let postgresPort: number;
const started: ChildProcess[] = [];
const guards: (() => void)[] = [];

beforeAll(async () => {
  await buildProcesses();
});
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "tl-up-"));
  chmodSync(folder, 0o755);
  const [web = 0, mqtt = 0, postgres = 0, ingest = 0, jobs = 0, edge = 0] = await freePorts(6);
  postgresPort = postgres;
  env = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    NODE_ENV: "test",
    LOG_LEVEL: "warn",
    THROUGHLINE_DATA: join(folder, "data"),
    PORT: String(web),
    MQTT_PORT: String(mqtt),
    POSTGRES_PORT: String(postgres),
    INGEST_PORT: String(ingest),
    JOBS_PORT: String(jobs),
    EDGE_PORT: String(edge),
  };
});
afterEach(async () => {
  for (const release of guards.splice(0)) release();
  for (const child of started.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
  }
  await killAll(folder);
  removePostgresData(join(folder, "data", "postgres"));
  rmSync(folder, { recursive: true, force: true });
});

interface Up {
  child: ChildProcess;
  output(): string;
  ready: Promise<void>;
  exited: Promise<number | null>;
}

function up(args: string[] = WITHOUT_PAGES, options: { uid?: number; gid?: number } = {}): Up {
  const child = spawn(process.execPath, [LAUNCHER, ...args], {
    env,
    cwd: PROJECT_ROOT,
    stdio: ["ignore", "pipe", "pipe"],
    ...options,
  });
  started.push(child);
  if (child.pid !== undefined) guards.push(endWithUs(child.pid, "TERM"));
  let output = "";
  const exited = new Promise<number | null>((done) => child.once("exit", (code) => done(code)));
  const ready = new Promise<void>((done, fail) => {
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => {
        output += chunk.toString();
        if (output.includes("Ready in ")) done();
      });
    void exited.then((code) => fail(new Error(`up ended with ${code}:\n${output}`)));
  });
  ready.catch(() => undefined); // some tests expect the end instead
  return { child, output: () => output, ready, exited };
}

function run(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [LAUNCHER, ...args], {
    env,
    cwd: PROJECT_ROOT,
    encoding: "utf8",
    timeout: 30_000,
    killSignal: "SIGKILL",
  });
}

async function ask(sql: string): Promise<unknown[]> {
  const urls = embeddedDatabase(postgresPort, readSecrets(join(folder, "data")));
  const client = new Client({ connectionString: urls?.owner });
  await client.connect();
  const { rows } = await client.query({ text: sql, rowMode: "array" });
  await client.end();
  return rows.flat();
}

test("starts, lets a node in within a second, stops on SIGTERM and leaves no process", async () => {
  const first = up();
  await first.ready;
  const added = run("node", "add", "pump-house-1", "--site", "lyon", "--trust", "--json");
  expect(added.status, added.stderr).toBe(0);
  const login = Added.strict().parse(JSON.parse(added.stdout));
  expect(Object.keys(login)).toEqual(["node", "token", "mqttUrl"]);
  const client = await connectAsync(login.mqttUrl, {
    username: login.node,
    password: login.token,
    protocolVersion: 5,
    reconnectPeriod: 0,
  });
  await client.publishAsync("tl/1/somebody/up/state", "x", { qos: 1 }).catch(() => undefined); // not its own: refused
  await client.endAsync();
  await expect
    .poll(
      () => ask("select data->>'text' from events where node_id = 'pump-house-1' and kind = 'broker-publish-refused'"),
      { timeout: 10_000 },
    )
    .toMatchObject([expect.stringContaining("tl/1/somebody/up/state")]);
  expect(run("status").stdout).toContain("✓ postgres");
  expect(JSON.parse(run("node", "list", "--json").stdout)).toMatchObject([
    { id: "pump-house-1", site: "lyon", status: "accepted", trusted: true },
  ]);

  first.child.kill("SIGTERM");
  expect(await first.exited).toBe(0);
  expect(first.output()).toContain("Stopped; nothing is left running.");
  expect(processesOf(folder)).toEqual([]);
});

test("secrets are for the owner alone and appear in no log", async () => {
  const first = up();
  await first.ready;
  const data = join(folder, "data");
  expect(statSync(join(data, "secrets.json")).mode & 0o777).toBe(0o600);
  const secrets = Object.values(readSecrets(data) ?? {});
  first.child.kill("SIGINT");
  await first.exited;
  const logs = readdirSync(join(data, "logs")).map((file) => readFileSync(join(data, "logs", file), "utf8"));
  for (const secret of secrets)
    for (const text of [first.output(), ...logs, readFileSync(join(data, "postgres.log"), "utf8")])
      expect(text).not.toContain(secret);
});

test("after kill -9 of everything the next start has what was committed", async () => {
  const first = up();
  await first.ready;
  await ask("create table kept as select 42 as answer");
  first.child.kill("SIGKILL");
  await killAll(folder);
  const second = up();
  await second.ready;
  expect(await ask("select answer from kept")).toEqual([42]);
});

test("after kill -9 of the supervisor alone the next start ends the orphans and takes over", async () => {
  const first = up();
  await first.ready;
  first.child.kill("SIGKILL");
  await first.exited;
  const orphans = processesOf(folder);
  expect(orphans.length).toBeGreaterThan(1);
  const second = up();
  await second.ready;
  expect(second.output()).toContain("stopped what it left behind: ");
  expect(processesOf(folder).filter((pid) => orphans.includes(pid))).toEqual([]);
  second.child.kill("SIGTERM");
  await second.exited;
  expect(processesOf(folder)).toEqual([]);
});

test("`stop` ends a running instance, and what a killed one left", async () => {
  const first = up();
  await first.ready;
  expect(run("stop").stdout).toContain("Stopped.");
  expect(await first.exited).toBe(0);
  const second = up();
  await second.ready;
  second.child.kill("SIGKILL");
  await second.exited;
  expect(run("stop").stdout).toContain("left behind");
  expect(processesOf(folder)).toEqual([]);
});

test("told to stop in the middle of the start, it leaves no process", async () => {
  for (const afterMs of [60, 250, 700]) {
    const early = up();
    await new Promise((later) => setTimeout(later, afterMs));
    early.child.kill("SIGTERM");
    await early.exited;
    expect(processesOf(folder), `after ${afterMs} ms: ${early.output()}`).toEqual([]);
  }
  await up().ready;
});

test("a second one from the same folder is refused with the process id of the first", async () => {
  const first = up();
  await first.ready;
  const second = run(...WITHOUT_PAGES);
  expect(second.status).toBe(1);
  expect(second.stderr).toContain(`(process ${first.child.pid})`);
  expect(second.stderr).toContain("fix:");
});

test("a broker and a database that die are started again, and said to be", async () => {
  const first = up();
  await first.ready;
  for (const name of ["broker", "postgres"])
    process.kill(JSON.parse(readFileSync(join(folder, "data", "run", `${name}.pid`), "utf8")).pid, "SIGKILL");
  await expect.poll(() => first.output(), { timeout: 20_000 }).toContain("PostgreSQL runs again.");
  await expect.poll(() => first.output(), { timeout: 20_000 }).toContain("The MQTT broker runs again.");
  expect(run("node", "add", "late-1")).toMatchObject({ status: 0 });
});

test("--fresh asks first, deletes only what is ours, and begins empty", async () => {
  const first = up();
  await first.ready;
  await ask("create table kept as select 42 as answer");
  expect(run(...WITHOUT_PAGES, "--fresh")).toMatchObject({ status: 64, stderr: expect.stringContaining("--yes") });
  const second = up([...WITHOUT_PAGES, "--fresh", "--yes"]);
  await second.ready;
  expect(await first.exited).toBe(0);
  expect(await ask("select to_regclass('kept')")).toEqual([null]);

  env.THROUGHLINE_DATA = join(folder, "precious");
  mkdirSync(env.THROUGHLINE_DATA);
  writeFileSync(join(env.THROUGHLINE_DATA, "thesis.txt"), "years");
  expect(run("up", "--fresh", "--yes").stderr).toContain("does not look like a data folder");
  expect(existsSync(join(env.THROUGHLINE_DATA, "thesis.txt"))).toBe(true);
});

test("a busy port, an unwritable folder and a bad variable are named with the fix, and nothing is left", async () => {
  const holder = createServer();
  await new Promise<void>((listening) => holder.listen(Number(env.MQTT_PORT), "127.0.0.1", listening));
  const busy = run(...WITHOUT_PAGES);
  await new Promise((closed) => holder.close(closed));
  expect(busy).toMatchObject({ status: 1, stderr: expect.stringContaining(`port ${env.MQTT_PORT} (MQTT)`) });
  expect(busy.stderr).toMatch(/fix: .*MQTT_PORT=\d+/);

  writeFileSync(join(folder, "file"), "");
  env.THROUGHLINE_DATA = join(folder, "file");
  expect(run(...WITHOUT_PAGES)).toMatchObject({ status: 1, stderr: expect.stringContaining("is not a folder") });
  env.THROUGHLINE_DATA = "/proc/throughline";
  expect(run(...WITHOUT_PAGES)).toMatchObject({ status: 1, stderr: expect.stringContaining("THROUGHLINE_DATA") });
  env.PORT = "eighty";
  expect(run(...WITHOUT_PAGES)).toMatchObject({
    status: 78,
    stderr: expect.stringContaining("PORT must be a port number"),
  });
  expect(processesOf(folder)).toEqual([]);
});

test("doctor finds nothing in the way of what runs, and says so last", async () => {
  await up().ready;
  const { status, stdout } = run("doctor");
  expect(status, stdout).toBe(0);
  expect(stdout.trimEnd().split("\n").at(-1)).toBe("Nothing stands in the way.");
  for (const line of ["database ", "migrations ", "object store ", "secret ", "broker "])
    expect(stdout).toMatch(new RegExp(`^✓ ${line}`, "m"));
});

test("doctor names what stands in the way with its fix, and finds nothing once it is gone", async () => {
  const holder = createServer();
  await new Promise<void>((listening) => holder.listen(Number(env.MQTT_PORT), "127.0.0.1", listening));
  const ill = run("doctor");
  await new Promise((closed) => holder.close(closed));
  expect(ill.status).not.toBe(0);
  expect(ill.stdout).toContain(`${env.MQTT_PORT} (mqtt) is used by another program`);
  expect(ill.stdout).toMatch(/→ Stop that program, or set MQTT_PORT to a free port\./);
  expect(run("doctor").stdout).not.toContain(`${env.MQTT_PORT} (mqtt) is used`);
});

/** A disk of its own for one command, which is gone with it; needs Linux and its util-linux. */
const ON_A_SMALL_DISK = ["-rm", "sh", "-c", 'mount -t tmpfs -o size=8m tmpfs "$0" && exec "$@"'];
const hasSmallDisks = spawnSync("unshare", [...ON_A_SMALL_DISK, tmpdir(), "true"]).status === 0;
if (!hasSmallDisks) process.stderr.write("SKIPPED: no disk can be mounted here; a full one is not tested.\n");

test.runIf(hasSmallDisks)("a full disk is named with the fix, and nothing is left", () => {
  const small = spawnSync("unshare", [...ON_A_SMALL_DISK, folder, process.execPath, LAUNCHER, ...WITHOUT_PAGES], {
    ...{ env, cwd: PROJECT_ROOT, encoding: "utf8", timeout: 20_000, killSignal: "SIGKILL" },
  });
  expect(small.status).toBe(1);
  expect(small.stderr).toMatch(/^error: The disk that holds .*data has less than \d+ MB left\.$/m);
  expect(small.stderr).toMatch(/^fix: {3}Free some space, or set THROUGHLINE_DATA/m);
  expect(processesOf(folder)).toEqual([]);
});

test("a closed terminal does not stop it, a broken pipe neither", async () => {
  const first = up();
  await first.ready;
  first.child.stdout?.destroy();
  first.child.stderr?.destroy();
  process.kill(JSON.parse(readFileSync(join(folder, "data", "run", "broker.pid"), "utf8")).pid, "SIGKILL");
  // Once: a second call is told that the node exists. What its login needs, the broker learns when it is back.
  const { node, token, mqttUrl } = Added.parse(JSON.parse(run("node", "add", "quiet-1", "--json").stdout));
  await expect.poll(() => tryLogin(withMqttUser(mqttUrl, node, token)), { timeout: 20_000 }).not.toBeNull();
  expect(first.child.exitCode).toBeNull();
});

test.runIf(process.getuid?.() === 0)("runs as an ordinary user, too", async () => {
  const user = { uid: 65_534, gid: 65_534 };
  mkdirSync(join(folder, "data"));
  const { chownSync } = await import("node:fs");
  chownSync(join(folder, "data"), user.uid, user.gid);
  const first = up(WITHOUT_PAGES, user);
  await first.ready;
  expect(statSync(join(folder, "data", "postgres")).uid).toBe(user.uid);
  first.child.kill("SIGINT");
  expect(await first.exited).toBe(0);
  expect(processesOf(folder)).toEqual([]);
});

test("the broker from npm does the same, and an external database or broker takes the place of ours", async () => {
  env.BROKER = "aedes";
  const first = up();
  await first.ready;
  expect(first.output()).toContain("MQTT broker (aedes)");
  expect(run("node", "add", "pump-1").status).toBe(0);
  const secrets = readSecrets(join(folder, "data"));
  const urls = embeddedDatabase(postgresPort, secrets);
  const outer = { ...env };
  const [ingest = 0, jobs = 0] = await freePorts(2);
  env = {
    ...env,
    THROUGHLINE_DATA: join(folder, "second"),
    DATABASE_URL: urls?.app,
    DATABASE_OWNER_URL: urls?.owner,
    MQTT_URL: `mqtt://throughline-ingest:${secrets?.mqttIngest}@${new URL(findInstance(join(folder, "data"))?.mqttControl ?? "").host}`,
    INGEST_PORT: String(ingest),
    JOBS_PORT: String(jobs),
  };
  const second = up();
  await second.ready;
  expect(readdirSync(join(folder, "second"))).not.toContain("postgres");
  expect(JSON.parse(run("node", "list", "--json").stdout)).toMatchObject([{ id: "pump-1" }]);
  second.child.kill("SIGTERM");
  expect(await second.exited).toBe(0);
  env = outer;
});

test("when npm is told to stop, what it started stops with it", async () => {
  const npm = spawn("npm", ["start", "--", "--no-web", "--no-plant"], {
    env,
    cwd: PROJECT_ROOT,
    stdio: ["ignore", "pipe", "ignore"],
  });
  started.push(npm);
  let output = "";
  npm.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  await expect.poll(() => output, { timeout: 40_000 }).toContain("Ready in ");
  npm.kill("SIGTERM");
  await expect.poll(() => processesOf(folder), { timeout: 20_000 }).toEqual([]);
});
