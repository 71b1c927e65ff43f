import { hostname } from "node:os";
import { Logger as QueueLogger, parseCronItems, run, type TaskList } from "graphile-worker";
import type { Pool } from "pg";
import { z } from "zod";
import { openTimeSeries } from "@/db/timeseries/open";
import type { Logger } from "@/server/core/logger";
import { Counter, type Health, Histogram, type Registry } from "@/server/core/metrics";
import { DomainError } from "@/server/core/errors";
import { openObjectStore } from "@/server/models/objects/store";
import type { ObjectStore } from "@/server/models/objects/object";
import { stopSolvers } from "@/server/value/plan-solve-verbs";
import { everyFewSeconds } from "./every";
import { exportReadings } from "./kinds/export-readings";
import { recomputeRollups } from "./kinds/recompute-rollups";
import { solvePortfolioPlan } from "./kinds/solve-plan";
import { verifyAudit } from "./kinds/verify-audit";
import { noteRetention } from "./retention";
import { Runs } from "./runs";
import { noteSchedules, type Schedule, SCHEDULES, turn } from "./schedules";

const ROLL_UP_PACE_MS = 5_000;
/** Rollups that did not run for this long make `/health` say no. */
const UNHEALTHY_AFTER_MS = 120_000;
const TAKE_UP_PACE_MS = 5_000;
/** Runs of people at once in one process; schedules have workers of their own, so that an export of a year holds none of them up. */
const RUNS_AT_ONCE = 2;
const RunPayload = z.object({ run: z.uuid() });

export interface Jobs {
  health(): Health;
  close(): Promise<void>;
}

/**
 * Schedules over the queue in Postgres (each tick queued once, run by one replica), the runs that people start, and the loops of the
 * leader: rollups, and runs whose process died.
 */
export async function startJobs({
  pool,
  log,
  metrics,
  keepRawDays,
  objectStoreUrl = null,
  sealKey = null,
}: {
  pool: Pool;
  log: Logger;
  metrics: Registry;
  keepRawDays: number;
  objectStoreUrl?: string | null;
  sealKey?: string | null;
}): Promise<Jobs> {
  // A client that is checked out reports a lost connection by itself: without a listener that would end the process.
  const lostConnection = (cause: Error) =>
    log.warn({ err: cause }, "A database connection broke; the next job opens another.");
  pool.on("error", lostConnection);
  pool.on("connect", (client) => client.on("error", lostConnection));
  const store = await openTimeSeries(pool);
  const opened = objectStoreUrl === null ? null : openObjectStore(objectStoreUrl);
  const objects = (): ObjectStore => {
    if (opened === null)
      throw new DomainError(
        "invalid_state",
        "The jobs process has no object store. Set OBJECT_STORE_URL for it, as for the web process, and start it again.",
      );
    return opened;
  };
  const parts = { pool, store, objects, sealKey, log };
  const turns = new Counter({
    name: "throughline_jobs_runs_total",
    help: "Runs by job and result",
    labelNames: ["job", "result"],
    registers: [metrics],
  });
  const seconds = new Histogram({
    name: "throughline_jobs_seconds",
    help: "Duration by job",
    labelNames: ["job"],
    buckets: [0.01, 0.1, 1, 10, 60, 600],
    registers: [metrics],
  });
  let lastRollUpMs = Date.now();
  let failing: string | null = null;

  const timed = async (
    job: string,
    work: () => Promise<Readonly<Record<string, unknown>>>,
    level: "info" | "debug",
  ): Promise<void> => {
    const started = performance.now();
    try {
      const result = await work();
      const tookMs = Math.round(performance.now() - started);
      turns.inc({ job, result: "done" });
      seconds.observe({ job }, tookMs / 1_000);
      log[level]({ job, tookMs, ...result }, "job done");
    } catch (cause) {
      turns.inc({ job, result: "failed" });
      log.error({ err: cause, job }, "job failed; it runs again at its next turn");
      throw cause;
    }
  };

  const stopRollUps = everyFewSeconds(
    pool,
    "roll-up",
    ROLL_UP_PACE_MS,
    async () => {
      await timed("roll-up", () => store.rollUp(pool), "debug");
      failing = null;
      lastRollUpMs = Date.now();
    },
    (cause) => {
      failing = cause instanceof Error ? cause.message : String(cause);
    },
  );

  const taskList: TaskList = Object.fromEntries(
    SCHEDULES.map(({ name, run: work }: Schedule) => [
      name,
      () => timed(name, () => turn(pool, name, () => work({ ...parts, nowMs: Date.now() })), "info"),
    ]),
  );
  await noteSchedules(pool);
  await noteRetention(pool, keepRawDays);
  const queueLog = new QueueLogger(() => (of, message) => {
    const level: string = of; // the enum's values are words, and its package is not ours to import
    if (level === "error") log.error({ from: "queue" }, message);
    else if (level === "warning") log.warn({ from: "queue" }, message);
    else log.debug({ from: "queue" }, message);
  });
  const runner = await run({
    pgPool: pool,
    logger: queueLog,
    concurrency: 2,
    noHandleSignals: true,
    pollInterval: 2_000,
    taskList,
    // A tick that was missed while nothing ran is made up for once, if it is not older than the period.
    parsedCronItems: parseCronItems(
      SCHEDULES.map(({ name, cron }) => ({
        task: name,
        match: cron,
        identifier: name,
        options: {
          maxAttempts: 1,
          queueName: "maintenance",
          jobKey: name,
          jobKeyMode: "preserve_run_at" as const,
          backfillPeriod: 0,
        },
      })),
    ),
  });
  const runs = new Runs(
    parts,
    {
      "export-readings": exportReadings,
      "recompute-rollups": recomputeRollups,
      "verify-audit": verifyAudit,
      "solve-plan": solvePortfolioPlan,
    },
    `jobs ${process.pid} on ${hostname()}`.slice(0, 100),
  );
  const runRunner = await run({
    pgPool: pool,
    logger: queueLog,
    concurrency: RUNS_AT_ONCE,
    noHandleSignals: true,
    pollInterval: 2_000,
    taskList: { "run-job": (payload) => runs.take(RunPayload.parse(payload).run) },
  });
  const stopTakeUp = everyFewSeconds(
    pool,
    "take-up",
    TAKE_UP_PACE_MS,
    async () => {
      const taken = await runs.takeUp();
      if (taken.again + taken.given_up > 0) log.warn(taken, "runs whose process died were taken up");
    },
    (cause) => log.error({ err: cause }, "runs whose process died could not be looked for; tried again in 5 s"),
  );
  // Once at the start as well: the partitions of today must not wait for half past, nor the page of the system for ten past.
  await runner.addJob("prepare-partitions", {}, { jobKey: "prepare-partitions", maxAttempts: 3 });
  await runner.addJob("measure-storage", {}, { jobKey: "measure-storage", maxAttempts: 1 });

  return {
    health: () => ({
      ok: Date.now() - lastRollUpMs < UNHEALTHY_AFTER_MS || failing === null,
      lastRollUp: new Date(lastRollUpMs).toISOString(),
      failing,
      home: store.home,
    }),
    close: async () => {
      runs.stop();
      await Promise.all([stopRollUps(), stopTakeUp()]);
      await Promise.all([runner.stop(), runRunner.stop()]);
      await stopSolvers();
    },
  };
}
