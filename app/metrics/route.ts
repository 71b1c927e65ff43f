import { authenticate } from "@/server/core/authenticate";
import { readVitals, webLiveHub } from "@/server/core/context";
import { renderWebMetrics } from "@/server/core/web-metrics";

export const dynamic = "force-dynamic";

/**
 * `GET /metrics` of the web process, in the text format of Prometheus, for a token of an administrator. Ingest, jobs and the edge have
 * their own. A database that does not answer fails the scrape, which is itself the alarm.
 */
export async function GET(request: Request): Promise<Response> {
  const { refusal } = await authenticate(request, "metrics.read");
  if (refusal) return refusal;
  const { text, contentType } = await renderWebMetrics(await readVitals(), webLiveHub().size);
  return new Response(text, { headers: { "content-type": contentType, "cache-control": "no-store" } });
}
