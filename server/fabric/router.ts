import { TRPCError } from "@trpc/server";
import { z } from "zod";
import { webTimeSeries } from "@/server/core/context";
import { hashToken, newNodeToken } from "@/server/core/node-token";
import { protectedProcedure, router } from "@/server/core/trpc";
import {
  FleetInput,
  NodeInput,
  QuarantineInput,
  StreamInput,
  StreamListInput,
  StreamRangeInput,
} from "./domain/read-inputs";
import { findPayload, listQuarantine } from "./quarantine-queries";
import { findNode, findStream, getWaiting, pageOfFleet, listStreams, listStreamsOfNode } from "./queries";
import { listNodeLogins } from "./node-queries";
import {
  addNode,
  moveNode,
  renameNode,
  retireNode,
  revokeNodeLogin,
  rotateNodeToken,
  takeBackNode,
} from "./node-verbs";
import {
  AcceptNode,
  AcceptStreams,
  AddNode,
  DiscardQuarantine,
  MoveNode,
  NodeLogins,
  OnNode,
  RenameNode,
  ReplayQuarantine,
} from "./schema";
import { getMarks, getSeries } from "./series-queries";
import { acceptNode, acceptStreams, discardQuarantine, replayQuarantine, takeBackQuarantine } from "./verbs";

export const fleetRouter = router({
  list: protectedProcedure("fleet.read")
    .input(FleetInput)
    .query(({ ctx, input }) => ctx.shared(`fleet.list ${JSON.stringify(input)}`, () => pageOfFleet(ctx, input))),
  waiting: protectedProcedure("fleet.read").query(({ ctx }) => ctx.shared("fleet.waiting", () => getWaiting(ctx.sql))),
  node: protectedProcedure("fleet.read")
    .input(NodeInput)
    .query(async ({ ctx, input }) => found(await findNode(ctx.sql, input.node, ctx.now()), "node")),
  accept: protectedProcedure("fleet.accept")
    .input(AcceptNode)
    .mutation(({ ctx, input }) => acceptNode(ctx, input)),
  logins: protectedProcedure("fleet.manage")
    .input(NodeLogins)
    .query(({ ctx, input }) => listNodeLogins(ctx.sql, input)),
  add: protectedProcedure("fleet.manage")
    .input(AddNode)
    .mutation(async ({ ctx, input: { node, ...rest } }) => {
      const token = newNodeToken();
      await addNode(ctx, { ...rest, id: node, tokenHash: hashToken(token) });
      return { node, token };
    }),
  renewLogin: protectedProcedure("fleet.manage")
    .input(OnNode)
    .mutation(async ({ ctx, input: { node } }) => {
      const token = newNodeToken();
      await rotateNodeToken(ctx, node, hashToken(token));
      return { node, token };
    }),
  revokeLogin: protectedProcedure("fleet.manage")
    .input(OnNode)
    .mutation(({ ctx, input }) => revokeNodeLogin(ctx, input)),
  move: protectedProcedure("fleet.manage")
    .input(MoveNode)
    .mutation(({ ctx, input }) => moveNode(ctx, input)),
  rename: protectedProcedure("fleet.manage")
    .input(RenameNode)
    .mutation(({ ctx, input }) => renameNode(ctx, input)),
  retire: protectedProcedure("fleet.manage")
    .input(OnNode)
    .mutation(({ ctx, input }) => retireNode(ctx, input)),
  takeBack: protectedProcedure("fleet.manage")
    .input(OnNode)
    .mutation(({ ctx, input }) => takeBackNode(ctx, input)),
  streamsOfNode: protectedProcedure("stream.read")
    .input(NodeInput)
    .query(({ ctx, input }) => listStreamsOfNode(ctx.sql, input.node, ctx.now())),
});

export const streamsRouter = router({
  list: protectedProcedure("stream.read")
    .input(StreamListInput)
    .query(({ ctx, input }) => listStreams(ctx.sql, input, ctx.now())),
  get: protectedProcedure("stream.read")
    .input(StreamInput)
    .query(async ({ ctx, input }) => found(await findStream(ctx.sql, input.id, ctx.now()), "stream")),
  accept: protectedProcedure("stream.accept")
    .input(AcceptStreams)
    .mutation(({ ctx, input }) => acceptStreams(ctx, input)),
  marks: protectedProcedure("stream.read")
    .input(StreamRangeInput)
    .query(({ ctx, input }) => getMarks(ctx.sql, input)),
  series: protectedProcedure("stream.read")
    .input(StreamRangeInput)
    .query(async ({ ctx, input }) => {
      const store = await webTimeSeries();
      return ctx.transaction((tx) => getSeries(tx, store, input));
    }),
});

export const quarantineRouter = router({
  list: protectedProcedure("quarantine.read")
    .input(QuarantineInput)
    .query(({ ctx, input }) => listQuarantine(ctx.sql, input)),
  payload: protectedProcedure("quarantine.read")
    .input(z.strictObject({ id: z.int().positive() }))
    .query(async ({ ctx, input }) => found(await findPayload(ctx.sql, input.id), "message")),
  replay: protectedProcedure("quarantine.decide")
    .input(ReplayQuarantine)
    .mutation(({ ctx, input }) => replayQuarantine(ctx, input)),
  discard: protectedProcedure("quarantine.decide")
    .input(DiscardQuarantine)
    .mutation(({ ctx, input }) => discardQuarantine(ctx, input)),
  takeBack: protectedProcedure("quarantine.decide")
    .input(DiscardQuarantine)
    .mutation(({ ctx, input }) => takeBackQuarantine(ctx, input)),
});

function found<T>(row: T | null, what: string): T {
  if (row === null)
    throw new TRPCError({
      code: "NOT_FOUND",
      message: `There is no such ${what}. It may have been removed; go back to the list.`,
    });
  return row;
}
