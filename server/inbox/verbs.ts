import type { Sql } from "@/db/access";
import { type Action, PERMISSIONS, type Role, ROLES, type Scope } from "@/server/core/domain/permissions";
import type { Status } from "@/server/fabric/domain/health";

export interface Told {
  orgId: string;
  /** Ids of users. */
  to: readonly string[];
  /** What it is about: `job:…`, `node:…`. Told again before it was read, it counts up instead of standing there twice. */
  key: string;
  kind: NotificationKind;
  status: Status;
  /** What is true, in a sentence without a full stop. */
  title: string;
  detail?: string | null;
  /** The page that shows it, inside of this installation. */
  href?: string | null;
  /** Never told again under this key, also after it was read. */
  once?: boolean;
}

export type NotificationKind =
  | "job-done"
  | "job-failed"
  | "node-waiting"
  | "quarantine-growing"
  | "role-granted"
  | "role-taken"
  | "sign-in"
  | "token-expiring"
  | "audit-broken";

/** Tells people something, in the transaction in which it happens: both or neither. @returns how many were told */
export async function tell(tx: Sql, told: Told): Promise<number> {
  if (told.to.length === 0) return 0;
  const { rows } = await tx.query<{ n: number }>("select tell($1, $2, $3, $4, $5, $6, $7, $8, $9) as n", [
    told.orgId,
    told.to,
    told.key.slice(0, 200),
    told.kind,
    told.status,
    told.title.slice(0, 300),
    told.detail?.slice(0, 1_000) ?? null,
    told.href ?? null,
    told.once ?? false,
  ]);
  return rows[0]?.n ?? 0;
}

/** Ids of the people who may do something to what belongs to a team; null = to what belongs to nobody's team. */
export async function listAble(tx: Sql, orgId: string, action: Action, teamId: string | null): Promise<string[]> {
  const to: Partial<Record<Role, Scope>> = PERMISSIONS[action].to;
  const { rows } = await tx.query<{ id: string }>(
    `select distinct u.id::text as id from users u join memberships m on m.user_id = u.id
     where u.org_id = $1 and u.disabled_at is null and (m.role = any ($2) or (m.role = any ($3) and m.team_id = $4)) order by 1`,
    [orgId, ROLES.filter((role) => to[role] === "org"), ROLES.filter((role) => to[role] === "team"), teamId],
  );
  return rows.map(({ id }) => id);
}
