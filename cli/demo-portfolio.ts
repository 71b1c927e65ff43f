import { setTimeout as sleep } from "node:timers/promises";
import { openPool } from "@/db/client";
import { demoActors } from "@/server/value/demo-actors";
import { addDemoOutcomes } from "@/server/value/demo-outcomes";
import { addDemoUseCases } from "@/server/value/demo-use-cases";

const TRY_EVERY_MS = 2_000;
/** Nodes announce their streams within seconds; a demo whose nodes were renamed must not be asked about for ever. */
const TRIES = 60;

/** Writes the demo's use cases and outcomes as soon as the streams that they need have announced themselves; nothing waits for it. */
export async function writeDemoPortfolio(databaseUrl: string, stop: AbortSignal): Promise<void> {
  const pool = openPool(databaseUrl, { max: 1, applicationName: "throughline-demo", statementTimeoutMs: 10_000 });
  try {
    const as = await demoActors(pool);
    for (let i = 0; i < TRIES && !stop.aborted; i++) {
      const done = [await addDemoUseCases(pool, as), await addDemoOutcomes(pool, as)];
      if (done.every(Boolean)) return;
      await sleep(TRY_EVERY_MS, undefined, { signal: stop });
    }
  } catch (cause) {
    if (!stop.aborted) throw cause;
  } finally {
    await pool.end();
  }
}
