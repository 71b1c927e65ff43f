import { ownerIdOf } from "@/server/core/actor";
import { NOT_HERE } from "@/server/core/context";
import { DomainError } from "@/server/core/errors";
import { protectedProcedure, router } from "@/server/core/trpc";
import { ExportReadings, RecomputeRollups } from "./domain/run";
import { findRun, listOwnRuns, listRuns, listSchedules, type RunDetail } from "./queries";
import { ListRuns, OnRun } from "./schema";
import { cancelRun, repeatRun, startExport, startRecompute, startVerifyAudit } from "./verbs";

export const jobsRouter = router({
  mine: protectedProcedure("jobs.own").query(({ ctx: { sql, actor } }) => listOwnRuns(sql, ownerIdOf(actor))),
  ownRun: protectedProcedure("jobs.own")
    .input(OnRun)
    .query(async ({ ctx: { sql, actor }, input }) => there(await findRun(sql, input.id, ownerIdOf(actor)))),
  cancelOwn: protectedProcedure("jobs.own")
    .input(OnRun)
    .mutation(({ ctx, input }) => cancelRun(ctx, input)),
  repeatOwn: protectedProcedure("jobs.own")
    .input(OnRun)
    .mutation(({ ctx, input }) => repeatRun(ctx, input)),
  exportReadings: protectedProcedure("stream.export")
    .input(ExportReadings)
    .mutation(({ ctx, input }) => startExport(ctx, input)),
  recomputeRollups: protectedProcedure("jobs.manage")
    .input(RecomputeRollups)
    .mutation(({ ctx, input }) => startRecompute(ctx, input)),
  verifyAudit: protectedProcedure("audit.export").mutation(({ ctx }) => startVerifyAudit(ctx)),
  list: protectedProcedure("jobs.read")
    .input(ListRuns)
    .query(({ ctx, input }) => listRuns(ctx.sql, input)),
  run: protectedProcedure("jobs.read")
    .input(OnRun)
    .query(async ({ ctx, input }) => there(await findRun(ctx.sql, input.id, null))),
  schedules: protectedProcedure("jobs.read").query(({ ctx }) => listSchedules(ctx.sql)),
  cancel: protectedProcedure("jobs.manage")
    .input(OnRun)
    .mutation(({ ctx, input }) => cancelRun(ctx, input)),
  repeat: protectedProcedure("jobs.manage")
    .input(OnRun)
    .mutation(({ ctx, input }) => repeatRun(ctx, input)),
});

function there(run: RunDetail | null): RunDetail {
  if (!run) throw new DomainError("not_found", NOT_HERE);
  return run;
}
