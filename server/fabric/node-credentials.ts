import type { Pool } from "pg";
import type { Tx } from "@/db/access";
import { audit } from "@/server/core/audit";
import type { Ctx } from "@/server/core/context";
import { DomainError } from "@/server/core/errors";

type VerbCtx = Pick<Ctx, "transaction" | "actor">;

export interface NewNode {
  id: string;
  site: string | null;
  /** The streams of its birth are accepted at once. */
  trusted: boolean;
  /** Mosquitto password format; the token itself is shown once and never stored. */
  tokenHash: string;
}

export interface NodeSummary {
  id: string;
  site: string | null;
  status: string;
  trusted: boolean;
  hasToken: boolean;
  online: boolean;
  lastSeenAt: Date | null;
  streams: number;
}

/**
 * Registers an edge node and lets it sign in. A node that announced itself before it was registered is accepted here.
 * @throws {DomainError} conflict when it has a token already, invalid_state when it was retired
 */
export async function addNode(ctx: VerbCtx, node: NewNode): Promise<void> {
  await ctx.transaction(async (tx) => {
    if (node.site !== null)
      await tx.query("insert into sites (id, name) values ($1, $1) on conflict do nothing", [node.site]);
    const { rows } = await tx.query<{ status: string; token_hash: string | null }>(
      "select status, token_hash from nodes where id = $1 for update",
      [node.id],
    );
    const existing = rows[0];
    if (existing?.status === "retired")
      throw new DomainError(
        "invalid_state",
        `The node ${node.id} was retired. Choose another name: its data stays under the old one.`,
      );
    if (existing?.token_hash)
      throw new DomainError(
        "conflict",
        `The node ${node.id} exists already. For a new token: throughline node rotate-token ${node.id}`,
      );
    await tx.query(
      `insert into nodes (id, site_id, status, trusted, token_hash) values ($1, $2, 'accepted', $3, $4)
       on conflict (id) do update set site_id = coalesce(excluded.site_id, nodes.site_id), status = 'accepted', trusted = excluded.trusted, token_hash = excluded.token_hash`,
      [node.id, node.site, node.trusted, node.tokenHash],
    );
    await announce(tx, node.id);
    await audit(tx, ctx, {
      action: "node.add",
      subject: `node:${node.id}`,
      after: { site: node.site, trusted: node.trusted },
    });
  });
}

/** Replaces the token; the connection made with the old one ends. @throws {DomainError} not_found */
export async function rotateNodeToken(ctx: VerbCtx, id: string, tokenHash: string): Promise<void> {
  await ctx.transaction(async (tx) => {
    const { rowCount } = await tx.query(
      "update nodes set token_hash = $2 where id = $1 and status <> 'retired' returning id",
      [id, tokenHash],
    );
    if (!rowCount) throw new DomainError("not_found", `There is no node ${id}. See: throughline node list`);
    await announce(tx, id);
    await audit(tx, ctx, { action: "node.rotate-login", subject: `node:${id}` });
  });
}

/** Who may sign in to the broker, with the hash of their token. */
export async function listNodeCredentials(pool: Pool): Promise<Map<string, string>> {
  const { rows } = await pool.query<{ id: string; token_hash: string }>(
    "select id, token_hash from nodes where token_hash is not null and status <> 'retired'",
  );
  return new Map(rows.map((row) => [row.id, row.token_hash]));
}

export async function listNodeSummaries(pool: Pool): Promise<NodeSummary[]> {
  const { rows } = await pool.query<NodeSummary>(
    `select n.id, n.site_id as site, n.status, n.trusted, n.token_hash is not null as "hasToken", n.online, n.last_seen_at as "lastSeenAt",
            (select count(*)::int from streams s where s.node_id = n.id) as streams
     from nodes n order by n.id`,
  );
  return rows;
}

/** The embedded broker's users are exported on the one channel, pages refresh on the other. */
async function announce(tx: Tx, id: string): Promise<void> {
  await tx.query("select pg_notify('tl_credentials', '{}'), pg_notify('tl_nodes', $1)", [JSON.stringify({ node: id })]);
}
