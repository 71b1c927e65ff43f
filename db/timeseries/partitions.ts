import type { Pool } from "pg";

/**
 * Asks the database once per process for each partition that readings need. The function behind it is idempotent and safe when
 * several processes ask at once; a partition that retention dropped meanwhile is made again because the past is not remembered.
 */
export function preparePartitions({
  sizeMs,
  originMs,
}: {
  sizeMs: number;
  originMs: number;
}): (pool: Pool, fromMs: number, toMs: number) => Promise<void> {
  const known = new Map<number, Promise<unknown>>();
  const ask = (pool: Pool, fromMs: number, toMs: number) =>
    pool.query("select timeseries_prepare(to_timestamp($1::float8 / 1000), to_timestamp($2::float8 / 1000))", [
      fromMs,
      toMs,
    ]);
  return async (pool, fromMs, toMs) => {
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
  };
}
