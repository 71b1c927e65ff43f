import { readIngestConfig } from "@/server/core/config";
import { runServerProcess } from "@/server/core/server-process";
import { startIngest } from "./ingest";

await runServerProcess({
  name: "ingest",
  readConfig: readIngestConfig,
  replica: ({ replica }) => replica,
  pool: ({ replica }) => ({ max: 6, applicationName: `throughline-ingest-${replica}`, statementTimeoutMs: 30_000 }),
  start: (config, parts) => startIngest({ ...config, ...parts }),
  stopping: "committing what was taken",
});
