import type { Tx } from "@/db/access";
import { audit } from "@/server/core/audit";
import type { Ctx } from "@/server/core/context";
import { DomainError } from "@/server/core/errors";

type VerbCtx = Pick<Ctx, "transaction" | "actor">;

const NO_NODE = "There is no such node here.";

/** Ids that begin so are the control plane's own at the broker. */
const OURS = "throughline-ingest";

export interface NewNode {
  id: string;
  site: string | null;
  /** Whose it is; null for the team that new nodes wait with. */
  teamId?: string | null;
  /** The streams of its birth are accepted at once. */
  trusted: boolean;
  /** Mosquitto password format; the token itself is shown once and never stored. */
  tokenHash: string;
}

/**
 * Registers an edge node and lets it sign in. A node that announced itself before it was registered is accepted here.
 * @throws {DomainError} conflict when the name is taken or it has a login already, invalid_state when it was retired, invalid_input
 */
export async function addNode(ctx: VerbCtx, { id, site, teamId = null, trusted, tokenHash }: NewNode): Promise<void> {
  if (id.startsWith(OURS))
    throw new DomainError("invalid_input", `Names that begin with ${OURS} belong to the control plane.`, {
      field: "node",
    });
  await ctx.transaction(async (tx) => {
    if (site !== null) await demandSite(tx, ctx, site);
    if (teamId !== null) await demandTeam(tx, teamId);
    const { rows } = await tx.query<{ status: string; hasLogin: boolean }>(
      `select status, login_set_at is not null as "hasLogin" from nodes where id = $1 for update`,
      [id],
    );
    const existing = rows[0];
    if (existing?.status === "retired")
      throw new DomainError(
        "invalid_state",
        `The node ${id} was retired. Take it back on its page, or choose another name: its data stays under the old one.`,
        { field: "node" },
      );
    if (existing?.hasLogin)
      throw new DomainError(
        "conflict",
        `The node ${id} exists already. Renew its login instead: on its row, or with throughline node rotate-token ${id}`,
        { field: "node" },
      );
    const written = existing
      ? await tx.query(
          `update nodes set site_id = coalesce($2, site_id), team_id = coalesce($3, team_id), status = 'accepted', trusted = $4,
             token_hash = $5, login_set_at = now() where id = $1`,
          [id, site, teamId, trusted, tokenHash],
        )
      : await tx.query(
          `insert into nodes (id, site_id, team_id, status, trusted, token_hash, login_set_at)
           values ($1, $2, coalesce($3, case when app_teams() is null or first_team() = any (app_teams()) then first_team() else (app_teams())[1] end), 'accepted', $4, $5, now()) on conflict do nothing`,
          [id, site, teamId, trusted, tokenHash],
        );
    // Somebody else's, whom this person does not see: a name is one node's everywhere.
    if (!written.rowCount)
      throw new DomainError("conflict", `The name ${id} is taken. Choose another one.`, { field: "node" });
    await announce(tx, id);
    await audit(tx, ctx, { action: "node.add", subject: `node:${id}`, teamId, after: { site, trusted } });
  });
}

/** Replaces the token; the connection made with the old one ends. @throws {DomainError} not_found */
export async function rotateNodeToken(ctx: VerbCtx, id: string, tokenHash: string): Promise<void> {
  await ctx.transaction(async (tx) => {
    const { rowCount } = await tx.query(
      "update nodes set token_hash = $2, login_set_at = now() where id = $1 and status <> 'retired'",
      [id, tokenHash],
    );
    if (!rowCount) throw new DomainError("not_found", `There is no node ${id}. See: throughline node list`);
    await announce(tx, id);
    await audit(tx, ctx, { action: "node.rotate-login", subject: `node:${id}` });
  });
}

/** Takes the login away; the node is refused until it is given a new one, and what it sent stays. @throws {DomainError} not_found */
export async function revokeNodeLogin(ctx: VerbCtx, { node }: { node: string }): Promise<void> {
  await ctx.transaction(async (tx) => {
    const { rowCount } = await tx.query(
      "update nodes set token_hash = null, login_set_at = null where id = $1 and login_set_at is not null",
      [node],
    );
    if (!rowCount) throw new DomainError("not_found", "There is no such node here, or it has no login.");
    await announce(tx, node);
    await audit(tx, ctx, { action: "node.revoke-login", subject: `node:${node}` });
  });
}

/** Changes what people call a node; its id, which is its name at the broker, stays. @throws {DomainError} not_found */
export async function renameNode(ctx: VerbCtx, { node, name }: { node: string; name: string | null }): Promise<void> {
  await ctx.transaction(async (tx) => {
    const { rows } = await tx.query<{ name: string | null }>("select name from nodes where id = $1 for update", [node]);
    if (!rows[0]) throw new DomainError("not_found", NO_NODE);
    if (rows[0].name === name) return;
    await tx.query("update nodes set name = $2 where id = $1", [node, name]);
    await tx.query("select pg_notify('tl_nodes', $1)", [JSON.stringify({ node })]);
    await audit(tx, ctx, { action: "node.rename", subject: `node:${node}`, before: rows[0], after: { name } });
  });
}

