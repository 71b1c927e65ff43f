import { z } from "zod";
import { readVitals } from "@/server/core/context";
import { answered, noteFailure } from "@/server/core/failure";
import { queryOf, readQuery } from "@/server/core/query";
import { admitStranger } from "@/server/core/rates";
import { newCorrelationId, Refused } from "@/server/core/refusal";

export const dynamic = "force-dynamic";

const INGEST_LATE_AFTER_MS = 60_000;

/**
 * `GET /api/health`: 200 while pages can be served (the database answers), 503 otherwise. `ingest` says how fresh the newest committed
 * batch is: it is information, because a plant that is switched off is not a broken server. Counted by address, so that nobody keeps the
 * database busy with it; ten a second are far more than a probe asks.
 */
export function GET(request: Request): Promise<Response> {
  return answered(request, async () => {
    readQuery(queryOf(new URL(request.url).searchParams), z.strictObject({}));
    return vitals(request.headers);
  });
}

async function vitals(headers: Headers): Promise<Response> {
  try {
    await admitStranger(headers);
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
    if (cause instanceof Refused) throw cause;
    const correlationId = newCorrelationId();
    noteFailure(cause, "/api/health", correlationId);
    return Response.json(
      {
        status: "failed",
        correlationId,
        database: {
          status: "failed",
          fix: "The database does not answer. Check DATABASE_URL and that the server runs; throughline doctor says more.",
        },
      },
      { status: 503, headers: { "cache-control": "no-store" } },
    );
  }
}
