import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, createWriteStream, mkdtempSync, rmSync, type WriteStream } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Pool } from "pg";
import { buildProcesses, bundlePath } from "@/cli/build";
import { removePostgresData, type RunningPostgres, startPostgres } from "@/cli/embedded/postgres";
import { startTestBroker } from "@/cli/embedded/testing";
import { endWithUs } from "@/cli/embedded/testing-guard";
import { timescaleServer } from "@/cli/embedded/timescale";
import { withRole } from "@/db/client";
import { migrate } from "@/db/migrate";
import { testDatabaseKind } from "@/db/testing-server";
import { type LedgerContent, readLedger } from "./ledger";
import type { Target } from "./nemesis";

const APP_PASSWORD = "app-password-of-the-storm";
const SENSORS = [
  { node: "storm-1", rate: 500, quotaBytes: 512 * 1024 * 1024, sealRows: 500 },
  // no room for an outage: it has to drop readings and say which
  { node: "storm-small", rate: 1000, quotaBytes: 256 * 1024, sealRows: 50 },
] as const;

/** Everything between a sensor and the store, as real processes with durability on, each of which can be killed. */
export interface Cast {
  readonly db: Pool;
  readonly folder: string;
  readonly nodes: readonly string[];
  ledger(node: string): LedgerContent;
  /** kill -9, then start again; resolves when it runs again */
  killAndRestart(target: Target): Promise<void>;
  /** the broker is gone for so long that a small buffer has to drop readings */
  longOutage(ms: number): Promise<void>;
  /** lets every sensor finish: no more readings, buffers stay connected until they are empty or `patienceMs` is over */
  stopSensors(patienceMs: number): Promise<void>;
  /** ends everything; `keep` leaves ledgers, buffers and the processes' log for a look */
  close(keep: boolean): Promise<void>;
}

export async function startCast(): Promise<Cast> {
  const { failed } = await buildProcesses();
  if (failed.length > 0)
    throw new Error(`does not compile: ${failed.map(({ name, message }) => `${name}: ${message}`).join("\n")}`);
  const folder = mkdtempSync(join(tmpdir(), "storm-"));
  chmodSync(folder, 0o755);
  const log = createWriteStream(join(folder, "processes.log"));
  const database = await startDatabase(folder);
  const broker = await startTestBroker();
  const children = new Map<string, ChildProcess>();

  const ingest = await keepRunning("ingest", children, log, () => ({
    args: [bundlePath("ingest")],
    env: {
      DATABASE_URL: database.appUrl,
      MQTT_URL: broker.ingestUrl,
      INGEST_PORT: "0",
      INGEST_REPLICA: "storm",
      LOG_LEVEL: "warn",
    },
  }));
  const sensors = await Promise.all(
    SENSORS.map(async ({ node, rate, quotaBytes, sealRows }) => {
      const { token } = await broker.addNode(node);
      await database.pool.query("insert into nodes (id, status, trusted) values ($1, 'accepted', true)", [node]);
      const flags = {
        node,
        url: broker.url,
        token,
        data: join(folder, node),
        ledger: join(folder, `${node}.ledger`),
        rate,
        quota: quotaBytes,
        "seal-rows": sealRows,
      };
      const args = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)]);
      return keepRunning(node, children, log, () => ({
        args: ["--import", "tsx", "e2e/storm/sensor.ts", ...args],
        env: {},
      }));
    }),
  );

  return {
    db: database.pool,
    folder,
    nodes: SENSORS.map(({ node }) => node),
    ledger: (node) => readLedger(join(folder, `${node}.ledger`)),
    killAndRestart: async (target) => {
      if (target === "broker") {
        await broker.kill();
        await broker.restart();
      } else if (target === "database") await database.killAndRestart();
      else if (target === "ingest") ingest.killAndRestart();
      else for (const sensor of sensors) sensor.killAndRestart();
    },
    longOutage: async (ms) => {
      await broker.kill();
      await sleep(ms);
      await broker.restart();
    },
    stopSensors: async (patienceMs) => {
      await Promise.all(sensors.map((sensor) => sensor.stop(patienceMs)));
    },
    close: async (keep) => {
      await Promise.all([ingest.stop(5_000), ...sensors.map((sensor) => sensor.stop(1))]);
      await broker.stop();
      await database.stop();
      log.end();
      if (!keep) rmSync(folder, { recursive: true, force: true });
    },
  };
}

interface Kept {
  killAndRestart(): void;
  stop(patienceMs: number): Promise<void>;
}

/** A process that is started again whenever it ends, as a service manager would, until it is told to stop. */
async function keepRunning(
  name: string,
  children: Map<string, ChildProcess>,
  log: WriteStream,
  command: () => { args: string[]; env: Record<string, string> },
): Promise<Kept> {
  let stopping = false;
  let isReady = false;
  const start = (): void => {
    isReady = false;
    const { args, env } = command();
    const child = spawn(process.execPath, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
    child.stdout.pipe(log, { end: false });
    child.stdout.on("data", (text: Buffer) => {
      isReady ||= text.includes("ready");
    });
    child.stderr.pipe(log, { end: false });
    children.set(name, child);
    child.once("exit", (code, signal) => {
      log.write(`${new Date().toISOString()} ${name} ended: ${code ?? signal}\n`);
      if (!stopping) setTimeout(start, 100);
    });
  };
  start();
  return {
    killAndRestart: () => {
      isReady = false;
      children.get(name)?.kill("SIGKILL");
    },
    stop: async (patienceMs) => {
      // a process that has just been started again does not listen to SIGTERM yet
      for (const deadline = Date.now() + Math.min(patienceMs, 20_000); !isReady && Date.now() < deadline; )
        await sleep(50);
      stopping = true;
      const child = children.get(name);
      if (!child || child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise<void>((done) => child.once("exit", () => done()));
      child.kill("SIGTERM");
      await Promise.race([ended, sleep(patienceMs)]);
      if (child.exitCode === null && child.signalCode === null) {
        child.kill("SIGKILL");
        await ended;
      }
    },
  };
}

interface Database {
  pool: Pool;
  appUrl: string;
  killAndRestart(): Promise<void>;
  stop(): Promise<void>;
}

/** The server that TL_TEST_DB names, as the other tests have it, but with durability on. */
async function startDatabase(folder: string): Promise<Database> {
  const timescale = testDatabaseKind() === "timescale" ? timescaleServer() : null;
  const options = {
    dataDir: join(folder, "postgres"),
    port: await freePort(),
    password: "owner-password-of-the-storm",
    settings: { shared_buffers: "128MB", ...timescale?.settings },
    ...(timescale ? { binaries: timescale.binaries } : {}),
  };
  let server: RunningPostgres = await startPostgres(options);
  let release = endWithUs(server.pid, "INT");
  await migrate({
    url: server.url,
    appPassword: APP_PASSWORD,
    ...(timescale ? { timeseriesHome: "timescale" as const } : {}),
  });
  const pool = new Pool({ connectionString: server.url, max: 4 });
  pool.on("error", () => undefined); // its connections break with every kill of the server
  return {
    pool,
    appUrl: withRole(server.url, "throughline_app", APP_PASSWORD),
    killAndRestart: async () => {
      await server.kill();
      release();
      server = await startPostgres(options);
      release = endWithUs(server.pid, "INT");
    },
    stop: async () => {
      await pool.end();
      await server.kill();
      release();
      removePostgresData(options.dataDir);
    },
  };
}

async function freePort(): Promise<number> {
  const probe = createServer();
  return new Promise((found, failed) => {
    probe.once("error", failed);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => found(typeof address === "object" && address ? address.port : 0));
    });
  });
}
