import { createContext, webLiveHub } from "@/server/core/context";
import { renderWebMetrics } from "@/server/core/web-metrics";

export const dynamic = "force-dynamic";

/** `GET /metrics` of the web process, in the text format of Prometheus. Ingest, jobs and the edge have their own. */
export async function GET(): Promise<Response> {
  const { pool } = createContext();
  const { text, contentType } = await renderWebMetrics({ pool, liveBrowsers: webLiveHub().size });
  return new Response(text, { headers: { "content-type": contentType, "cache-control": "no-store" } });
}
