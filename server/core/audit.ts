import type { Tx } from "@/db/access";
import type { Actor } from "./actor";

export interface AuditEntry {
  /** What was done, as `thing.verb`: `node.accept`, `session.revoke`. */
  action: string;
  /** To what, as `kind:id`: `node:pump-7`, `user:…`. */
  subject: string;
  /** What changed. Never a secret: no password, token or hash of one. */
  before?: unknown;
  after?: unknown;
  teamId?: string | null;
}

/**
 * Writes down what is being done, in the transaction that does it: both happen or neither. The database numbers the row and chains it to
 * the one before it; from here on transactions of one organisation commit one after the other, so call it last.
 */
export async function audit(
  tx: Tx,
  { actor }: { actor: Actor },
  { action, subject, before, after, teamId }: AuditEntry,
): Promise<void> {
  await tx.query(
    `insert into audit_log (org_id, actor_kind, actor_id, actor_name, action, subject, team_id, before, after)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [actor.orgId, actor.kind, actor.id, actor.name, action, subject, teamId ?? null, json(before), json(after)],
  );
}

function json(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
}
