import { z } from "zod";
import { answerRoute } from "@/server/core/answer-route";
import { readVitals, webLiveHub } from "@/server/core/context";
import { renderWebMetrics } from "@/server/core/web-metrics";

export const dynamic = "force-dynamic";

/**
 * `GET /metrics` of the web process, in the text format of Prometheus, for a token of an administrator. Ingest, jobs and the edge have
 * their own. A database that does not answer fails the scrape, which is itself the alarm.
 */
export function GET(request: Request): Promise<Response> {
  return answerRoute(request, { action: "metrics.read", query: z.strictObject({}) }, async () => {
    const { text, contentType } = await renderWebMetrics(await readVitals(), webLiveHub().size);
    return new Response(text, { headers: { "content-type": contentType, "cache-control": "no-store" } });
  });
}
