import type { Sql } from "@/db/access";
import { type Anchor, ChainCheck, type ChainHead, type ChainRow } from "./chain";

/** Rows read at a time: enough to keep the server busy, little enough to hold. */
const BATCH = 5_000;

export interface Verdict {
  rows: number;
  /** The first thing that is wrong, or null when the log is whole. */
  problem: { org: string; what: string } | null;
  heads: (ChainHead & { org: string })[];
}

/**
 * Reads the whole log once, in order, holding one batch at a time. Stops at the first row that is wrong.
 * @param read called with the rows read so far after each batch; what it throws ends the reading
 */
export async function verifyAudit(
  sql: Sql,
  anchors: readonly Anchor[],
  read: (rows: number) => Promise<void> = () => Promise.resolve(),
): Promise<Verdict> {
  const check = new ChainCheck(anchors);
  let after: [string, string] = ["00000000-0000-0000-0000-000000000000", "0"];
  for (;;) {
    const { rows } = await sql.query<ChainRow>(
      `select org_id::text, n::text, (extract(epoch from at) * 1000000)::int8::text as at_us, actor_kind, actor_id, actor_name, action, subject,
         team_id::text, before::text, after::text, prev, hash
       from audit_log where (audit_log.org_id, audit_log.n) > ($1::uuid, $2::int8) order by audit_log.org_id, audit_log.n limit ${BATCH}`,
      after,
    );
    for (const row of rows) {
      const what = check.add(row);
      if (what !== null) return { rows: check.rows, problem: { org: row.org_id, what }, heads: [] };
    }
    await read(check.rows);
    const last = rows.at(-1);
    if (!last || rows.length < BATCH) break;
    after = [last.org_id, last.n];
  }
  const cut = check.end();
  return { rows: check.rows, problem: cut === null ? null : { org: "", what: cut }, heads: check.reached };
}
