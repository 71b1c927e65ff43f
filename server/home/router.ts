import { can } from "@/server/core/domain/permissions";
import { protectedProcedure, router } from "@/server/core/trpc";
import { Scope } from "@/server/fabric/domain/read-inputs";
import { getWhatToLookAt } from "@/server/demo/queries";
import { asksForValue, homeRolesOf } from "./domain/home";
import { getHome } from "./queries";

export const homeRouter = router({
  /** What the first page of every role is made of. */
  facts: protectedProcedure("fleet.read")
    .input(Scope)
    .query(({ ctx: { sql, actor, now, shared }, input }) => {
      const asks = {
        mayDecide: can(actor, "quarantine.read"),
        asksForValue:
          can(actor, "value.read") && homeRolesOf(actor.memberships.map(({ role }) => role)).some(asksForValue),
      };
      return shared(`home ${JSON.stringify([input, asks])}`, () => getHome(sql, input, now(), asks));
    }),
  /** The stories planted in the demo's past, and how much of it has arrived; nothing outside of a demo. */
  lookAt: protectedProcedure("stream.read").query(({ ctx: { sql } }) => getWhatToLookAt(sql)),
});
