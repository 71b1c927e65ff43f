import { spawn } from "node:child_process";
import {
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import { claim, readPidFile, release, stopOrphan } from "./postgres-claim";
import {
  EmbeddedPostgresError,
  explainFileError,
  preparePostgresHome,
  type PostgresHome,
  type ServerBinaries,
} from "./postgres-home";

export { EmbeddedPostgresError, removePostgresData } from "./postgres-home";

const OWNER = "throughline_owner";
const DATABASE = "throughline";
const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 30_000;
const MIN_FREE_BYTES = 300 * 1024 * 1024;
const LOG_LIMIT_BYTES = 20 * 1024 * 1024;

/**
 * Settings for a small machine that also runs everything else. Durability stays on (fsync, synchronous_commit): an acknowledged
 * batch must survive a power cut. Every value can be overridden by `settings`.
 */
const DEFAULT_SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "", // TCP on the loopback with a password is the one door
  shared_buffers: "256MB",
  wal_compression: "on",
  max_wal_size: "2GB",
  min_wal_size: "256MB",
  checkpoint_timeout: "15min",
  checkpoint_completion_target: "0.9",
  wal_buffers: "16MB",
  jit: "off",
  max_connections: "60",
  max_parallel_workers_per_gather: "0",
  max_parallel_maintenance_workers: "0",
  autovacuum_max_workers: "2",
  random_page_cost: "1.1",
  log_min_messages: "warning",
  log_checkpoints: "off",
  log_timezone: "UTC",
  timezone: "UTC",
};

export interface PostgresOptions {
  /** Where people expect the data, such as .throughline/postgres. Made when absent. */
  dataDir: string;
  port: number;
  /** Password of the owner role, fixed when the data is made. */
  password: string;
  /** postgresql.conf settings that win over ours. */
  settings?: Readonly<Record<string, string>>;
  /** Another server; default: the binaries from npm. */
  binaries?: ServerBinaries;
}

export interface RunningPostgres {
  /** Connection string of the owner role to the database `throughline`. */
  url: string;
  pid: number;
  /** The real folder of the data, also when `dataDir` is a link. */
  dataDir: string;
  /** Resolves when the server has ended, for whatever reason. */
  exited: Promise<{ code: number | null; signal: string | null }>;
  /** Finishes running statements' rollback, writes a checkpoint, ends. Forces the end after 30 s. */
  stop(): Promise<void>;
  /** Ends the server as a power cut would (tests). */
  kill(): Promise<void>;
}

/**
 * Starts PostgreSQL from the npm binaries and waits until it accepts the password. The first start makes the data folder.
 * A server that a killed Throughline left behind is stopped first; one that a living Throughline uses is an error.
 * The server has its own process group, so Ctrl-C reaches only the supervisor, which stops it last.
 *
 * @throws {EmbeddedPostgresError} port_busy, permission, disk_full, in_use, no_binaries, failed; the message names the fix.
 */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const home = preparePostgresHome(options.dataDir, options.binaries);
  await stopOrphan(home);
  demandFreeSpace(home.dataDir);
  await demandFreePort(options.port);
  if (!existsSync(join(home.dataDir, "PG_VERSION"))) await initialise(home, options.password);
  claim(home);

  const running = await launch(home, options);
  try {
    await signIn(home, options, running);
    return running;
  } catch (cause) {
    await running.kill();
    throw cause;
  }
}

