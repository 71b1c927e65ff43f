import { protectedProcedure, router } from "@/server/core/trpc";
import { ThingId } from "@/server/value/domain/thing-id";
import { findMeasured, getMeasuredOverview } from "./queries";
import { Adjust, GoLive } from "./schema";
import { adjust, goLive } from "./verbs";

export const measuredRouter = router({
  overview: protectedProcedure("value.read").query(({ ctx }) =>
    ctx.shared("measured.overview", () => getMeasuredOverview(ctx.sql, ctx.now())),
  ),
  get: protectedProcedure("value.read")
    .input(ThingId)
    .query(({ ctx, input }) =>
      ctx.shared(`measured.get ${input.id}`, () => findMeasured(ctx.sql, ctx.now(), input.id)),
    ),
  goLive: protectedProcedure("value.decide")
    .input(GoLive)
    .mutation(({ ctx, input }) => goLive(ctx, input)),
  adjust: protectedProcedure("value.decide")
    .input(Adjust)
    .mutation(({ ctx, input }) => adjust(ctx, input)),
});
