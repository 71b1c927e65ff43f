import { randomBytes } from "node:crypto";
import type { TestDb } from "@/db/testing";
import { openVisit } from "@/server/core/context";
import { type Role, TEAM_ROLES } from "@/server/core/domain/permissions";
import { hashSecret } from "@/server/core/secrets-hash";
import { createCaller } from "@/server/root";

/** Two teams of the first organisation. */
export async function addTeams(db: TestDb): Promise<{ ours: string; theirs: string }> {
  const add = async (name: string) =>
    (
      await db.owner.query<{ id: string }>("insert into teams (org_id, name) select first_org(), $1 returning id", [
        name,
      ])
    ).rows[0]?.id ?? "";
  return { ours: await add("ours"), theirs: await add("theirs") };
}

/** Somebody of this role; of a team role, in that team. Asks with a personal token, as a program of theirs would. */
export async function somebodyOf(db: TestDb, role: Role, teamId: string) {
  const token = `tlp_${randomBytes(24).toString("base64url")}`;
  const { rows } = await db.owner.query<{ id: string }>(
    "insert into users (email, name) values ($1, $2) returning id",
    [`${randomBytes(6).toString("hex")}@test.invalid`, role],
  );
  const id = rows[0]?.id ?? "";
  await db.owner.query("insert into memberships (user_id, team_id, role, granted_by) values ($1, $2, $3, 'test')", [
    id,
    TEAM_ROLES.has(role) ? teamId : null,
    role,
  ]);
  await db.owner.query(
    "insert into api_tokens (user_id, name, token_hash, hint, access, created_by, expires_at) values ($1, 't', $2, 'tlp_', 'write', 'test', now() + interval '1 hour')",
    [id, hashSecret(token)],
  );
  const caller = createCaller(openVisit(db.pool, new Headers({ authorization: `Bearer ${token}` })));
  return { id, value: caller.value, measured: caller.measured, blast: caller.blast, plan: caller.plan };
}
