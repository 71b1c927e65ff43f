import { can } from "@/server/core/domain/permissions";
import { protectedProcedure, router } from "@/server/core/trpc";
import { Scope } from "@/server/fabric/domain/read-inputs";
import { getWhatToLookAt } from "@/server/demo/queries";
import { getHome } from "./queries";

export const homeRouter = router({
  /** What the first page of every role is made of. */
  facts: protectedProcedure("fleet.read")
    .input(Scope)
    .query(({ ctx: { sql, actor, now, shared }, input }) => {
      const mayDecide = can(actor, "quarantine.read");
      return shared(`home ${JSON.stringify(input)} ${mayDecide}`, () => getHome(sql, input, now(), mayDecide));
    }),
  /** The stories planted in the demo's past, and how much of it has arrived; nothing outside of a demo. */
  lookAt: protectedProcedure("stream.read").query(({ ctx: { sql } }) => getWhatToLookAt(sql)),
});
