import { protectedProcedure, router } from "@/server/core/trpc";
import { getParts, getStorage, listRetention, previewRetention } from "./queries";
import { SetRetention } from "./schema";
import { setRetention } from "./verbs";

export const systemRouter = router({
  parts: protectedProcedure("system.read").query(({ ctx }) => getParts(ctx.sql, ctx.now())),
  storage: protectedProcedure("system.read").query(({ ctx }) => getStorage(ctx.sql, ctx.now())),
  retention: protectedProcedure("system.read").query(({ ctx }) => listRetention(ctx.sql)),
  previewRetention: protectedProcedure("system.read")
    .input(SetRetention)
    .query(({ ctx, input }) => previewRetention(ctx.sql, input)),
  setRetention: protectedProcedure("system.manage")
    .input(SetRetention)
    .mutation(({ ctx, input }) => setRetention(ctx, input)),
});
