import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { removePostgresData, startPostgres } from "@/cli/embedded/postgres";
import { endWithUs } from "@/cli/embedded/testing-guard";
import { timescaleServer } from "@/cli/embedded/timescale";
import { withDatabase } from "./client";
import { migrate } from "./migrate";

export const TEST_APP_PASSWORD = "app-password-of-tests";
export const TEMPLATE_DATABASE = "throughline_template";
export type TestDatabaseKind = "plain" | "timescale";

/** Which server the tests meet. @throws {RangeError} for an unknown word in TL_TEST_DB, so that a typo does not test the wrong one */
export function testDatabaseKind(): TestDatabaseKind {
  const kind = process.env.TL_TEST_DB ?? "plain";
  if (kind === "plain" || kind === "timescale") return kind;
  throw new RangeError(`TL_TEST_DB must be plain or timescale, not ${kind}`);
}

/**
 * One server for the whole run, with one migrated database that `cloneTestDb` copies. Durability is off: the data dies with the run.
 * vitest calls this before the first test file; the returned function after the last.
 */
export default async function startTestServer(): Promise<() => Promise<void>> {
  const kind = testDatabaseKind();
  const folder = mkdtempSync(join(tmpdir(), "tl-test-db-"));
  chmodSync(folder, 0o755);
  const dataDir = join(folder, "postgres");
  const port = await findFreePort();
  const timescale = kind === "timescale" ? timescaleServer() : null;
  const server = await startPostgres({
    dataDir,
    port,
    password: "owner-password-of-tests",
    settings: {
      fsync: "off",
      synchronous_commit: "off",
      full_page_writes: "off",
      max_connections: "200",
      max_wal_size: "512MB",
      shared_buffers: "128MB",
      ...timescale?.settings,
    },
    ...(timescale ? { binaries: timescale.binaries } : {}),
  });
  const release = endWithUs(server.pid, "INT", folder);
  const owner = new Client({ connectionString: server.url });
  await owner.connect();
  await owner.query(`create database ${TEMPLATE_DATABASE}`);
  await owner.end();
  const templateUrl = withDatabase(server.url, TEMPLATE_DATABASE);
  await migrate({
    url: templateUrl,
    appPassword: TEST_APP_PASSWORD,
    ...(kind === "timescale" && !process.env.TL_TIMESERIES_HOME ? { timeseriesHome: "timescale" as const } : {}),
  });
  process.env.TL_TEST_PG_URL = server.url;
  return async () => {
    await server.stop();
    release();
    removePostgresData(dataDir);
    rmSync(folder, { recursive: true, force: true });
  };
}

async function findFreePort(): Promise<number> {
  const probe = createServer();
  return new Promise((found, failed) => {
    probe.once("error", failed);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      const port = typeof address === "object" && address ? address.port : 0;
      probe.close(() => found(port));
    });
  });
}
