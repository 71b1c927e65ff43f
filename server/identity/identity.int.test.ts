import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cloneTestDb, type TestDb } from "@/db/testing";
import { openVisit } from "@/server/core/context";
import { hashSecret } from "@/server/core/secrets-hash";
import { createCaller } from "@/server/root";

let db: TestDb;
let team = "";
beforeAll(async () => {
  db = await cloneTestDb();
  team = (await db.owner.query<{ id: string }>("select id from teams")).rows[0]?.id ?? "";
});
afterAll(() => db.drop());

async function callerWithToken(role: string, { teamId = null as string | null, expires = "1 hour" } = {}) {
  const token = `tlp_${randomBytes(24).toString("base64url")}`;
  await db.owner.query(
    `insert into api_tokens (name, token_hash, hint, role, team_id, created_by, expires_at) values ('test', $1, 'tlp_', $2, $3, 'test', now() + $4::interval)`,
    [hashSecret(token), role, teamId, expires],
  );
  return createCaller(openVisit(db.pool, new Headers({ authorization: `Bearer ${token}` })));
}

test("a token sees with the eyes of its role", async () => {
  const viewer = await (await callerWithToken("technician", { teamId: team })).me.viewer();
  expect(viewer).toMatchObject({ roles: ["technician"], teams: [{ id: team, role: "technician" }] });
  expect(viewer.can).toMatchObject({ "fleet.read": true, "fleet.accept": false, "audit.read": false });
});

test("a token that is over, or was never given, opens nothing", async () => {
  await expect((await callerWithToken("admin", { expires: "-1 second" })).me.viewer()).rejects.toMatchObject({
    code: "UNAUTHORIZED",
  });
  const forged = createCaller(openVisit(db.pool, new Headers({ authorization: "Bearer tlp_forged" })));
  await expect(forged.me.viewer()).rejects.toMatchObject({ code: "UNAUTHORIZED" });
});

test("what a role may not do is answered like what does not exist", async () => {
  const executive = await callerWithToken("executive");
  await expect(executive.quarantine.list({})).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(executive.fleet.node({ node: "no-such" })).rejects.toMatchObject({ code: "NOT_FOUND" });
});
