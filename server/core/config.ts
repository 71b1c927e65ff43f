import { hostname } from "node:os";
import { z } from "zod";
import { weaknessOf } from "./domain/secret-strength";

/** sysexits.h EX_CONFIG: a supervisor must not restart a process that ends with it. */
export const EXIT_BAD_CONFIGURATION = 78;

/** The environment cannot be used; the message names each variable and what it should be. */
export class ConfigError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ConfigError";
  }
}

const DatabaseUrl = z
  .string("is not set; use postgres://user:password@host:port/database")
  .regex(/^postgres(ql)?:\/\//, "must look like postgres://user:password@host:port/database");
const MqttUrl = z
  .string("is not set; use mqtt://user:password@host:port")
  .regex(/^(mqtts?|wss?|tcp|ssl):\/\//, "must look like mqtt://user:password@host:port");
const Port = z.coerce
  .number("must be a port number")
  .int("must be a whole number")
  .min(0, "must be 0 to 65535")
  .max(65_535, "must be 0 to 65535");
const LogLevel = z.enum(
  ["fatal", "error", "warn", "info", "debug", "trace", "silent"],
  "must be one of fatal, error, warn, info, debug, trace, silent",
);

const IngestEnv = z.object({
  DATABASE_URL: DatabaseUrl,
  MQTT_URL: MqttUrl,
  INGEST_PORT: Port.default(9_101),
  // Part of the MQTT client id: a replica that comes back under the same name finds its session.
  INGEST_REPLICA: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,40}$/, "must be 1 to 40 of A-Z a-z 0-9 . _ -")
    .default(
      () =>
        hostname()
          .slice(0, 40)
          .replace(/[^A-Za-z0-9._-]/g, "-") || "ingest",
    ),
  INGEST_MAX_QUEUE_MB: z.coerce
    .number("must be a number of MB")
    .int()
    .min(4, "must be at least 4")
    .max(4_096, "must be at most 4096")
    .default(16),
  LOG_LEVEL: LogLevel.default("info"),
});
const JobsEnv = z.object({
  DATABASE_URL: DatabaseUrl,
  JOBS_PORT: Port.default(9_102),
  // days that raw readings are kept; rollups stay
  RETENTION_RAW_DAYS: z.coerce
    .number("must be a number of days")
    .int()
    .min(1, "must be at least 1")
    .max(36_500)
    .default(400),
  OBJECT_STORE_URL: z
    .string()
    .regex(/^(file|s3):\/\//, "must be file:///folder or s3://KEY:SECRET@host/bucket")
    .optional(),
  // seals the anchors of the audit log; the same as for the web process. Without it the rest of the jobs still runs.
  THROUGHLINE_SECRET: z
    .string()
    .superRefine((secret, context) => {
      const weakness = weaknessOf(secret);
      if (weakness !== null) context.addIssue({ code: "custom", message: weakness });
    })
    .optional(),
  LOG_LEVEL: LogLevel.default("info"),
});

export type LogLevel = z.infer<typeof LogLevel>;
export interface IngestConfig {
  databaseUrl: string;
  mqttUrl: string;
  port: number;
  replica: string;
  /** payload bytes and decoded readings held in memory before reading from the broker stops */
  maxQueueBytes: number;
  logLevel: LogLevel;
}
export interface JobsConfig {
  databaseUrl: string;
  port: number;
  keepRawDays: number;
  /** Null: exports and copies of the audit log's heads are refused, with the reason. */
  objectStoreUrl: string | null;
  sealKey: string | null;
  logLevel: LogLevel;
}

const ApiEnv = z.object({
  // how long one statement of the public API may take
  API_STATEMENT_TIMEOUT_MS: z.coerce
    .number("must be a number of milliseconds")
    .int("must be a whole number")
    .min(100, "must be at least 100")
    .max(600_000, "must be at most 600000")
    .default(20_000),
  // reverse proxies before the web process, whose X-Forwarded-For is believed
  THROUGHLINE_PROXIES: z.coerce
    .number("must be a number of proxies")
    .int("must be a whole number")
    .min(0, "must be 0 or more")
    .max(10, "must be at most 10")
    .default(0),
});

/** What the web process needs besides its secret. */
const WebEnv = ApiEnv.extend({ DATABASE_URL: DatabaseUrl });

export interface ApiConfig {
  statementTimeoutMs: number;
  proxies: number;
}

type Env = Readonly<Record<string, string | undefined>>;

/** @throws {ConfigError} */
export function readIngestConfig(env: Env): IngestConfig {
  const read = parseEnv(IngestEnv, env);
  return {
    databaseUrl: read.DATABASE_URL,
    mqttUrl: read.MQTT_URL,
    port: read.INGEST_PORT,
    replica: read.INGEST_REPLICA,
    maxQueueBytes: read.INGEST_MAX_QUEUE_MB * 1024 * 1024,
    logLevel: read.LOG_LEVEL,
  };
}

/** @throws {ConfigError} */
export function readJobsConfig(env: Env): JobsConfig {
  const read = parseEnv(JobsEnv, env);
  return {
    databaseUrl: read.DATABASE_URL,
    port: read.JOBS_PORT,
    keepRawDays: read.RETENTION_RAW_DAYS,
    objectStoreUrl: read.OBJECT_STORE_URL ?? null,
    sealKey: read.THROUGHLINE_SECRET ?? null,
    logLevel: read.LOG_LEVEL,
  };
}

/** @throws {ConfigError} */
export function readApiConfig(env: Env): ApiConfig {
  const read = parseEnv(ApiEnv, env);
  return { statementTimeoutMs: read.API_STATEMENT_TIMEOUT_MS, proxies: read.THROUGHLINE_PROXIES };
}

/** Looks at all that the web process will read of the environment, before anybody asks it for anything. @throws {ConfigError} */
export function checkWebConfig(env: Env): void {
  parseEnv(WebEnv, env);
}

function parseEnv<T extends z.ZodType>(schema: T, env: Env): z.infer<T> {
  // An empty variable is what `FOO= npm start` leaves behind: it means "not set".
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ""));
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`);
  throw new ConfigError(`The configuration cannot be used: ${faults.join("; ")}.`);
}
