import type { PoolClient } from "pg";
import { to as copyTo } from "pg-copy-streams";
import { timeLiteral } from "./copy";
import { toUs } from "./readings";

/** The readings as CSV, sent on as the server sends them: memory stays flat, and a slow reader slows the server down. */
export async function* exportCsv(
  tx: PoolClient,
  query: { streamIds: number[]; fromMs: number; toMs: number },
): AsyncGenerator<Buffer> {
  yield* tx.query(
    copyTo(
      `COPY (select stream_id, to_char(ts at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as ts, value, quality
       from readings_between('{${query.streamIds.map(Math.trunc).join()}}', ${timeLiteral(toUs(query.fromMs))}, ${timeLiteral(toUs(query.toMs))})
       order by stream_id, readings_between.ts, value) TO STDOUT (FORMAT csv, HEADER)`,
    ),
  );
}
