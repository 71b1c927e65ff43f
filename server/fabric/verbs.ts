import type { Tx } from "@/db/access";
import { parseUnit, unitHint } from "@/sdk/wire/units";
import { audit } from "@/server/core/audit";
import type { Ctx } from "@/server/core/context";
import { DomainError } from "@/server/core/errors";
import type { AcceptNode, AcceptStreams, DiscardQuarantine, ReplayQuarantine } from "./schema";

type VerbCtx = Pick<Ctx, "transaction" | "actor">;

/**
 * Takes a node into the registry, and with it what it proposes now unless told otherwise. What was kept for it is stored
 * by ingest, each entry once, as soon as this commits.
 */
export async function acceptNode(ctx: VerbCtx, { node, withStreams }: AcceptNode): Promise<{ streams: number }> {
  return ctx.transaction(async (tx) => {
    const { rows } = await tx.query<{ status: string }>("select status from nodes where id = $1 for update", [node]);
    if (!rows[0])
      throw new DomainError("not_found", `There is no node ${node}. It appears here after its first message.`);
    if (rows[0].status === "retired") throw retired([node]);
    await tx.query("update nodes set status = 'accepted' where id = $1", [node]);
    // A stream in a unit that nobody can read is left for acceptStreams, where the unit can be put right.
    const proposed = withStreams
      ? await tx.query<{ id: number; unit: string | null }>(
          "select id, unit from streams where node_id = $1 and status = 'proposed' for update",
          [node],
        )
      : { rows: [] };
    const readable = proposed.rows.filter(({ unit }) => unit === null || parseUnit(unit) !== null).map(({ id }) => id);
    await tx.query("update streams set status = 'accepted', accepted_at = now() where id = any($1)", [readable]);
    await tell(tx, [node]);
    await audit(tx, ctx, {
      action: "node.accept",
      subject: `node:${node}`,
      before: { status: rows[0].status },
      after: { status: "accepted", streams: readable.length },
    });
    return { streams: readable.length };
  });
}

/** Accepts streams, and their nodes with them: data of a stream cannot be wanted from a node that is not. */
export async function acceptStreams(ctx: VerbCtx, { streamIds, units }: AcceptStreams): Promise<{ streams: number }> {
  return ctx.transaction(async (tx) => {
    const { rows } = await tx.query<{ id: number; nodeId: string; key: string; unit: string | null }>(
      `select id, node_id as "nodeId", key, unit from streams where id = any($1) order by id for update`,
      [streamIds],
    );
    const missing = streamIds.filter((id) => !rows.some((row) => row.id === id));
    if (missing.length > 0)
      throw new DomainError("not_found", "A stream you chose no longer exists. Load the page again.", { missing });
    for (const { id, key, unit } of rows) {
      const wanted = units[String(id)] ?? unit;
      if (wanted !== null && !parseUnit(wanted))
        throw new DomainError("invalid_input", `${key}: ${wanted} is not a UCUM unit we know. ${unitHint(wanted)}`, {
          stream: id,
        });
      await tx.query("update streams set status = 'accepted', accepted_at = now(), unit = $2 where id = $1", [
        id,
        wanted,
      ]);
    }
    const nodes = [...new Set(rows.map(({ nodeId }) => nodeId))].sort();
    const gone = await tx.query<{ id: string }>(
      "select id from nodes where id = any($1) and status = 'retired' order by id for update",
      [nodes],
    );
    if (gone.rows.length > 0) throw retired(gone.rows.map(({ id }) => id));
    await tx.query("update nodes set status = 'accepted' where id = any($1) and status <> 'accepted'", [nodes]);
    await tell(tx, nodes);
    await audit(tx, ctx, {
      action: "streams.accept",
      subject: `node:${nodes.join(",")}`,
      after: { streams: rows.map(({ key }) => key).slice(0, 50), count: rows.length, units },
    });
    return { streams: rows.length };
  });
}

/** Gives kept payloads up. They stay in the table, with who decided, until retention removes them. */
export async function discardQuarantine(ctx: VerbCtx, { ids }: DiscardQuarantine): Promise<{ discarded: number }> {
  return ctx.transaction(async (tx) => {
    const { rowCount } = await tx.query(
      "update quarantine set status = 'discarded', decided_at = now(), decided_by = $2 where id = any($1) and status = 'held'",
      [ids, ctx.actor.name],
    );
    if (!rowCount)
      throw new DomainError("invalid_state", "These entries were decided already. Load the page again.", { ids });
    await tx.query("select pg_notify('tl_quarantine', '{}')");
    await audit(tx, ctx, {
      action: "quarantine.discard",
      subject: `quarantine:${ids.join(",")}`,
      after: { discarded: rowCount },
    });
    return { discarded: rowCount };
  });
}

/**
 * Takes discards back: what is still kept of them is held again.
 *
 * @throws {DomainError} invalid_state when none of them is there any more
 */
export async function takeBackQuarantine(ctx: VerbCtx, { ids }: DiscardQuarantine): Promise<{ held: number }> {
  return ctx.transaction(async (tx) => {
    // What gave way to the limit of the store has no payload left to replay.
    const { rowCount } = await tx.query(
      `update quarantine set status = 'held', decided_at = null, decided_by = null
       where id = any($1) and status = 'discarded' and outcome->>'why' is distinct from 'limit'`,
      [ids],
    );
    if (!rowCount)
      throw new DomainError("invalid_state", "These messages are not kept any more. Load the page again.", { ids });
    await tx.query("select pg_notify('tl_quarantine', '{}')");
    await audit(tx, ctx, {
      action: "quarantine.take-back",
      subject: `quarantine:${ids.join(",")}`,
      after: { held: rowCount },
    });
    return { held: rowCount };
  });
}

/**
 * Asks ingest to store kept payloads now. Each is tried once: it is then `replayed`, or still held with the reason in
 * `outcome.error`.
 */
export async function replayQuarantine(
  ctx: VerbCtx,
  { ids, repair }: ReplayQuarantine,
): Promise<{ requested: number }> {
  return ctx.transaction(async (tx) => {
    const gone = await tx.query<{ id: string }>(
      "select distinct n.id from nodes n join quarantine q on q.node_id = n.id where q.id = any($1) and q.status = 'held' and n.status = 'retired' order by 1",
      [ids],
    );
    if (gone.rows.length > 0) throw retired(gone.rows.map(({ id }) => id));
    const request = JSON.stringify({ requested: { by: ctx.actor.name, ...(repair === undefined ? {} : { repair }) } });
    const { rowCount } = await tx.query("update quarantine set outcome = $2 where id = any($1) and status = 'held'", [
      ids,
      request,
    ]);
    if (!rowCount)
      throw new DomainError("invalid_state", "These entries were decided already. Load the page again.", { ids });
    await tx.query("select pg_notify('tl_quarantine', '{\"requested\":true}')");
    await audit(tx, ctx, {
      action: "quarantine.replay",
      subject: `quarantine:${ids.join(",")}`,
      after: { requested: rowCount, repaired: repair !== undefined },
    });
    return { requested: rowCount };
  });
}

function retired(nodes: readonly string[]): DomainError {
  return new DomainError(
    "invalid_state",
    `${nodes.join(", ")} ${nodes.length === 1 ? "is" : "are"} retired. Take ${nodes.length === 1 ? "it" : "them"} back first, on the page of the node.`,
  );
}

async function tell(tx: Tx, nodes: readonly string[]): Promise<void> {
  for (const node of nodes)
    await tx.query("select pg_notify('tl_registry', $1), pg_notify('tl_nodes', $1)", [JSON.stringify({ node })]);
}