/**
 * Takes a node out of service: its login is refused, what it still sends is kept and not used, and the fleet no longer shows it. Its streams
 * and their history stay. @throws {DomainError} not_found, invalid_state when it is retired already
 */
export async function retireNode(ctx: VerbCtx, { node }: { node: string }): Promise<void> {
  await ctx.transaction(async (tx) => {
    const { rows } = await tx.query<{ status: string }>("select status from nodes where id = $1 for update", [node]);
    if (!rows[0]) throw new DomainError("not_found", NO_NODE);
    if (rows[0].status === "retired") throw new DomainError("invalid_state", `${node} is retired already.`);
    await tx.query(
      "update nodes set status = 'retired', retired_from = status, retired_at = now(), retired_by = $2 where id = $1",
      [node, ctx.actor.name],
    );
    await announceStanding(tx, node);
    await audit(tx, ctx, {
      action: "node.retire",
      subject: `node:${node}`,
      before: rows[0],
      after: { status: "retired" },
    });
  });
}

/**
 * Takes a retired node back as it was, with the login it had. What was kept from it meanwhile is stored by ingest.
 * @throws {DomainError} not_found, invalid_state when it is not retired
 */
export async function takeBackNode(ctx: VerbCtx, { node }: { node: string }): Promise<void> {
  await ctx.transaction(async (tx) => {
    const { rows } = await tx.query<{ status: string; before: string | null }>(
      "select status, retired_from as before from nodes where id = $1 for update",
      [node],
    );
    if (!rows[0]) throw new DomainError("not_found", NO_NODE);
    if (rows[0].status !== "retired") throw new DomainError("invalid_state", `${node} is in service already.`);
    await tx.query(
      "update nodes set status = retired_from, retired_from = null, retired_at = null, retired_by = null where id = $1",
      [node],
    );
    await announceStanding(tx, node);
    await audit(tx, ctx, {
      action: "node.take-back",
      subject: `node:${node}`,
      before: { status: "retired" },
      after: { status: rows[0].before },
    });
  });
}

/** Gives a node to another team, and everything it sends with it. Both teams must be within reach. @throws {DomainError} not_found */
export async function moveNode(ctx: VerbCtx, { node, teamId }: { node: string; teamId: string }): Promise<void> {
  await ctx.transaction(async (tx) => {
    const before = await tx.query<{ teamId: string }>(
      `select team_id as "teamId" from nodes where id = $1 for update`,
      [node],
    );
    if (!before.rows[0]) throw new DomainError("not_found", NO_NODE);
    await demandTeam(tx, teamId);
    await tx.query("update nodes set team_id = $2 where id = $1", [node, teamId]);
    await tx.query("select pg_notify('tl_registry', $1), pg_notify('tl_nodes', $1)", [JSON.stringify({ node })]);
    await audit(tx, ctx, {
      action: "node.move",
      subject: `node:${node}`,
      teamId,
      before: before.rows[0],
      after: { teamId },
    });
  });
}

/** The command line makes a site that is not there yet; in the browser that is an administrator's, on the page of teams. */
async function demandSite(tx: Tx, { actor }: VerbCtx, site: string): Promise<void> {
  if (actor.kind === "system") {
    await tx.query("insert into sites (id, name) values ($1, $1) on conflict do nothing", [site]);
    return;
  }
  const { rows } = await tx.query("select 1 from sites where id = $1", [site]);
  if (rows.length === 0) throw new DomainError("not_found", "There is no such site here.", { field: "site" });
}

/** A team that the actor reaches: where nodes are somebody's by team, a move to another team's would lose them out of sight. */
async function demandTeam(tx: Tx, teamId: string): Promise<void> {
  const { rows } = await tx.query(
    "select 1 from teams where id = $1 and (app_teams() is null or id = any (app_teams()))",
    [teamId],
  );
  if (rows.length === 0) throw new DomainError("not_found", "There is no such team here.", { field: "teamId" });
}

/** Whether it may sign in and whether its data count is remembered elsewhere: at the broker, by ingest and on pages. */
async function announceStanding(tx: Tx, id: string): Promise<void> {
  await announce(tx, id);
  await tx.query("select pg_notify('tl_registry', $1)", [JSON.stringify({ node: id })]);
}

/** The embedded broker's users are exported on the one channel, pages refresh on the other. */
async function announce(tx: Tx, id: string): Promise<void> {
  await tx.query("select pg_notify('tl_credentials', '{}'), pg_notify('tl_nodes', $1)", [JSON.stringify({ node: id })]);
}
