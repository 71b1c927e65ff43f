import { NOT_HERE } from "@/server/core/context";
import { DomainError } from "@/server/core/errors";
import { protectedProcedure, router } from "@/server/core/trpc";
import { findBlastRadius } from "./queries";
import { PlantThing } from "./schema";

export const blastRouter = router({
  of: protectedProcedure("value.read")
    .input(PlantThing)
    .query(async ({ ctx, input }) => {
      const found = await ctx.shared(`blast.of ${JSON.stringify(input)}`, () =>
        findBlastRadius(ctx.sql, input, ctx.now()),
      );
      if (!found) throw new DomainError("not_found", NOT_HERE);
      return found;
    }),
});
