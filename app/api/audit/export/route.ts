import { authenticate, refuse } from "@/server/core/authenticate";
import { DomainError } from "@/server/core/errors";
import { AuditFilter } from "@/server/audit/domain/filter";
import { exportAudit } from "@/server/audit/queries";

export const dynamic = "force-dynamic";

/** `GET /api/audit/export?q=&action=`: the rows that the page's filter shows, all of them, as CSV. */
export async function GET(request: Request): Promise<Response> {
  const { ctx, refusal } = await authenticate(request, "audit.read");
  if (refusal) return refusal;
  const query = new URL(request.url).searchParams;
  const filter = AuditFilter.safeParse({ q: query.get("q") ?? "", action: query.get("action") });
  if (!filter.success) return refuse(new DomainError("invalid_input", "The filter cannot be read."));
  const lines = exportAudit(ctx.sql, filter.data);
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await lines.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
  });
  return new Response(body, {
    headers: {
      "content-type": "text/csv; charset=utf-8",
      "content-disposition": 'attachment; filename="audit-log.csv"',
      "cache-control": "no-store",
    },
  });
}
