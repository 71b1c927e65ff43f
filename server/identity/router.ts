import { protectedProcedure, router } from "@/server/core/trpc";
import { getViewer } from "./queries";
import { abilities } from "@/server/core/actor";

export const meRouter = router({
  /** Who is signed in and what the pages may offer them. */
  viewer: protectedProcedure("account.read").query(async ({ ctx: { sql, actor } }) => ({
    ...(await getViewer(sql, actor)),
    can: abilities(actor),
    isDemo: process.env.THROUGHLINE_DEMO === "1",
  })),
});
