import { openPool } from "@/db/client";
import { ConfigError, EXIT_BAD_CONFIGURATION, readJobsConfig } from "@/server/core/config";
import { openLogger } from "@/server/core/logger";
import { openRegistry, serveHealth } from "@/server/core/metrics";
import { startJobs } from "./jobs";

try {
  const config = readJobsConfig(process.env);
  const log = openLogger("jobs", config.logLevel);
  process.on("unhandledRejection", (cause) => {
    log.fatal(
      { err: cause },
      "A promise failed and nobody was waiting for it; ending, the supervisor starts this again.",
    );
    process.exit(1);
  });
  const pool = openPool(
    config.databaseUrl,
    { max: 8, applicationName: "throughline-jobs", statementTimeoutMs: 0 },
    (cause) => log.warn({ err: cause }, "An idle database connection broke."),
  );
  const metrics = openRegistry("jobs");
  const jobs = await startJobs({ pool, log, metrics, keepRawDays: config.keepRawDays });
  const health = await serveHealth(config.port, metrics, () => jobs.health());
  log.info({ port: health.port }, "jobs is ready");

  let stopping = false;
  const stop = async (signal: string) => {
    if (stopping) return;
    stopping = true;
    log.info({ signal }, "jobs is stopping: ending what is under way");
    await jobs.close();
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
  openLogger("jobs", "info").fatal({ err: cause }, "jobs could not start");
  process.exit(1);
}
