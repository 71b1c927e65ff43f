import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import { isLoopback } from "./embedded/broker-address";
import { CliError, EXIT_BAD_CONFIGURATION } from "./command";
import { FEWEST_DAYS, MOST_DAYS } from "./history/plan";

/** What the environment says about this installation; absent = the embedded default. */
export interface Settings {
  dataDir: string;
  /** Null = the embedded PostgreSQL. */
  databaseUrl: string | null;
  databaseOwnerUrl: string | null;
  /** Null = the embedded broker. */
  mqttUrl: string | null;
  objectStoreUrl: string;
  /** IPv4 address that the embedded broker listens on; 0.0.0.0 = all of this machine. */
  mqttHost: string;
  /** Which embedded broker; null = Mosquitto where it is found. */
  broker: "mosquitto" | "aedes" | null;
  /** Overrides the probe that picks where readings live; null = by what the server offers. */
  timeseriesHome: "segments" | "timescale" | null;
  /** Whether anybody may sign in as one of the demo's people; null = when database and plant are the embedded ones. */
  demo: boolean | null;
  /** Days of past that the demo's plant is given at its first start; 0 = none. */
  historyDays: number;
  /** What each process of the control plane is told beside its addresses, as the environment has it. */
  handedOn: Readonly<Record<keyof typeof HANDED_ON, Readonly<Record<string, string>>>>;
  /** Loopback address that the pages are served on. */
  webHost: string;
  ports: { web: number; mqtt: number; postgres: number; ingest: number; jobs: number; edge: number };
}

/** The variable of each port, as people set it. */
export const PORT_VARIABLES = {
  web: "PORT",
  mqtt: "MQTT_PORT",
  postgres: "POSTGRES_PORT",
  ingest: "INGEST_PORT",
  jobs: "JOBS_PORT",
  edge: "EDGE_PORT",
} as const;

/** Handed on as they are: the process that they are for reads and checks them. */
const HANDED_ON = {
  web: [
    "THROUGHLINE_SECRET",
    "THROUGHLINE_HOSTS",
    "THROUGHLINE_PROXIES",
    "API_STATEMENT_TIMEOUT_MS",
    "NEXTAUTH_URL",
    "OIDC_ISSUER",
    "OIDC_CLIENT_ID",
    "OIDC_CLIENT_SECRET",
    "OIDC_NAME",
    "THROUGHLINE_DESIGN",
  ],
  ingest: ["INGEST_REPLICA", "INGEST_MAX_QUEUE_MB"],
  jobs: ["RETENTION_RAW_DAYS"],
} as const;

const Port = z.coerce
  .number("must be a port number")
  .int("must be a whole number")
  .min(1, "must be 1 to 65535")
  .max(65_535, "must be 1 to 65535");
const url = (pattern: RegExp, shape: string) => z.string().regex(pattern, `must look like ${shape}`).optional();

/** Fewer than the three days that hold the stories are no past at all. */
export const HistoryDays = z.coerce
  .number("must be 0, or 3 to 365 days")
  .refine(
    (days) => days === 0 || (Number.isInteger(days) && days >= FEWEST_DAYS && days <= MOST_DAYS),
    `must be 0, or ${FEWEST_DAYS} to ${MOST_DAYS} days`,
  );

const Env = z.object({
  THROUGHLINE_DATA: z.string().default(".throughline"),
  DATABASE_URL: url(/^postgres(ql)?:\/\//, "postgres://user:password@host:port/database"),
  DATABASE_OWNER_URL: url(/^postgres(ql)?:\/\//, "postgres://user:password@host:port/database"),
  MQTT_URL: url(/^(mqtts?|wss?|tcp|ssl):\/\//, "mqtt://user:password@host:port"),
  OBJECT_STORE_URL: url(/^(file|s3):\/\//, "file:///folder or s3://KEY:SECRET@host/bucket"),
  MQTT_HOST: z
    .string()
    .transform((host) => (host === "localhost" ? "127.0.0.1" : host))
    .pipe(z.ipv4("must be an IPv4 address of this machine, or 0.0.0.0 for all of them"))
    .default("127.0.0.1"),
  WEB_HOST: z
    .string()
    .refine(
      isLoopback,
      "must be 127.0.0.1, ::1 or localhost: put a reverse proxy that speaks TLS in front of the pages",
    )
    .default("127.0.0.1"),
  BROKER: z.enum(["mosquitto", "aedes"], "must be mosquitto or aedes").optional(),
  TL_TIMESERIES_HOME: z.enum(["segments", "timescale"], "must be segments or timescale").optional(),
  THROUGHLINE_DEMO: z.enum(["0", "1"], "must be 0 or 1").optional(),
  THROUGHLINE_HISTORY_DAYS: HistoryDays.default(90),
  PORT: Port.default(3000),
  MQTT_PORT: Port.default(1883),
  POSTGRES_PORT: Port.default(5433),
  INGEST_PORT: Port.default(9101),
  JOBS_PORT: Port.default(9102),
  EDGE_PORT: Port.default(9201),
});

/** @throws {CliError} exit code 78; names each variable and what it should be, never its value (it may hold a password) */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  // An empty variable is what `FOO= npm start` leaves behind: it means "not set".
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ""));
  const parsed = Env.safeParse(given);
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`);
    throw new CliError(
      `The configuration cannot be used: ${faults.join("; ")}.`,
      "Correct or unset these environment variables and start again.",
      EXIT_BAD_CONFIGURATION,
    );
  }
  const read = parsed.data;
  const dataDir = resolve(read.THROUGHLINE_DATA.replace(/^~(?=\/|$)/, homedir()));
  const ports = {
    web: read.PORT,
    mqtt: read.MQTT_PORT,
    postgres: read.POSTGRES_PORT,
    ingest: read.INGEST_PORT,
    jobs: read.JOBS_PORT,
    edge: read.EDGE_PORT,
  };
  return {
    dataDir,
    databaseUrl: read.DATABASE_URL ?? null,
    databaseOwnerUrl: read.DATABASE_OWNER_URL ?? read.DATABASE_URL ?? null,
    mqttUrl: read.MQTT_URL ?? null,
    objectStoreUrl: read.OBJECT_STORE_URL ?? pathToFileURL(join(dataDir, "objects")).href,
    mqttHost: read.MQTT_HOST,
    webHost: read.WEB_HOST,
    historyDays: read.THROUGHLINE_HISTORY_DAYS,
    demo: read.THROUGHLINE_DEMO === undefined ? null : read.THROUGHLINE_DEMO === "1",
    handedOn: {
      web: pick(given, HANDED_ON.web),
      ingest: pick(given, HANDED_ON.ingest),
      jobs: pick(given, HANDED_ON.jobs),
    },
    broker: read.BROKER ?? null,
    timeseriesHome: read.TL_TIMESERIES_HOME ?? null,
    ports,
  };
}

function pick(given: Readonly<Record<string, string | undefined>>, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = given[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
