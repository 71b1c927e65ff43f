import type { Pool } from "pg";
import { type Account, compareRows } from "./account";
import type { LedgerContent } from "./ledger";

/** Quality of readings that stand for others. */
const SUBSTITUTED = 7;

/** Reads what the store holds of a sensor and compares it with the sensor's own ledger. */
export async function account(db: Pool, node: string, ledger: LedgerContent): Promise<Account> {
  const readings = await db.query<{ n: number; times: number }>(
    `select r.value as n, count(*)::int as times
       from readings r join streams s on s.id = r.stream_id
      where s.node_id = $1 and r.quality <> ${SUBSTITUTED} group by 1`,
    [node],
  );
  const counts = await db.query<{ substitutes: number; batch_rows: number }>(
    `select (select count(*) from readings r join streams s on s.id = r.stream_id
              where s.node_id = $1 and r.quality = ${SUBSTITUTED})::int as substitutes,
            (select coalesce(sum(b.rows), 0) from ingest_batches b join ingest_lanes l on l.id = b.lane_id
              where l.node_id = $1 and l.lane = 'telemetry' and b.rejected is null)::int as batch_rows`,
    [node],
  );
  const gaps = await db.query<{ epoch: string; first: number; count: number; kept: string | null }>(
    `select epoch, first_row::float8 as first, row_count::float8 as count, kept from gaps
      where node_id = $1 and lane = 'telemetry' order by first_row`,
    [node],
  );
  if (new Set(gaps.rows.map((gap) => gap.epoch)).size > 1) throw new Error(`${node} started a new buffer on the way`);
  return compareRows(ledger, {
    times: new Map(readings.rows.map(({ n, times }) => [n, times])),
    substitutes: counts.rows[0]?.substitutes ?? 0,
    batchRows: counts.rows[0]?.batch_rows ?? 0,
    gaps: gaps.rows.map(({ first, count, kept }) => ({ first, count, isRollup: kept === "rollup60s" })),
  });
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
