import type { Pool } from "pg";
import { listAble, tell } from "@/server/inbox/verbs";

/** Refused messages of one node within ten minutes from which on people are told. */
const PILE = 50;

/** Tells whoever may decide that refused messages of a node pile up. */
export async function watchQuarantine(pool: Pool): Promise<{ told: number }> {
  const { rows } = await pool.query<{ node: string; teamId: string; orgId: string; n: number }>(
    `select q.node_id as node, q.team_id as "teamId", t.org_id as "orgId", count(*)::int as n from quarantine q join teams t on t.id = q.team_id
     where q.status = 'held' and q.received_at > now() - interval '10 minutes' group by 1, 2, 3 having count(*) >= $1`,
    [PILE],
  );
  let told = 0;
  for (const { node, teamId, orgId, n } of rows)
    told += await tell(pool, {
      orgId,
      to: await listAble(pool, orgId, "quarantine.decide", teamId),
      key: `quarantine:${node}`,
      kind: "quarantine-growing",
      status: "watch",
      title: `Refused messages of ${node} pile up`,
      detail: `${n} in the last ten minutes. They are kept until somebody replays or discards them.`,
      href: `/inbox/quarantine?node=${encodeURIComponent(node)}`,
    });
  return { told };
}

/** Tells owners of tokens that end within a week, once each; of those of the organisation, whoever manages them. */
export async function warnOfTokens(pool: Pool): Promise<{ told: number }> {
  const { rows } = await pool.query<{ id: string; name: string; userId: string | null; orgId: string; day: string }>(
    `select id, name, user_id as "userId", org_id as "orgId", to_char(expires_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI') as day from api_tokens
     where revoked_at is null and expires_at between now() and now() + interval '7 days' and expires_at - created_at > interval '7 days'`,
  );
  let told = 0;
  for (const { id, name, userId, orgId, day } of rows)
    told += await tell(pool, {
      orgId,
      to: userId === null ? await listAble(pool, orgId, "tokens.manage", null) : [userId],
      key: `token:${id}`,
      kind: "token-expiring",
      status: "watch",
      title: `The token “${name}” ends within a week`,
      detail: `It ends on ${day} UTC. Make a new one and give it to what uses it.`,
      href: userId === null ? "/admin/tokens" : "/account/tokens",
      once: true,
    });
  return { told };
}
