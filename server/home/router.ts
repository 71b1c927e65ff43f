import { can } from "@/server/core/domain/permissions";
import { protectedProcedure, router } from "@/server/core/trpc";
import { getHome } from "./queries";

export const homeRouter = router({
  /** What the first page of every role is made of. */
  facts: protectedProcedure("fleet.read").query(({ ctx: { sql, actor, now } }) =>
    getHome(sql, now(), can(actor, "quarantine.read")),
  ),
});
