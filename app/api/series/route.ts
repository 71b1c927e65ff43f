import { answerRoute } from "@/server/core/answer-route";
import { webTimeSeries } from "@/server/core/context";
import { SeriesAddress } from "@/server/fabric/domain/address-inputs";
import { getSeries } from "@/server/fabric/series-queries";

export const dynamic = "force-dynamic";

/** `GET /api/series?id=7&fromMs=…&toMs=…&maxPoints=1000`: at most 1,000 points of one stream as columns (plain JSON, no superjson). */
export function GET(request: Request): Promise<Response> {
  return answerRoute(request, { action: "stream.read", query: SeriesAddress }, async (ctx, range) => {
    const store = await webTimeSeries();
    const points = await ctx.transaction((tx) => getSeries(tx, store, range));
    return Response.json(points, { headers: { "cache-control": "no-store" } });
  });
}
