import { readJobsConfig } from "@/server/core/config";
import { runServerProcess } from "@/server/core/server-process";
import { warmSolver } from "@/server/value/plan-solve-verbs";
import { startJobs } from "./jobs";

await runServerProcess({
  name: "jobs",
  readConfig: readJobsConfig,
  pool: () => ({ max: 8, applicationName: "throughline-jobs", statementTimeoutMs: 0 }),
  start: async ({ keepRawDays, objectStoreUrl, sealKey }, parts) => {
    const jobs = await startJobs({ ...parts, keepRawDays, objectStoreUrl, sealKey });
    warmSolver().catch((err: unknown) => parts.log.warn({ err }, "the optimiser's thread starts with the first plan"));
    return jobs;
  },
  stopping: "ending schedules that are under way, and giving runs back to the queue",
});
