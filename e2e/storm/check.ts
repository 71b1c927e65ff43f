import type { Pool } from "pg";
import type { LedgerContent } from "./ledger";

/** What became of one sensor's readings. All counts are readings. */
export interface Account {
  kept: number;
  stored: number;
  /** kept by the device, neither stored nor named in a gap record */
  lost: number;
  /** stored more than once */
  doubled: number;
  /** stored, though the sensor never offered it */
  invented: number;
  /** named as dropped by gap records */
  dropped: number;
  /** dropped and yet stored, or gap records that overlap: a gap record that is not exact */
  contradicted: number;
}

/**
 * Holds a sensor's ledger against the store. A reading that was offered but never answered may be stored or not; every
 * other difference counts. Gap records name row numbers of the lane, and this sensor writes one reading a row, so rows of
 * the store and rows of the gaps must together be exactly the rows that the device numbered.
 */
export async function account(db: Pool, node: string, ledger: LedgerContent): Promise<Account> {
  const stored = await db.query<{ n: string; times: string }>(
    `select r.value::bigint as n, count(*) as times
       from readings r join streams s on s.id = r.stream_id
      where s.node_id = $1 group by 1`,
    [node],
  );
  const gaps = await db.query<{ rows: string; distinct_rows: string }>(
    `select coalesce(sum(row_count), 0) as rows,
            coalesce((select sum(upper(span) - lower(span))
                        from (select unnest(range_agg(int8range(first_row, first_row + row_count))) as span
                                from gaps where node_id = $1 and lane = 'telemetry' group by epoch) spans), 0) as distinct_rows
       from gaps where node_id = $1 and lane = 'telemetry'`,
    [node],
  );
  const numbered = await db.query<{ rows: string }>(
    `select coalesce(sum(b.rows), 0) as rows from ingest_batches b
       join ingest_lanes l on l.id = b.lane_id
      where l.node_id = $1 and l.lane = 'telemetry' and b.rejected is null`,
    [node],
  );

  const numbers = new Set(stored.rows.map((row) => Number(row.n)));
  const missing = [...ledger.kept].filter((n) => !numbers.has(n)).length;
  const dropped = Number(gaps.rows[0]?.rows ?? 0);
  const droppedOnce = Number(gaps.rows[0]?.distinct_rows ?? 0);
  return {
    kept: ledger.kept.size,
    stored: numbers.size,
    lost: Math.max(0, missing - droppedOnce),
    doubled: stored.rows.reduce((sum, row) => sum + Number(row.times) - 1, 0),
    invented: [...numbers].filter((n) => !ledger.offered.has(n)).length,
    dropped,
    contradicted: dropped - droppedOnce + Math.abs(Number(numbered.rows[0]?.rows ?? 0) - numbers.size),
  };
}
