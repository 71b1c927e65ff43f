import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Pool } from "pg";
import { buildProcesses, bundlePath, nodeFlags } from "@/cli/build";
import { startBroker } from "@/cli/embedded/broker";
import { INGEST_USER } from "@/cli/embedded/credentials";
import { hashToken, newNodeToken } from "@/server/core/node-token";
import { removePostgresData, startPostgres } from "@/cli/embedded/postgres";
import { withRole } from "@/db/client";
import { migrate } from "@/db/migrate";
import { timescaleServer } from "@/cli/embedded/timescale";
import { nodeName, type Shape } from "./workload";

export interface BenchLine {
  home: "segments" | "timescale";
  ownerUrl: string;
  owner: Pool;
  /** One request to the publisher process. */
  ask(command: object): Promise<Record<string, number>>;
  connect(shape: Shape): Promise<void>;
  /** Accepts the first nodes and trusts their births, so that nobody has to accept their streams. */
  accept(nodes: number): Promise<void>;
  /** What a device needs to sign in as one of the nodes. */
  signIn(node: number): { node: string; url: string; token: string };
  /** Empties readings, ledger and latest values. */
  clear(): Promise<void>;
  /** Makes the packets of a round, and waits until the births it sends are in the registry: they are not what is measured. */
  prepare(shape: Shape): Promise<void>;
  /**
   * Gives PostgreSQL the WAL files of a server that has run for a while. A new server makes each 16 MB file when it is needed, filled with
   * zeros and synced, and every commit waits for that; later it takes old files again (min_wal_size, wal_recycle).
   */
  recycleLog(): Promise<void>;
  countReadings(): Promise<number>;
  bytes(): Promise<number>;
  ingestRssMb(): number;
  /** Processor time that ingest has used so far, all threads, ms. Unlike wall time it says the same on a busy machine. */
  ingestCpuMs(): number;
  close(): Promise<void>;
}

const SECRET = "bench";
/** What `min_wal_size` of the embedded server keeps: 256 MB in files of 16 MB. */
const WAL_FILES = 16;
export const MAX_NODES = 100;

