import { DatabaseError, type Pool } from "pg";

export interface Partitions {
  prepare(pool: Pool, fromMs: number, toMs: number): Promise<void>;
  forget(): void;
}

/**
 * Asks the database once per process for each partition of the present, and each time for all others. The function behind it is
 * idempotent and safe when several processes ask at once. What is remembered can be wrong: retention, here or in another process, may
 * have dropped the partition since. A write then fails with `isMissingPartition`: `forget`, prepare and write again.
 */
export function rememberPartitions({ sizeMs, originMs }: { sizeMs: number; originMs: number }): Partitions {
  const known = new Map<number, Promise<unknown>>();
  const ask = (pool: Pool, fromMs: number, toMs: number) =>
    pool.query("select timeseries_prepare(to_timestamp($1::float8 / 1000), to_timestamp($2::float8 / 1000))", [
      fromMs,
      toMs,
    ]);
  return {
    prepare: async (pool, fromMs, toMs) => {
      const first = Math.floor((fromMs - originMs) / sizeMs);
      const last = Math.floor((toMs - originMs) / sizeMs);
      // Far-away times are asked for anew each time (and refused there when absurd); the present is remembered.
      const present = Math.floor((Date.now() - originMs) / sizeMs);
      if (first < present - 1 || last > present + 1) {
        await ask(pool, fromMs, toMs);
        return;
      }
      for (let index = first; index <= last; index++) {
        let asked = known.get(index);
        if (!asked) {
          asked = ask(pool, originMs + index * sizeMs, originMs + index * sizeMs);
          asked.catch(() => known.delete(index));
          known.set(index, asked);
        }
        await asked;
      }
    },
    forget: () => known.clear(),
  };
}

/** Whether a write failed for want of a partition: check_violation without the name of a constraint; a real check has one. */
export function isMissingPartition(cause: unknown): boolean {
  return cause instanceof DatabaseError && cause.code === "23514" && cause.constraint === undefined;
}
