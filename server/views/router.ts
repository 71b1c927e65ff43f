import { ownerIdOf } from "@/server/core/actor";
import { protectedProcedure, router } from "@/server/core/trpc";
import { listViews } from "./queries";
import { ListViews, RemoveView, SaveView } from "./schema";
import { removeView, saveView } from "./verbs";

export const viewsRouter = router({
  list: protectedProcedure("views.manage")
    .input(ListViews)
    .query(({ ctx: { sql, actor }, input }) => listViews(sql, ownerIdOf(actor), input.page ?? null)),
  save: protectedProcedure("views.manage")
    .input(SaveView)
    .mutation(({ ctx, input }) => saveView(ctx, input)),
  remove: protectedProcedure("views.manage")
    .input(RemoveView)
    .mutation(({ ctx, input }) => removeView(ctx, input)),
});
