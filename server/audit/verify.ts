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
  for await (const rows of batches(sql)) {
    for (const row of rows) {
      const what = check.add(row);
      if (what !== null) return { rows: check.rows, problem: { org: row.org_id, what }, heads: [] };
    }
    await read(check.rows);
  }
  const cut = check.end();
  return { rows: check.rows, problem: cut === null ? null : { org: "", what: cut }, heads: check.reached };
}

/** The log in order, batch by batch; the server reads the next one while somebody is busy with the one before. */
async function* batches(sql: Sql): AsyncGenerator<ChainRow[]> {
  let ahead = batchAfter(sql, "00000000-0000-0000-0000-000000000000", "0");
  try {
    for (;;) {
      const rows = await ahead;
      const last = rows.at(-1);
      const isLast = !last || rows.length < BATCH;
      if (!isLast) {
        ahead = batchAfter(sql, last.org_id, last.n);
        ahead.catch(() => undefined); // told when it is its turn
      }
      yield rows;
      if (isLast) return;
    }
  } finally {
    await Promise.allSettled([ahead]); // who stopped early gets a connection back that nothing runs on
  }
}

/** What a row says, in the order in which it is hashed. */
const FIELDS = [
  "org_id::text",
  "n::text",
  "(extract(epoch from at) * 1000000)::int8::text",
  "actor_kind",
  "actor_id",
  "actor_name",
  "action",
  "subject",
  "team_id::text",
  "before::text",
  "after::text",
];

// Written out by functions of PostgreSQL's own: a function of this database could be changed by who changed the rows.
const HASHED = FIELDS.map((_, i) => `coalesce(octet_length(f${i}) || ':' || f${i}, '-') || ';'`).join(" || ");

async function batchAfter(sql: Sql, org: string, n: string): Promise<ChainRow[]> {
  const { rows } = await sql.query<ChainRow>(
    `select org_id::text, n::text, ${HASHED} as fields, encode(prev, 'hex') as prev, encode(hash, 'hex') as hash from (
       select org_id, n, prev, hash, ${FIELDS.map((field, i) => `${field} as f${i}`).join(", ")}
       from audit_log where (org_id, n) > ($1::uuid, $2::int8) order by org_id, n limit ${BATCH}) batch
     order by batch.org_id, batch.n`,
    [org, n],
  );
  return rows;
}