/** Connection string for another role or database of the same server. */
export function urlFor(port: number, role: string, password: string, database: string = DATABASE): string {
  return `postgres://${encodeURIComponent(role)}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;
}

/** Makes the data beside its place and moves it there complete, so that a kill half-way leaves nothing that looks made. */
async function initialise(home: PostgresHome, password: string): Promise<void> {
  const passwordFile = `${home.dataDir}.initial-password`;
  const partial = `${home.dataDir}.new`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { mode: 0o700 });
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  try {
    if (home.runAs) for (const path of [partial, passwordFile]) chownSync(path, home.runAs.uid, home.runAs.gid);
    const args = [
      "-D",
      partial,
      "-U",
      OWNER,
      `--pwfile=${passwordFile}`,
      "-A",
      "scram-sha-256",
      "-E",
      "UTF8",
      "--locale=C",
      "--locale-provider=builtin",
      "--builtin-locale=C.UTF-8",
    ];
    const { code, output } = await runToEnd(home, "initdb", args);
    if (code !== 0) throw explainServerOutput(output, home.dataDir, "PostgreSQL could not create its data folder");
    renameSync(partial, home.dataDir);
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

async function launch(home: PostgresHome, options: PostgresOptions): Promise<RunningPostgres> {
  const logFile = `${home.dataDir}.log`;
  if ((statSync(logFile, { throwIfNoEntry: false })?.size ?? 0) > LOG_LIMIT_BYTES) truncateSync(logFile);
  const logStart = statSync(logFile, { throwIfNoEntry: false })?.size ?? 0;
  const settings = { ...DEFAULT_SETTINGS, ...options.settings };
  const args = [
    "-D",
    home.dataDir,
    "-p",
    String(options.port),
    ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
  ];

  // A crashed predecessor's children need a moment to let go of shared memory; PostgreSQL refuses to start until they did.
  for (let attempt = 1; ; attempt++) {
    const running = await spawnServer(home, args, logFile, options);
    if (await becameReady(home, running)) return running;
    const log = readFileSync(logFile).subarray(logStart).toString("utf8");
    if (attempt < 40 && /pre-existing shared memory block|lock file "postmaster.pid" already exists/.test(log)) {
      truncateSync(logFile, logStart);
      await sleep(250);
      continue;
    }
    throw explainServerOutput(log, home.dataDir, "PostgreSQL did not start");
  }
}

async function spawnServer(
  home: PostgresHome,
  args: string[],
  logFile: string,
  options: PostgresOptions,
): Promise<RunningPostgres> {
  const log = openSync(logFile, "a", 0o600);
  const child = spawn(join(home.binDir, "postgres"), args, {
    ...spawnIdentity(home),
    detached: true,
    stdio: ["ignore", log, log],
  });
  closeSync(log);
  const exited = new Promise<{ code: number | null; signal: string | null }>((done, fail) => {
    child.once("exit", (code, signal) => done({ code, signal }));
    child.once("error", fail);
  });
  if (child.pid === undefined) {
    await exited.catch((cause: unknown) => {
      throw explainFileError(cause, join(home.binDir, "postgres"));
    });
    throw new EmbeddedPostgresError("failed", "PostgreSQL could not be started.");
  }
  const pid = child.pid;
  return {
    url: urlFor(options.port, OWNER, options.password),
    pid,
    dataDir: home.dataDir,
    exited,
    stop: async () => {
      child.kill("SIGINT");
      await endWithin(
        exited,
        STOP_TIMEOUT_MS,
        () => child.kill("SIGQUIT"),
        () => child.kill("SIGKILL"),
      );
      release(home);
    },
    kill: async () => {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

/** True once postmaster.pid says "ready"; false when the server ended first or took too long. */
async function becameReady(home: PostgresHome, running: RunningPostgres): Promise<boolean> {
  let ended = false;
  const note = () => {
    ended = true;
  };
  running.exited.then(note, note);
  for (const deadline = Date.now() + START_TIMEOUT_MS; Date.now() < deadline && !ended; await sleep(15)) {
    const file = readPidFile(home);
    if (file?.pid === running.pid && file.status === "ready") return true;
  }
  if (!ended) await running.kill();
  return false;
}

/** Makes the database on first start, and renews the owner's password when ours is not the stored one. */
async function signIn(home: PostgresHome, options: PostgresOptions, running: RunningPostgres): Promise<void> {
  const connect = async () => {
    const client = new Client({ connectionString: urlFor(options.port, OWNER, options.password, "postgres") });
    client.on("error", () => undefined); // a connection lost while closing is of no interest here
    await client.connect();
    return client;
  };
  let client: Client;
  try {
    client = await connect();
  } catch (cause) {
    if (!(cause instanceof Error && "code" in cause && cause.code === "28P01")) throw cause;
    await running.stop();
    throw new EmbeddedPostgresError(
      "failed",
      `The password in .throughline/secrets.json is not the one that ${options.dataDir} was made with. Put the old secrets.json back, or start with --fresh to begin with empty data.`,
      { cause },
    );
  }
  try {
    const { rowCount } = await client.query("select 1 from pg_database where datname = $1", [DATABASE]);
    if (rowCount === 0) await client.query(`create database ${DATABASE}`);
  } finally {
    await client.end();
  }
  claim(home);
}

// --- demands and explanations -------------------------------------------------------------------------------------------

function demandFreeSpace(dataDir: string): void {
  const { bavail, bsize } = statfsSync(dataDir);
  if (bavail * bsize < MIN_FREE_BYTES) {
    throw new EmbeddedPostgresError(
      "disk_full",
      `The disk that holds ${dataDir} has less than ${MIN_FREE_BYTES / 1024 / 1024} MB left. Free some space, or set THROUGHLINE_DATA to a folder on another disk.`,
    );
  }
}

async function demandFreePort(port: number): Promise<void> {
  await new Promise<void>((free, refuse) => {
    const probe = createServer();
    probe.once("error", (cause: NodeJS.ErrnoException) => {
      refuse(
        cause.code === "EADDRINUSE"
          ? new EmbeddedPostgresError(
              "port_busy",
              `Port ${port} is used by another program, so PostgreSQL cannot listen there. Stop that program, or set POSTGRES_PORT to a free port.`,
              { cause },
            )
          : cause.code === "EACCES"
            ? new EmbeddedPostgresError(
                "permission",
                `Port ${port} needs more rights than this user has. Set POSTGRES_PORT to a port above 1023.`,
                { cause },
              )
            : cause,
      );
    });
    probe.listen(port, "127.0.0.1", () => probe.close(() => free()));
  });
}

function explainServerOutput(output: string, dataDir: string, what: string): EmbeddedPostgresError {
  const tail = output.trim().split("\n").slice(-6).join("\n");
  if (/No space left on device|Disk quota exceeded/.test(output)) {
    return new EmbeddedPostgresError(
      "disk_full",
      `The disk that holds ${dataDir} is full. Free some space, or set THROUGHLINE_DATA to a folder on another disk.`,
    );
  }
  if (/Address already in use/.test(output))
    return new EmbeddedPostgresError(
      "port_busy",
      "Another program took PostgreSQL's port. Stop that program, or set POSTGRES_PORT to a free port.",
    );
  if (/Permission denied/.test(output))
    return new EmbeddedPostgresError(
      "permission",
      `PostgreSQL may not use ${dataDir}: permission denied. Give its owner access, or set THROUGHLINE_DATA to a folder you own.\n${tail}`,
    );
  if (/incompatible with server|was initialized by PostgreSQL version/.test(output)) {
    return new EmbeddedPostgresError(
      "failed",
      `The data in ${dataDir} was made by another PostgreSQL version. Use the Throughline release that made it, or start with --fresh to begin with empty data.\n${tail}`,
    );
  }
  return new EmbeddedPostgresError("failed", `${what}. It said:\n${tail || "(nothing)"}`);
}

function spawnIdentity(home: PostgresHome) {
  // PATH only: an inherited PGDATA or PGPORT must not change what is started. LC_ALL=C keeps messages parseable.
  return {
    cwd: home.dataDir,
    env: { NODE_ENV: process.env.NODE_ENV, PATH: process.env.PATH ?? "", LC_ALL: "C" },
    ...home.runAs,
  };
}

async function runToEnd(
  home: PostgresHome,
  program: string,
  args: string[],
): Promise<{ code: number | null; output: string }> {
  const child = spawn(join(home.binDir, program), args, { ...spawnIdentity(home), stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  return new Promise((done, fail) => {
    child.once("error", (cause) => fail(explainFileError(cause, join(home.binDir, program))));
    child.once("close", (code) => done({ code, output }));
  });
}

/** Waits for the end; after each period one stronger measure. */
async function endWithin(exited: Promise<unknown>, timeoutMs: number, ...measures: (() => void)[]): Promise<void> {
  for (const measure of measures) {
    const timer = new AbortController();
    const late = await Promise.race([
      exited.then(() => false),
      sleep(timeoutMs, true, { signal: timer.signal }).catch(() => false),
    ]);
    timer.abort();
    if (!late) return;
    measure();
  }
  await exited;
}
