import { authenticate, refuse } from "@/server/core/authenticate";
import { NOT_HERE, webTimeSeries } from "@/server/core/context";
import { DomainError } from "@/server/core/errors";
import { StreamRangeInput } from "@/server/fabric/domain/read-inputs";
import { findStream } from "@/server/fabric/queries";

export const dynamic = "force-dynamic";

/** `GET /api/streams/7/export?fromMs=…&toMs=…`: every reading of the range as CSV, streamed, so a month costs no memory. */
export async function GET(request: Request, { params }: { params: Promise<{ id: string }> }): Promise<Response> {
  const { ctx, refusal } = await authenticate(request, "stream.export");
  if (refusal) return refusal;
  const query = new URL(request.url).searchParams;
  const input = StreamRangeInput.safeParse({
    id: Number((await params).id),
    fromMs: Number(query.get("fromMs") ?? Number.NaN),
    toMs: Number(query.get("toMs") ?? Number.NaN),
  });
  if (!input.success)
    return Response.json({ error: "The range cannot be read: give id, fromMs and toMs (epoch ms)." }, { status: 400 });
  const stream = await findStream(ctx.sql, input.data.id, ctx.now());
  if (!stream) return refuse(new DomainError("not_found", NOT_HERE));
  const { fromMs, toMs } = input.data;
  const store = await webTimeSeries();
  const rows = ctx.stream((tx) => store.exportRange(tx, { streamIds: [stream.id], fromMs, toMs }));
  const chunks = rows[Symbol.asyncIterator]();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await chunks.next();
      if (done) controller.close();
      else controller.enqueue(new Uint8Array(value));
    },
    async cancel() {
      await chunks.return?.();
    },
  });
  const stamp = (ms: number) => new Date(ms).toISOString().slice(0, 16).replace(/[-:]/g, "");
  const name = `${stream.nodeId}_${stream.key.replace(/[^a-z0-9._-]/g, "_")}_${stamp(fromMs)}_${stamp(toMs)}.csv`;
  return new Response(body, {
    headers: {
      "content-type": "text/csv; charset=utf-8",
      "content-disposition": `attachment; filename="${name}"`,
      "cache-control": "no-store",
    },
  });
}
