import { hostname } from "node:os";
import type { Pool } from "pg";
import { openPool, type PoolOptions } from "@/db/client";
import { ConfigError, EXIT_BAD_CONFIGURATION, type LogLevel } from "./config";
import { startHeartbeat } from "./heartbeat";
import { type Logger, openLogger } from "./logger";
import { type Health, openRegistry, type Registry, serveHealth } from "./metrics";

interface BaseConfig {
  databaseUrl: string;
  port: number;
  logLevel: LogLevel;
}

export interface ServerProcess<Config extends BaseConfig> {
  name: "ingest" | "jobs";
  /** What this one is called among several; where nothing names it, the machine and the process do. */
  replica?(config: Config): string;
  /** @throws {ConfigError} */
  readConfig(env: Readonly<Record<string, string | undefined>>): Config;
  pool(config: Config): PoolOptions;
  /** The work itself; `close` ends it in order and is waited for. */
  start(
    config: Config,
    parts: { pool: Pool; log: Logger; metrics: Registry },
  ): Promise<{ health(): Health; close(): Promise<void> }>;
  /** What is said when it is told to end: what it still does. */
  stopping: string;
}

/**
 * The life of a server process: configuration from the environment, log, database, `/health` and `/metrics`, and an orderly
 * end at SIGTERM or SIGINT: the work first, then health, then the database.
 * Exit codes: 0 stopped as asked · 78 the configuration cannot be used · 1 failure; a supervisor starts it again after 1.
 */
export async function runServerProcess<Config extends BaseConfig>(options: ServerProcess<Config>): Promise<void> {
  const { name } = options;
  try {
    const config = options.readConfig(process.env);
    const log = openLogger(name, config.logLevel);
    process.on("unhandledRejection", (cause) => {
      log.fatal(
        { err: cause },
        "A promise failed and nobody was waiting for it; ending, the supervisor starts this again.",
      );
      process.exit(1);
    });
    const pool = openPool(config.databaseUrl, options.pool(config), (cause) =>
      log.warn({ err: cause }, "An idle database connection broke."),
    );
    const metrics = openRegistry(name);
    const work = await options.start(config, { pool, log, metrics });
    const health = await serveHealth(config.port, metrics, () => work.health());
    log.info({ port: health.port }, `${name} is ready`);

    const stopBeating = startHeartbeat(pool, {
      kind: name,
      name: `${name} ${options.replica?.(config) ?? `${hostname()}:${config.port}`}`,
      health: () => work.health(),
      failed: (cause) => log.warn({ err: cause }, "The page of the system was not told that this process lives."),
    });

    let isStopping = false;
    const stop = async (signal: string) => {
      if (isStopping) return;
      isStopping = true;
      log.info({ signal }, `${name} is stopping: ${options.stopping}`);
      await work.close();
      await stopBeating();
      await health.close();
      await pool.end();
      process.exit(0);
    };
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => void stop(signal));
  } catch (cause) {
    if (cause instanceof ConfigError) {
      process.stderr.write(`${cause.message}\n`);
      process.exit(EXIT_BAD_CONFIGURATION);
    }
    openLogger(name, "info").fatal({ err: cause }, `${name} could not start`);
    process.exit(1);
  }
}
