import { audit } from "@/server/core/audit";
import type { Ctx } from "@/server/core/context";
import { DomainError } from "@/server/core/errors";
import { Desired } from "@/sdk/wire/twin";

/** What a node is wanted to run; what is not named keeps its last wish. */
export type Wish = Partial<Omit<Desired, "v" | "revision">>;

/**
 * Sets the desired document of a node. A wish that changes nothing keeps the revision, so asking twice is asking once; any
 * other gets the next one, and ingest tells the node.
 *
 * @returns the revision that holds the wish
 * @throws {DomainError} not_found when there is no such node
 */
export async function setDesired(ctx: Pick<Ctx, "transaction" | "actor">, nodeId: string, wish: Wish): Promise<number> {
  return ctx.transaction(async (tx) => {
    const node = await tx.query("select 1 from nodes where id = $1 for update", [nodeId]);
    if (node.rowCount === 0)
      throw new DomainError("not_found", `There is no node ${nodeId}. See: throughline node list`);
    const { rows } = await tx.query<{ desired: unknown; revision: number }>(
      "select desired, desired_revision::float8 as revision from node_documents where node_id = $1",
      [nodeId],
    );
    const before = Desired.safeParse(rows[0]?.desired);
    const revision = (rows[0]?.revision ?? 0) + 1;
    const next = Desired.parse({ ...(before.success ? before.data : {}), ...wish, v: 1, revision });
    if (before.success && isSameWish(before.data, next)) return before.data.revision;
    await tx.query(
      `insert into node_documents (node_id, desired, desired_revision) values ($1, $2, $3)
       on conflict (node_id) do update set desired = excluded.desired, desired_revision = excluded.desired_revision`,
      [nodeId, JSON.stringify(next), revision],
    );
    await tx.query("select pg_notify('tl_desired', $1), pg_notify('tl_nodes', $1)", [JSON.stringify({ node: nodeId })]);
    await audit(tx, ctx, {
      action: "node.desire",
      subject: `node:${nodeId}`,
      before: before.success ? before.data : null,
      after: next,
    });
    return revision;
  });
}

/** Both were parsed by the same schema, which puts the fields in one order. */
function isSameWish(before: Desired, next: Desired): boolean {
  return JSON.stringify({ ...before, revision: 0 }) === JSON.stringify({ ...next, revision: 0 });
}
