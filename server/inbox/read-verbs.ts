import { ownerIdOf } from "@/server/core/actor";
import type { Ctx } from "@/server/core/context";
import type { MarkAllRead, MarkRead } from "./schema";

type VerbCtx = Pick<Ctx, "sql" | "actor">;

/**
 * Marks what somebody has read. It changes nothing but their own list and leaves no row in the audit log: what was told, and that it was
 * told, stays.
 * @returns which were unread until now, so that it can be undone
 */
export async function markRead({ sql, actor }: VerbCtx, { ids }: MarkRead): Promise<number[]> {
  const { rows } = await sql.query<{ id: number }>(
    "update notifications set read_at = now() where owner_id = $1 and id = any ($2) and read_at is null returning id::float8",
    [ownerIdOf(actor), ids],
  );
  return rows.map(({ id }) => id);
}

/** Everything that was told until the list was read; what came meanwhile stays unread. */
export async function markAllRead({ sql, actor }: VerbCtx, { upTo }: MarkAllRead): Promise<number[]> {
  const { rows } = await sql.query<{ id: number }>(
    "update notifications set read_at = now() where owner_id = $1 and told_at <= to_timestamp($2 / 1000.0) and read_at is null returning id::float8",
    [ownerIdOf(actor), upTo],
  );
  return rows.map(({ id }) => id);
}

/** Takes it back. */
export async function markUnread({ sql, actor }: VerbCtx, { ids }: MarkRead): Promise<void> {
  await sql.query("update notifications set read_at = null where owner_id = $1 and id = any ($2)", [
    ownerIdOf(actor),
    ids,
  ]);
}
