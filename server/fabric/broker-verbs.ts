import type { Pool } from "pg";

/** What the broker saw of one node and would tell nobody else. */
export interface BrokerTrouble {
  node: string;
  kind: "publish-refused" | "subscribe-refused" | "login-refused" | "taken-over";
  /** How often since it was last written. */
  count: number;
  /** The last of them, in the broker's words. */
  text: string;
  atMs: number;
}

const SEVERITY = {
  "publish-refused": "medium",
  "subscribe-refused": "medium",
  "login-refused": "medium",
  "taken-over": "high",
} as const;

/**
 * Writes what the broker refused, and who pushed whom out, as events of the nodes it concerns: `broker-publish-refused`,
 * `broker-taken-over` and so on. A name that is no node is left out; it stays in the broker's log.
 */
export async function recordBrokerTrouble(pool: Pool, troubles: readonly BrokerTrouble[]): Promise<void> {
  const rows = troubles.map(({ node, kind, count, text, atMs }) => ({
    node,
    kind: `broker-${kind}`,
    severity: SEVERITY[kind],
    data: { count, text: text.slice(0, 500) },
    atMs,
  }));
  await pool.query(
    `with wanted as (select * from jsonb_to_recordset($1) as r (node text, kind text, severity text, data jsonb, "atMs" float8)),
       added as (insert into events (node_id, ts, kind, severity, data)
         select w.node, to_timestamp(w."atMs" / 1000), w.kind, w.severity, w.data from wanted w join nodes n on n.id = w.node returning node_id)
     select pg_notify('tl_events', ''), pg_notify('tl_nodes', jsonb_build_object('node', node_id)::text) from added`,
    [JSON.stringify(rows)],
  );
}
