import { setTimeout as sleep } from "node:timers/promises";
import { openPool } from "@/db/client";
import { listHistories } from "@/server/demo/queries";
import { addDemoGoLive } from "@/server/measured/demo-go-live";
import { demoActors } from "@/server/value/demo-actors";
import { addDemoOutcomes } from "@/server/value/demo-outcomes";
import { addDemoUseCases } from "@/server/value/demo-use-cases";
import { computeKpis } from "@/server/value/kpi-compute-verbs";

const TRY_EVERY_MS = 2_000;
/** Nodes announce their streams within seconds and send their past within minutes; what never comes must not be asked about for ever. */
const TRIES = 300;

/**
 * Writes the demo's use cases and outcomes as soon as the streams that they need have announced themselves, computes its KPIs when the past
 * has come, without waiting for the job's next turn, and says then what went live. Nothing waits for it.
 */
export async function writeDemoPortfolio(databaseUrl: string, stop: AbortSignal): Promise<void> {
  const pool = openPool(databaseUrl, { max: 2, applicationName: "throughline-demo", statementTimeoutMs: 30_000 });
  try {
    const as = await demoActors(pool);
    for (let i = 0; i < TRIES && !stop.aborted; i++) {
      const isWritten = [await addDemoUseCases(pool, as), await addDemoOutcomes(pool, as)].every(Boolean);
      if (isWritten && (await hasPastArrived(pool)) && (await isRolledUp(pool))) {
        await computeKpis(pool, Date.now());
        if (await addDemoGoLive(pool, as)) return;
      }
      await sleep(TRY_EVERY_MS, undefined, { signal: stop });
    }
  } catch (cause) {
    if (!stop.aborted) throw cause;
  } finally {
    await pool.end();
  }
}

async function hasPastArrived(pool: Parameters<typeof listHistories>[0]): Promise<boolean> {
  const histories = await listHistories(pool);
  return histories.every(({ lanes, settled }) => settled.telemetry >= lanes.telemetry.batches);
}

/** Rollups follow the readings within seconds: whether the whole hours of the past are there, of each stream that a KPI is made of. */
async function isRolledUp(pool: Parameters<typeof listHistories>[0]): Promise<boolean> {
  const { rows } = await pool.query<{ isBehind: boolean }>(
    `select coalesce(bool_or(
       (select coalesce(sum(n + bad), 0) from rollup_1h r where r.stream_id = s.id and r.bucket < date_trunc('hour', h.to_ts, 'UTC'))
         < (h.lanes->'telemetry'->>'rows')::int - 60), false) as "isBehind"
     from demo_histories h join streams s on s.node_id = h.node_id where s.id in (select stream_id from kpi_versions)`,
  );
  return rows[0]?.isBehind === false;
}
