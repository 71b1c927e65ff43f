import type { Pool } from "pg";

/**
 * Runs work again and again, `paceMs` after it last ended, on the one replica that holds the advisory lock of this name.
 * For what has to happen every few seconds: cron fields know minutes only, and a queue row every five seconds would be
 * more work than the work. When a replica dies its connection ends, and with it the lock.
 *
 * @returns stops it, after the run under way
 */
export function everyFewSeconds(
  pool: Pool,
  name: string,
  paceMs: number,
  work: () => Promise<void>,
  failed: (cause: unknown) => void,
): () => Promise<void> {
  let closed = false;
  let wake = (): void => undefined;
  const loop = async () => {
    while (!closed) {
      await runAsLeader(pool, name, work).catch(failed);
      if (!closed) {
        await new Promise<void>((next) => {
          const timer = setTimeout(next, paceMs);
          wake = () => {
            clearTimeout(timer);
            next();
          };
        });
      }
    }
  };
  const running = loop();
  return async () => {
    closed = true;
    wake();
    await running;
  };
}

/** @returns whether this replica had the lock and did the work */
export async function runAsLeader(pool: Pool, name: string, work: () => Promise<void>): Promise<boolean> {
  const client = await pool.connect();
  let broken: unknown = null;
  try {
    const { rows } = await client.query<{ got: boolean }>("select pg_try_advisory_lock(hashtext($1)) as got", [
      `throughline job ${name}`,
    ]);
    if (!rows[0]?.got) return false;
    try {
      await work();
    } finally {
      await client
        .query("select pg_advisory_unlock(hashtext($1))", [`throughline job ${name}`])
        .catch((cause: unknown) => {
          broken = cause; // the lock goes with the connection
        });
    }
    return true;
  } finally {
    client.release(broken !== null);
  }
}
