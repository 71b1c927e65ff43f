import { openPool } from "@/db/client";
import { ConfigError, EXIT_BAD_CONFIGURATION, readIngestConfig } from "@/server/core/config";
import { openLogger } from "@/server/core/logger";
import { openRegistry, serveHealth } from "@/server/core/metrics";
import { startIngest } from "./ingest";

try {
  const config = readIngestConfig(process.env);
  const log = openLogger("ingest", config.logLevel);
  process.on("unhandledRejection", (cause) => {
    log.fatal(
      { err: cause },
      "A promise failed and nobody was waiting for it; ending, the supervisor starts this again.",
    );
    process.exit(1);
  });
  const pool = openPool(
    config.databaseUrl,
    { max: 6, applicationName: `throughline-ingest-${config.replica}`, statementTimeoutMs: 30_000 },
    (cause) => log.warn({ err: cause }, "An idle database connection broke."),
  );
  const metrics = openRegistry("ingest");
  const ingest = await startIngest({ ...config, pool, log, metrics });
  const health = await serveHealth(config.port, metrics, () => ingest.health());
  log.info({ port: health.port, replica: config.replica }, "ingest is ready");

  let stopping = false;
  const stop = async (signal: string) => {
    if (stopping) return;
    stopping = true;
    log.info({ signal }, "ingest is stopping: committing what was taken");
    await ingest.close();
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
  openLogger("ingest", "info").fatal({ err: cause }, "ingest could not start");
  process.exit(1);
}
