import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** PostgreSQL 17 with TimescaleDB for tests and benchmarks; tools/timescale.sh unpacks it on first use (about 10 s, 95 MB). */
export function timescaleServer(): { binaries: { folder: string; bin: string }; settings: Record<string, string> } {
  const cache = process.env.TL_TIMESCALE_DIR ?? join(homedir(), ".cache", "throughline", "timescale");
  const bin = join("root", "usr", "lib", "postgresql", "17", "bin");
  if (!existsSync(join(cache, bin, "postgres"))) {
    const script = fileURLToPath(new URL("../../tools/timescale.sh", import.meta.url));
    const { status, stderr } = spawnSync("bash", [script, cache], {
      encoding: "utf8",
      stdio: ["ignore", "inherit", "pipe"],
    });
    if (status !== 0) throw new Error(`tools/timescale.sh could not prepare TimescaleDB: ${stderr.trim()}`);
  }
  return {
    binaries: { folder: cache, bin },
    settings: {
      shared_preload_libraries: "timescaledb",
      "timescaledb.telemetry_level": "off",
      "timescaledb.max_background_workers": "4",
    },
  };
}