/** PostgreSQL with the embedded default's durability, the broker, one ingest process and one publisher process, on this machine. */
export async function openBenchLine(home: "segments" | "timescale"): Promise<BenchLine> {
  await buildProcesses();
  const folder = mkdtempSync(join(tmpdir(), "tl-bench-"));
  chmodSync(folder, 0o755);
  const dataDir = join(folder, "postgres");
  const server = await startPostgres({
    dataDir,
    port: await freePort(),
    password: SECRET,
    ...(home === "timescale" ? timescaleServer() : {}),
  });
  await migrate({ url: server.url, timeseriesHome: home, appPassword: SECRET });
  const tokens = new Map(
    [INGEST_USER, ...Array.from({ length: MAX_NODES }, (_, i) => nodeName(i))].map((user) => [user, newNodeToken()]),
  );
  const broker = await startBroker({
    dir: join(folder, "broker"),
    port: await freePort(),
    credentials: new Map([...tokens].map(([user, token]) => [user, hashToken(token)])),
  });
  const urlOf = (user: string) =>
    (user === INGEST_USER ? broker.controlUrl : broker.url).replace("mqtt://", `mqtt://${user}:${tokens.get(user)}@`);
  const owner = new Pool({ connectionString: server.url, max: 2 });
  const ingestPort = await freePort();
  const ingest = spawn(
    process.execPath,
    [
      ...(process.env.BENCH_NODE_FLAGS?.split(" ") ?? []),
      ...(process.env.BENCH_PROFILE ? ["--cpu-prof", `--cpu-prof-dir=${process.env.BENCH_PROFILE}`] : []),
      ...nodeFlags("ingest"),
      process.env.BENCH_INGEST ?? bundlePath("ingest"), // or another build, to compare with
    ],
    {
      stdio: ["ignore", process.env.BENCH_LOG ? 2 : "ignore", "inherit"],
      env: {
        ...process.env,
        DATABASE_URL: withRole(server.url, "throughline_app", SECRET),
        MQTT_URL: urlOf(INGEST_USER),
        INGEST_PORT: String(ingestPort),
        INGEST_REPLICA: "bench",
        LOG_LEVEL: process.env.BENCH_LOG ?? "warn",
      },
    },
  );
  await untilHealthy(ingestPort, ingest);
  const publisher = spawn(
    process.execPath,
    ["--import", "tsx", fileURLToPath(new URL("./publisher.ts", import.meta.url))],
    { stdio: ["pipe", "pipe", "inherit"] },
  );
  const answers: ((line: string) => void)[] = [];
  createInterface({ input: publisher.stdout }).on("line", (line) => answers.shift()?.(line));
  const ask = async (command: object): Promise<Record<string, number>> => {
    const answer = new Promise<string>((resolve) => answers.push(resolve));
    publisher.stdin.write(`${JSON.stringify(command)}\n`);
    return JSON.parse(await answer) as Record<string, number>; // our own publisher wrote it
  };
  const accept = async (nodes: number): Promise<void> => {
    for (let i = 0; i < nodes; i++)
      await owner.query(
        "insert into nodes (id, status, trusted) values ($1, 'accepted', true) on conflict do nothing",
        [nodeName(i)],
      );
  };
  const tables = home === "segments" ? "segments" : "readings_narrow, readings_touched";

  return {
    home,
    ownerUrl: server.url,
    owner,
    ask,
    connect: async (shape) => {
      await accept(shape.nodes);
      await ask({ do: "connect", shape, urls: Array.from({ length: shape.nodes }, (_, i) => urlOf(nodeName(i))) });
      for (;;) {
        const { rows } = await owner.query<{ n: number }>(
          "select count(*)::int as n from streams where status = 'accepted'",
        );
        if ((rows[0]?.n ?? 0) >= shape.nodes * shape.streams) return;
        await new Promise((again) => setTimeout(again, 50));
      }
    },
    accept,
    signIn: (node) => ({ node: nodeName(node), url: broker.url, token: tokens.get(nodeName(node)) ?? "" }),
    clear: async () => {
      await owner.query(`truncate ${tables}, ingest_batches, latest_values`);
      await owner.query("checkpoint");
    },
    prepare: async (shape) => {
      const before = await owner.query<{ n: number }>("select count(*)::int as n from births");
      await ask({ do: "prepare", shape });
      for (;;) {
        const { rows } = await owner.query<{ n: number }>("select count(*)::int as n from births");
        if ((rows[0]?.n ?? 0) >= (before.rows[0]?.n ?? 0) + shape.nodes) break;
        await new Promise((again) => setTimeout(again, 20));
      }
      await untilIdle(ingest);
    },
    recycleLog: async () => {
      for (let file = 0; file < WAL_FILES; file++) {
        await owner.query("select pg_logical_emit_message(false, 'bench', 'one more file')");
        await owner.query("select pg_switch_wal()");
      }
      await owner.query("checkpoint");
    },
    countReadings: async () => {
      const { rows } = await owner.query<{ n: number }>(
        home === "segments"
          ? "select coalesce(sum(n), 0)::float8 as n from segments"
          : "select count(*)::float8 as n from readings_narrow",
      );
      return rows[0]?.n ?? 0;
    },
    bytes: async () => {
      const { rows } = await owner.query<{ bytes: number }>(
        home === "segments"
          ? "select sum(pg_total_relation_size(inhrelid))::float8 as bytes from pg_inherits where inhparent = 'segments'::regclass"
          : "select hypertable_size('readings_narrow'::regclass)::float8 as bytes",
      );
      return rows[0]?.bytes ?? 0;
    },
    ingestRssMb: () =>
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${ingest.pid}/status`, "utf8"))?.[1] ?? 0) / 1024,
    ingestCpuMs: () => cpuMs(ingest),
    close: async () => {
      publisher.kill();
      ingest.kill();
      await new Promise((ended) => ingest.once("exit", ended));
      await owner.end();
      await broker.stop();
      await server.stop();
      removePostgresData(dataDir);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export function print(
  figure: string,
  value: number,
  unit: string,
  goal: string,
  more: Readonly<Record<string, number | string>> = {},
): void {
  process.stdout.write(
    `${JSON.stringify({ area: "ingest", figure: `ingest.${figure}`, value: Number(value.toFixed(3)), unit, ...more, goal })}\n`,
  );
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** proc(5): after the name in brackets, the 12th and 13th field are user and system time in ticks of 10 ms. */
function cpuMs({ pid }: ChildProcess): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** Resolves when the process has used no more than a tick of processor time in a quarter of a second: what the births set off is done. */
async function untilIdle(child: ChildProcess): Promise<void> {
  for (let before = cpuMs(child); ; before = cpuMs(child)) {
    await new Promise((later) => setTimeout(later, 250));
    if (cpuMs(child) - before <= 10) return;
  }
}

async function untilHealthy(port: number, ingest: ChildProcess): Promise<void> {
  for (;;) {
    if (ingest.exitCode !== null) throw new Error(`ingest ended with ${ingest.exitCode}`);
    const healthy = await fetch(`http://127.0.0.1:${port}/health`).then(
      (response) => response.ok,
      () => false,
    );
    if (healthy) return;
    await new Promise((again) => setTimeout(again, 100));
  }
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
