import type { Pool } from "pg";
import type { LedgerContent } from "./ledger";

/** What became of one sensor's readings. All counts are readings; this sensor writes one reading a row. */
export interface Account {
  /** the device answered for them */
  kept: number;
  stored: number;
  /** kept by the device, neither stored nor named in a gap record */
  lost: number;
  /** stored more than once */
  doubled: number;
  /** stored with full quality, though the sensor never offered them */
  invented: number;
  /** named as dropped by gap records */
  dropped: number;
  /** gap records that overlap, or name more rows than the sensor can miss */
  contradicted: number;
}

/**
 * Holds a sensor's ledger against the store. A reading that was offered but never answered may be stored or not; every
 * other difference counts. A minute that was shrunk to its mean and extremes is stored with the quality `substituted`
 * (7); such rows keep row numbers of the batch they stand for, so rows stored and rows named in gap records must together
 * be at least what was kept and at most what was offered.
 */
export async function account(db: Pool, node: string, ledger: LedgerContent): Promise<Account> {
  const readings = await db.query<{ n: string; times: string }>(
    `select r.value::bigint as n, count(*) as times
       from readings r join streams s on s.id = r.stream_id
      where s.node_id = $1 and r.quality <> 7 group by 1`,
    [node],
  );
  const rows = await db.query<{ stored: string; dropped: string; dropped_once: string }>(
    `select (select coalesce(sum(b.rows), 0) from ingest_batches b join ingest_lanes l on l.id = b.lane_id
              where l.node_id = $1 and l.lane = 'telemetry' and b.rejected is null) as stored,
            (select coalesce(sum(row_count), 0) from gaps where node_id = $1 and lane = 'telemetry') as dropped,
            (select coalesce(sum(upper(span) - lower(span)), 0)
               from (select unnest(range_agg(int8range(first_row, first_row + row_count))) as span
                       from gaps where node_id = $1 and lane = 'telemetry' group by epoch) spans) as dropped_once`,
    [node],
  );
  const numbers = new Set(readings.rows.map((row) => Number(row.n)));
  const missing = [...ledger.kept].filter((n) => !numbers.has(n)).length;
  const stored = Number(rows.rows[0]?.stored ?? 0);
  const dropped = Number(rows.rows[0]?.dropped ?? 0);
  const droppedOnce = Number(rows.rows[0]?.dropped_once ?? 0);
  const accountedFor = stored + droppedOnce;
  return {
    kept: ledger.kept.size,
    stored,
    lost: dropped === 0 ? missing : Math.max(0, ledger.kept.size - accountedFor),
    doubled: readings.rows.reduce((sum, row) => sum + Number(row.times) - 1, 0),
    invented: [...numbers].filter((n) => !ledger.offered.has(n)).length,
    dropped,
    contradicted: dropped - droppedOnce + Math.max(0, accountedFor - ledger.offered.size),
  };
}

/** Rows of this node that the store has settled, and rows its gap records name: what must stop growing when all has arrived. */
export async function settledRows(db: Pool, node: string): Promise<number> {
  const result = await db.query<{ rows: string }>(
    `select (select coalesce(sum(b.rows), 0) from ingest_batches b join ingest_lanes l on l.id = b.lane_id
              where l.node_id = $1 and l.lane = 'telemetry')
          + (select coalesce(sum(row_count), 0) from gaps where node_id = $1 and lane = 'telemetry') as rows`,
    [node],
  );
  return Number(result.rows[0]?.rows ?? 0);
}

/** Nothing lost, doubled or invented, and every dropped row named exactly once. */
export function isBalanced({ lost, doubled, invented, contradicted }: Account): boolean {
  return lost + doubled + invented + contradicted === 0;
}
