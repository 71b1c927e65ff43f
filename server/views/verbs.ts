import { ownerIdOf } from "@/server/core/actor";
import { audit } from "@/server/core/audit";
import type { Ctx } from "@/server/core/context";
import { DomainError } from "@/server/core/errors";
import type { SavedView } from "./queries";
import type { RemoveView, SaveView } from "./schema";

type VerbCtx = Pick<Ctx, "transaction" | "actor">;

/** More than a list can show at once; a person who needs more needs a search. */
const MOST_PER_PAGE = 50;

/**
 * Keeps the filters of a page under a name.
 *
 * @throws {DomainError} conflict when a view of this name is there and `replace` does not say to overwrite it; invalid_state when there
 *   are 50 of this page already
 */
export async function saveView(ctx: VerbCtx, { page, name, query, replace }: SaveView): Promise<SavedView> {
  const owner = ownerIdOf(ctx.actor);
  return ctx.transaction(async (tx) => {
    const before = await tx.query<{ id: string; name: string; query: string }>(
      `select id, name, query from saved_views where owner_id = $1 and page = $2 order by name for update`,
      [owner, page],
    );
    const same = before.rows.find((view) => view.name === name);
    if (same && !replace)
      throw new DomainError(
        "conflict",
        `You have a view called “${name}” already. Replace it, or choose another name.`,
        {
          field: "name",
        },
      );
    if (!same && before.rows.length >= MOST_PER_PAGE)
      throw new DomainError("invalid_state", `A page keeps ${MOST_PER_PAGE} views. Remove one first.`, { page });
    const { rows } = await tx.query<SavedView>(
      `insert into saved_views (org_id, owner_id, page, name, query) values ($1, $2, $3, $4, $5)
       on conflict (org_id, owner_id, page, name) do update set query = excluded.query returning id, page, name, query`,
      [ctx.actor.orgId, owner, page, name, query],
    );
    const [saved] = rows;
    if (!saved) throw new Error("the database kept no view and gave no error");
    await audit(tx, ctx, {
      action: "view.save",
      subject: `view:${saved.id}`,
      before: same ? { query: same.query } : undefined,
      after: { page, name, query },
    });
    return saved;
  });
}

/**
 * Removes a view of one's own; what it was is given back, so that the page can offer to undo it.
 *
 * @throws {DomainError} not_found
 */
export async function removeView(ctx: VerbCtx, { id }: RemoveView): Promise<SavedView> {
  return ctx.transaction(async (tx) => {
    const { rows } = await tx.query<SavedView>(
      `delete from saved_views where id = $1 and owner_id = $2 returning id, page, name, query`,
      [id, ownerIdOf(ctx.actor)],
    );
    const [removed] = rows;
    if (!removed) throw new DomainError("not_found", "This view is not there any more.", { id });
    const { page, name, query } = removed;
    await audit(tx, ctx, { action: "view.remove", subject: `view:${id}`, before: { page, name, query } });
    return removed;
  });
}
