import type { Sql } from "@/db/access";
import { audit } from "@/server/core/audit";
import type { Ctx } from "@/server/core/context";
import { type Role, TEAM_ROLES } from "@/server/core/domain/permissions";

/** The people of the demo company, one for each view of the product. Nobody of them has a password. */
export const DEMO_PEOPLE: readonly { key: string; name: string; role: Role; email: string }[] = [
  { key: "executive", name: "Elena Marchetti", role: "executive", email: "elena@demo.invalid" },
  { key: "technician", name: "Tomás Rivera", role: "technician", email: "tomas@demo.invalid" },
  { key: "data-scientist", name: "Dana Osei", role: "data-scientist", email: "dana@demo.invalid" },
  { key: "chair", name: "Charlotte Meyer", role: "chair", email: "charlotte@demo.invalid" },
  { key: "member", name: "Malik Haddad", role: "member", email: "malik@demo.invalid" },
  { key: "admin", name: "Aiko Tanaka", role: "admin", email: "aiko@demo.invalid" },
];

/** Makes the people of the demo that are not there yet; those of a team go to the first one. Changes nothing about those who are. */
export async function addDemoPeople(ctx: Pick<Ctx, "transaction" | "actor">): Promise<void> {
  await ctx.transaction(async (tx) => {
    for (const { name, role, email } of DEMO_PEOPLE) {
      const { rows } = await tx.query<{ id: string }>(
        `with person as (insert into users (email, name) values ($1, $2) on conflict do nothing returning id)
         insert into memberships (user_id, team_id, role, granted_by) select id, case when $4 then first_team() end, $3, 'demo' from person
         returning user_id as id`,
        [email, name, role, TEAM_ROLES.has(role)],
      );
      if (rows[0]) await audit(tx, ctx, { action: "user.add", subject: `user:${rows[0].id}`, after: { email, role } });
    }
  });
}

/** The person that somebody chose on the demo's sign-in page, or null. */
export async function findDemoPerson(sql: Sql, key: string): Promise<string | null> {
  const email = DEMO_PEOPLE.find((person) => person.key === key)?.email;
  if (email === undefined) return null;
  const { rows } = await sql.query<{ id: string }>("select id from users where email = $1 and disabled_at is null", [
    email,
  ]);
  return rows[0]?.id ?? null;
}
