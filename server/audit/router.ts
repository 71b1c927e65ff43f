import { protectedProcedure, router } from "@/server/core/trpc";
import { AuditFilter } from "./domain/filter";
import { listAudit } from "./queries";

export const auditRouter = router({
  list: protectedProcedure("audit.read")
    .input(AuditFilter)
    .query(({ ctx, input }) => listAudit(ctx.sql, input)),
});
