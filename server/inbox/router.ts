import { ownerIdOf } from "@/server/core/actor";
import { protectedProcedure, router } from "@/server/core/trpc";
import { countUnread, listInbox } from "./queries";
import { markAllRead, markRead, markUnread } from "./read-verbs";
import { ListInbox, MarkAllRead, MarkRead } from "./schema";

/** Reading one's own notifications is what marks them read, so one permission covers both. */
export const inboxRouter = router({
  list: protectedProcedure("inbox.read")
    .input(ListInbox)
    .query(({ ctx: { sql, actor }, input }) => listInbox(sql, ownerIdOf(actor), input)),
  unread: protectedProcedure("inbox.read").query(({ ctx: { sql, actor } }) => countUnread(sql, ownerIdOf(actor))),
  markRead: protectedProcedure("inbox.read")
    .input(MarkRead)
    .mutation(({ ctx, input }) => markRead(ctx, input)),
  markAllRead: protectedProcedure("inbox.read")
    .input(MarkAllRead)
    .mutation(({ ctx, input }) => markAllRead(ctx, input)),
  markUnread: protectedProcedure("inbox.read")
    .input(MarkRead)
    .mutation(({ ctx, input }) => markUnread(ctx, input)),
});
