import { TRPCError } from "@trpc/server";
import { z } from "zod";
import { webTimeSeries } from "@/server/core/context";
import { procedure, router } from "@/server/core/trpc";
import {
  FleetInput,
  NodeInput,
  QuarantineInput,
  StreamInput,
  StreamListInput,
  StreamRangeInput,
} from "./domain/read-inputs";
import { findPayload, listQuarantine } from "./quarantine-queries";
import { findNode, findStream, getWaiting, listFleet, listStreams, listStreamsOfNode } from "./queries";
import { AcceptNode, AcceptStreams, DiscardQuarantine, ReplayQuarantine } from "./schema";
import { getMarks, getSeries } from "./series-queries";
import { acceptNode, acceptStreams, discardQuarantine, replayQuarantine } from "./verbs";

export const fleetRouter = router({
  list: procedure.input(FleetInput).query(({ ctx, input }) => listFleet(ctx.pool, input, ctx.now())),
  waiting: procedure.query(({ ctx }) => getWaiting(ctx.pool)),
  node: procedure
    .input(NodeInput)
    .query(async ({ ctx, input }) => found(await findNode(ctx.pool, input.node, ctx.now()), "node")),
  accept: procedure.input(AcceptNode).mutation(({ ctx, input }) => acceptNode(ctx, input)),
  streamsOfNode: procedure
    .input(NodeInput)
    .query(({ ctx, input }) => listStreamsOfNode(ctx.pool, input.node, ctx.now())),
});

export const streamsRouter = router({
  list: procedure.input(StreamListInput).query(({ ctx, input }) => listStreams(ctx.pool, input, ctx.now())),
  get: procedure
    .input(StreamInput)
    .query(async ({ ctx, input }) => found(await findStream(ctx.pool, input.id, ctx.now()), "stream")),
  accept: procedure.input(AcceptStreams).mutation(({ ctx, input }) => acceptStreams(ctx, input)),
  marks: procedure.input(StreamRangeInput).query(({ ctx, input }) => getMarks(ctx.pool, input)),
  series: procedure
    .input(StreamRangeInput)
    .query(async ({ ctx, input }) => getSeries(ctx.pool, await webTimeSeries(), input)),
});

export const quarantineRouter = router({
  list: procedure.input(QuarantineInput).query(({ ctx, input }) => listQuarantine(ctx.pool, input)),
  payload: procedure
    .input(z.object({ id: z.int().positive() }))
    .query(async ({ ctx, input }) => found(await findPayload(ctx.pool, input.id), "message")),
  replay: procedure.input(ReplayQuarantine).mutation(({ ctx, input }) => replayQuarantine(ctx, input)),
  discard: procedure.input(DiscardQuarantine).mutation(({ ctx, input }) => discardQuarantine(ctx, input)),
});

function found<T>(row: T | null, what: string): T {
  if (row === null)
    throw new TRPCError({
      code: "NOT_FOUND",
      message: `There is no such ${what}. It may have been removed; go back to the list.`,
    });
  return row;
}
