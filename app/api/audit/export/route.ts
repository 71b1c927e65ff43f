import { Ms } from "@/server/fabric/domain/address-inputs";
import { AuditFilter } from "@/server/audit/domain/filter";
import { exportAudit } from "@/server/audit/queries";
import { answerRoute } from "@/server/core/answer-route";
import { csvResponse } from "@/server/core/csv-response";

export const dynamic = "force-dynamic";

const Address = AuditFilter.pick({ q: true, action: true, team: true }).extend({
  fromMs: Ms.nullable().default(null),
  toMs: Ms.nullable().default(null),
});

/** `GET /api/audit/export?q=&action=&team=&fromMs=&toMs=`: the rows that the page's filter shows, all of them, as CSV. */
export function GET(request: Request): Promise<Response> {
  return answerRoute(request, { action: "audit.export", query: Address }, async (ctx, filter) =>
    csvResponse("audit-log.csv", exportAudit(ctx.sql, AuditFilter.parse(filter))),
  );
}
