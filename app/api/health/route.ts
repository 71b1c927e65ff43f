import { z } from "zod";
import { readVitals } from "@/server/core/context";
import { answered } from "@/server/core/failure";
import { queryOf, readQuery } from "@/server/core/query";

export const dynamic = "force-dynamic";

const INGEST_LATE_AFTER_MS = 60_000;

/**
 * `GET /api/health`: 200 while pages can be served (the database answers), 503 otherwise. `ingest` says how fresh the newest committed
 * batch is: it is information, because a plant that is switched off is not a broken server.
 */
export function GET(request: Request): Promise<Response> {
  return answered(request, async () => {
    readQuery(queryOf(new URL(request.url).searchParams), z.strictObject({}));
    return vitals();
  });
}

async function vitals(): Promise<Response> {
  try {
    const { lastBatchMs, online, tookMs } = await readVitals();
    const ageMs = lastBatchMs === null ? null : Math.max(0, Date.now() - lastBatchMs);
    return Response.json(
      {
        status: "ok",
        database: { status: "ok", tookMs },
        ingest: {
          status: ageMs === null ? "unknown" : ageMs < INGEST_LATE_AFTER_MS ? "ok" : "stale",
          newestBatchAgeMs: ageMs === null ? null : Math.round(ageMs),
        },
        broker: { status: online > 0 ? "ok" : "unknown", nodesOnline: online },
      },
      { headers: { "cache-control": "no-store" } },
    );
  } catch (cause) {
    console.error("the health check failed", cause);
    return Response.json(
      {
        status: "failed",
        database: {
          status: "failed",
          fix: "The database does not answer. Check DATABASE_URL and that the server runs; throughline doctor says more.",
        },
      },
      { status: 503, headers: { "cache-control": "no-store" } },
    );
  }
}
