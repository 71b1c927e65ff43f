import { protectedProcedure, router } from "@/server/core/trpc";
import { ThingId } from "@/server/value/domain/thing-id";
import { OfTeam } from "@/server/value/schema";
import { findMeasured, getMeasuredOverview } from "./queries";
import { Adjust, GoLive } from "./schema";
import { adjust, goLive } from "./verbs";

export const measuredRouter = router({
  /** Narrowed to a team are the rows, and how well the ranges held that were estimated for them. */
  overview: protectedProcedure("value.read")
    .input(OfTeam.default({ team: null }))
    .query(({ ctx, input: { team } }) =>
      ctx.shared(`measured.overview ${team}`, () => getMeasuredOverview(ctx.sql, ctx.now(), team)),
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
