import type { Pool, PoolClient } from "pg";

/**
 * Drops whole partitions that ended before `beforeMs` and remembers from when on raw readings are complete, so that a reading which
 * arrives later than that cannot replace a rollup whose raw readings are gone.
 */
export async function retainIn(
  pool: Pool,
  beforeMs: number,
  partition: "week" | "day",
): Promise<{ dropped: string[] }> {
  const tx = await pool.connect();
  try {
    await tx.query("begin");
    await tx.query(
      "update timeseries_home set raw_kept_from = greatest(raw_kept_from, date_trunc($2, to_timestamp($1::float8 / 1000), 'UTC'))",
      [beforeMs, partition],
    );
    const { rows } = await tx.query<{ name: string }>(
      "select timeseries_retain(to_timestamp($1::float8 / 1000)) as name",
      [beforeMs],
    );
    await tx.query("commit");
    tx.release();
    return { dropped: rows.map((row) => row.name) };
  } catch (cause) {
    tx.release(true);
    throw cause;
  }
}

/** From when on raw readings are complete, epoch ms; -Infinity when none were dropped yet. Before it the rollups are all there is. */
export async function rawKeptFromMs(db: Pool | PoolClient): Promise<number> {
  const { rows } = await db.query<{ ms: number }>(
    "select case when raw_kept_from = '-infinity' then '-Infinity'::float8 else (extract(epoch from raw_kept_from) * 1000)::float8 end as ms from timeseries_home",
  );
  return rows[0]?.ms ?? Number.NEGATIVE_INFINITY;
}
