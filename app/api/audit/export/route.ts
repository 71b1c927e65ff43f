import { AuditFilter } from "@/server/audit/domain/filter";
import { exportAudit } from "@/server/audit/queries";
import { answerRoute } from "@/server/core/answer-route";
import { csvResponse } from "@/server/core/csv-response";

export const dynamic = "force-dynamic";

const Address = AuditFilter.pick({ q: true, action: true });

/** `GET /api/audit/export?q=&action=`: the rows that the page's filter shows, all of them, as CSV. */
export function GET(request: Request): Promise<Response> {
  return answerRoute(request, { action: "audit.export", query: Address }, async (ctx, filter) =>
    csvResponse("audit-log.csv", exportAudit(ctx.sql, AuditFilter.parse(filter))),
  );
}
