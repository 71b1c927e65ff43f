import type { Pool } from "pg";
import type { UserActor } from "@/server/core/actor";
import { contextFor, type Ctx } from "@/server/core/context";
import { type Action, TEAM_ROLES } from "@/server/core/domain/permissions";
import { DEMO_PEOPLE } from "@/server/identity/demo-people";

/** The context of somebody of the demo, by their key, for one action. */
export type As = (key: string, action: Action) => Promise<Ctx>;

/** Contexts of the demo's people, as a session of theirs would have them. */
export async function demoActors(pool: Pool): Promise<As> {
  const { rows } = await pool.query<{ id: string; name: string; email: string; orgId: string; teamId: string }>(
    `select id, name, email, org_id as "orgId", first_team() as "teamId" from users where email = any ($1)`,
    [DEMO_PEOPLE.map(({ email }) => email)],
  );
  return (key, action) => {
    const person = DEMO_PEOPLE.find((one) => one.key === key);
    const row = rows.find(({ email }) => email === person?.email);
    if (!person || !row) throw new Error(`the demo has no ${key}`);
    const { id, name, email, orgId, teamId } = row;
    const memberships = [{ role: person.role, teamId: TEAM_ROLES.has(person.role) ? teamId : null }];
    const actor: UserActor = { kind: "user", id, name, email, orgId, sessionId: "demo", memberships };
    return contextFor(pool, actor, action);
  };
}
