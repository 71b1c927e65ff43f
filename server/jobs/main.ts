import { readJobsConfig } from "@/server/core/config";
import { runServerProcess } from "@/server/core/server-process";
import { startJobs } from "./jobs";

await runServerProcess({
  name: "jobs",
  readConfig: readJobsConfig,
  pool: () => ({ max: 8, applicationName: "throughline-jobs", statementTimeoutMs: 0 }),
  start: ({ keepRawDays, objectStoreUrl, sealKey }, parts) =>
    startJobs({ ...parts, keepRawDays, objectStoreUrl, sealKey }),
  stopping: "ending schedules that are under way, and giving runs back to the queue",
});
