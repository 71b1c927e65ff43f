import { answerRoute } from "@/server/core/answer-route";
import { NOT_HERE, webTimeSeries } from "@/server/core/context";
import { csvResponse } from "@/server/core/csv-response";
import { DomainError } from "@/server/core/errors";
import { ExportAddress } from "@/server/fabric/domain/address-inputs";
import { StreamInput } from "@/server/fabric/domain/read-inputs";
import { findStream } from "@/server/fabric/queries";

export const dynamic = "force-dynamic";

/** `GET /api/streams/7/export?fromMs=…&toMs=…`: every reading of the range as CSV, streamed, so a month costs no memory. */
export function GET(request: Request, { params }: { params: Promise<{ id: string }> }): Promise<Response> {
  return answerRoute(request, { action: "stream.export", query: ExportAddress }, async (ctx, { fromMs, toMs }) => {
    const { id } = await params;
    const named = StreamInput.safeParse({ id: /^[1-9]\d{0,8}$/.test(id) ? Number(id) : null });
    const stream = named.success ? await findStream(ctx.sql, named.data.id, ctx.now()) : null;
    if (!stream) throw new DomainError("not_found", NOT_HERE);
    const store = await webTimeSeries();
    const rows = ctx.stream((tx) => store.exportRange(tx, { streamIds: [stream.id], fromMs, toMs }));
    const stamp = (ms: number) => new Date(ms).toISOString().slice(0, 16).replace(/[-:]/g, "");
    const key = stream.key.replace(/[^a-z0-9._-]/g, "_");
    return csvResponse(`${stream.nodeId}_${key}_${stamp(fromMs)}_${stamp(toMs)}.csv`, rows[Symbol.asyncIterator]());
  });
}
