import { authenticate } from "@/server/core/authenticate";
import { webTimeSeries } from "@/server/core/context";
import { StreamRangeInput } from "@/server/fabric/domain/read-inputs";
import { getSeries } from "@/server/fabric/series-queries";

/** `GET /api/series?id=7&fromMs=…&toMs=…&maxPoints=1000`: at most 1,000 points of one stream as columns (plain JSON, no superjson). */
export async function GET(request: Request): Promise<Response> {
  const { ctx, refusal } = await authenticate(request, "stream.read");
  if (refusal) return refusal;
  const query = new URL(request.url).searchParams;
  const input = StreamRangeInput.safeParse({
    id: Number(query.get("id")),
    fromMs: Number(query.get("fromMs") ?? Number.NaN),
    toMs: Number(query.get("toMs") ?? Number.NaN),
    maxPoints: Number(query.get("maxPoints") ?? 1_000),
  });
  if (!input.success) {
    const issue = input.error.issues[0];
    return Response.json(
      { error: { field: issue?.path.join(".") ?? "", message: issue?.message ?? "The range cannot be read." } },
      { status: 400 },
    );
  }
  const store = await webTimeSeries();
  return Response.json(await ctx.transaction((tx) => getSeries(tx, store, input.data)), {
    headers: { "cache-control": "no-store" },
  });
}
