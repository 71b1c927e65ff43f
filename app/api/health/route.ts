import { createContext } from "@/server/core/context";

export const dynamic = "force-dynamic";

const INGEST_LATE_AFTER_MS = 60_000;

/**
 * `GET /api/health`: 200 while pages can be served (the database answers), 503 otherwise. `ingest` says how fresh the newest committed
 * batch is: it is information, because a plant that is switched off is not a broken server.
 */
export async function GET(): Promise<Response> {
  const ctx = createContext();
  const started = performance.now();
  try {
    const { rows } = await ctx.pool.query<{ lastBatchMs: number | null; online: number }>(
      `select (select (extract(epoch from max(last_batch_at)) * 1000)::float8 from ingest_lanes) as "lastBatchMs", (select count(*)::int from nodes where online) as online`,
    );
    const lastBatchMs = rows[0]?.lastBatchMs ?? null;
    const ageMs = lastBatchMs === null ? null : Math.max(0, ctx.now() - lastBatchMs);
    return Response.json(
      {
        status: "ok",
        database: { status: "ok", tookMs: Math.round(performance.now() - started) },
        ingest: {
          status: ageMs === null ? "unknown" : ageMs < INGEST_LATE_AFTER_MS ? "ok" : "stale",
          newestBatchAgeMs: ageMs === null ? null : Math.round(ageMs),
        },
        broker: { status: (rows[0]?.online ?? 0) > 0 ? "ok" : "unknown", nodesOnline: rows[0]?.online ?? 0 },
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
