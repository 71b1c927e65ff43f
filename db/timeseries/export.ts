import type { Pool } from "pg";
import { to as copyTo } from "pg-copy-streams";
import { timeLiteral } from "./copy";
import { toUs } from "./readings";

/** The readings as CSV, sent on as the server sends them: memory stays flat, and a slow reader slows the server down. */
export async function* exportCsv(
  pool: Pool,
  query: { streamIds: number[]; fromMs: number; toMs: number },
): AsyncGenerator<Buffer> {
  const client = await pool.connect();
  let finished = false;
  try {
    const stream = client.query(
      copyTo(
        `COPY (select stream_id, to_char(ts at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as ts, value, quality
         from readings_between('{${query.streamIds.map(Math.trunc).join()}}', ${timeLiteral(toUs(query.fromMs))}, ${timeLiteral(toUs(query.toMs))})
         order by stream_id, readings_between.ts, value) TO STDOUT (FORMAT csv, HEADER)`,
      ),
    );
    for await (const chunk of stream) yield chunk;
    finished = true;
  } finally {
    client.release(!finished); // an export that was broken off leaves rows on the wire: close that connection
  }
}
