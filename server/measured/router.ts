import { protectedProcedure, router } from "@/server/core/trpc";
import { ofTeam } from "@/server/value/domain/of-team";
import { ThingId } from "@/server/value/domain/thing-id";
import { OfTeam } from "@/server/value/schema";
import { findMeasured, getMeasuredOverview } from "./queries";
import { Adjust, GoLive } from "./schema";
import { adjust, goLive } from "./verbs";

export const measuredRouter = router({
  /** Narrowed to a team are the rows; how well an estimator's ranges held is told of all that they estimated. */
  overview: protectedProcedure("value.read")
    .input(OfTeam.default({ team: null }))
    .query(async ({ ctx, input }) => {
      const all = await ctx.shared("measured.overview", () => getMeasuredOverview(ctx.sql, ctx.now()));
      return { ...all, rows: ofTeam(all.rows, input) };
    }),
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
