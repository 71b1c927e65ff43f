import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Pool } from "pg";
import { buildProcesses, bundlePath, nodeEnvironment, nodeFlags } from "@/cli/build";
import { startBroker } from "@/cli/embedded/broker";
import type { BrokerKind } from "@/cli/embedded/running-broker";
import { INGEST_USER } from "@/cli/embedded/credentials";
import { hashToken, newNodeToken } from "@/server/core/node-token";
import { removePostgresData, startPostgres } from "@/cli/embedded/postgres";
import { withRole } from "@/db/client";
import { migrate } from "@/db/migrate";
import { timescaleServer } from "@/cli/embedded/timescale";
import { rounded } from "./statistics";
import type { FloodFigures, RunFigures } from "./runs";
import { nodeName, type RoundShape, type Shape } from "./workload";

export interface BenchLine {
  home: "segments" | "timescale";
  /** Which broker carries the messages. */
  broker: BrokerKind;
  ownerUrl: string;
  owner: Pool;
  /** Sends what was prepared and answers when all of it has its durable ack. */
  run(
    how: { shape: RoundShape; mode: "window" } | { shape: RoundShape; mode: "paced"; readingsPerS: number },
  ): Promise<RunFigures>;
  /** Sends for a time and heeds nothing that comes back (runs.ts). */
  flood(how: { shape: Shape; readingsPerS: number; seconds: number }): Promise<FloodFigures>;
  /** Brings everything that a flood sent to its durable ack. */
  drain(): Promise<{ batches: number }>;
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
  /** Readings whose batch the ledger has as committed. */
  countLedger(): Promise<number>;
  /** Every reading of the store by stream and time: how many there are once, and how many more than once. */
  countDistinct(): Promise<{ distinct: number; doubled: number }>;
  /** Readings with their indexes, and what is kept beside them to take each once: ledger, cursors and latest values. */
  bytes(): Promise<number>;
  ingestRssMb(): number;
  /** The most that ingest has held since `forgetPeak`, as the kernel counted it, MB. */
  ingestPeakMb(): number;
  forgetPeak(): void;
  /** Processor time that ingest has used so far, all threads, ms. Unlike wall time it says the same on a busy machine. */
  ingestCpuMs(): number;
  close(): Promise<void>;
}

/**
 * The times of what is stored of `streams.id`. Of segments the microseconds themselves (migration 0006 says how they lie there): the
 * view `readings` makes a timestamp of each, which is work for tens of millions of them that nobody needs here.
 */
const TIMES_OF_A_STREAM = {
  segments: `
    select (extract(epoch from t0) * 1000000)::int8 + i::int8 * tick_us as at
    from segments cross join generate_series(0, n - 1) i where stream_id = streams.id and dt is null
    union all
    select (extract(epoch from t0) * 1000000)::int8 + i::int8 * tick_us
    from segments cross join unnest(dt) i where stream_id = streams.id and dt is not null`,
  timescale: "select ts as at from readings where stream_id = streams.id",
} as const;

/** What the publisher answers to each command. */
interface Answers {
  connect: object;
  prepare: object;
  run: RunFigures;
  flood: FloodFigures;
  drain: { batches: number };
}

const SECRET = "bench";
/** What ingest keeps beside the readings. */
const LEDGER_TABLES = ["ingest_batches", "ingest_lanes", "latest_values"];
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
  // Enough memory for a stream's times, which `countDistinct` sorts.
  const owner = new Pool({ connectionString: server.url, max: 2, options: "-c work_mem=64MB" });
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
        ...nodeEnvironment("ingest"),
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
  const ended = new Promise<never>((_, failed) => {
    publisher.once("exit", (code) => failed(new Error(`the publisher ended with ${code}`)));
    ingest.once("exit", (code) => failed(new Error(`ingest ended with ${code}`)));
  });
  ended.catch(() => undefined); // nobody may be asking when they end at last
  const ask = async <Command extends keyof Answers>(
    command: { do: Command } & Readonly<Record<string, unknown>>,
  ): Promise<Answers[Command]> => {
    const answer = new Promise<string>((resolve) => answers.push(resolve));
    publisher.stdin.write(`${JSON.stringify(command)}\n`);
    return JSON.parse(await Promise.race([answer, ended])) as Answers[Command]; // our own publisher wrote it
  };
  const status = (field: "VmRSS" | "VmHWM"): number =>
    Number(
      new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync(`/proc/${ingest.pid}/status`, "utf8"))?.[1] ?? Number.NaN,
    ) / 1024;
  const accept = async (nodes: number): Promise<void> => {
    for (let i = 0; i < nodes; i++)
      await owner.query(
        "insert into nodes (id, status, trusted) values ($1, 'accepted', true) on conflict do nothing",
        [nodeName(i)],
      );
  };
  const readingBytes =
    home === "segments"
      ? "select sum(pg_total_relation_size(inhrelid))::float8 from pg_inherits where inhparent = 'segments'::regclass"
      : "select hypertable_size('readings_narrow'::regclass)::float8";
  const tables = home === "segments" ? "segments" : "readings_narrow, readings_touched";

  return {
    home,
    broker: broker.kind,
    ownerUrl: server.url,
    owner,
    run: (how) => ask({ do: "run", ...how }),
    flood: (how) => ask({ do: "flood", ...how }),
    drain: () => ask({ do: "drain" }),
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
    countLedger: async () => {
      const { rows } = await owner.query<{ n: number }>(
        "select coalesce(sum(readings), 0)::float8 as n from ingest_batches where rejected is null",
      );
      return rows[0]?.n ?? 0;
    },
    countDistinct: async () => {
      const { rows } = await owner.query<{ distinct: number; stored: number }>(
        `select sum(once)::float8 as distinct, sum(stored)::float8 as stored from streams cross join lateral (
           select count(*) as stored, count(distinct at) as once from (${TIMES_OF_A_STREAM[home]}) times) each`,
      );
      const { distinct = 0, stored = 0 } = rows[0] ?? {};
      return { distinct, doubled: stored - distinct };
    },
    bytes: async () => {
      const { rows } = await owner.query<{ bytes: number }>(
        `select (${readingBytes}) + (select sum(pg_total_relation_size(name::regclass))::float8 from unnest($1::text[]) name) as bytes`,
        [LEDGER_TABLES],
      );
      return rows[0]?.bytes ?? Number.NaN;
    },
    ingestRssMb: () => status("VmRSS"),
    ingestPeakMb: () => status("VmHWM"),
    // proc(5), clear_refs: 5 sets the peak back to what is held now.
    forgetPeak: () => writeFileSync(`/proc/${ingest.pid}/clear_refs`, "5"),
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

/** One line of output: a figure and how it came about. */
export function print(
  { broker }: Pick<BenchLine, "broker">,
  figure: string,
  value: number,
  unit: string,
  goal: string,
  more: Readonly<Record<string, number | string>> & { n: number },
): void {
  const { n, ...rest } = more;
  process.stdout.write(
    `${JSON.stringify({ area: "ingest", figure: `ingest.${figure}`, value: rounded(value), unit, ...rest, broker, goal, n })}\n`,
  );
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
