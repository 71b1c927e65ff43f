import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cloneTestDb, type TestDb } from "@/db/testing";
import { openVisit } from "@/server/core/context";
import { tokenMatches } from "@/server/core/node-token";
import { hashSecret } from "@/server/core/secrets-hash";
import { createCaller } from "@/server/root";
import { listNodeCredentials } from "./node-queries";

let db: TestDb;
const team = { first: "", second: "" };
beforeAll(async () => {
  db = await cloneTestDb();
  team.first = (await db.owner.query<{ id: string }>("select id from teams")).rows[0]?.id ?? "";
  team.second =
    (
      await db.owner.query<{ id: string }>(
        "insert into teams (org_id, name) select id, 'Second' from orgs returning id",
      )
    ).rows[0]?.id ?? "";
});
afterAll(() => db.drop());

async function caller(role: "admin" | "technician", teamId: string | null = null) {
  const token = `tlp_${randomBytes(24).toString("base64url")}`;
  await db.owner.query(
    `insert into api_tokens (name, token_hash, hint, role, team_id, access, created_by, expires_at) values ('t', $1, 'tlp_', $2, $3, 'write', 'test', now() + interval '1 hour')`,
    [hashSecret(token), role, teamId],
  );
  return createCaller(openVisit(db.pool, new Headers({ authorization: `Bearer ${token}` })));
}

test("a login is given, renewed and taken away, and each is written down", async () => {
  const { fleet, audit } = await caller("admin");
  const added = await fleet.add({ node: "press-1" });
  const credential = async () => (await listNodeCredentials(db.pool)).get("press-1") ?? "";
  expect(tokenMatches(added.token, await credential())).toBe(true);
  await expect(fleet.add({ node: "press-1" })).rejects.toMatchObject({ code: "CONFLICT" });
  const renewed = await fleet.renewLogin({ node: "press-1" });
  expect(tokenMatches(renewed.token, await credential())).toBe(true);
  expect(tokenMatches(added.token, await credential())).toBe(false);
  expect((await fleet.logins({ show: "with-login" })).rows).toMatchObject([{ id: "press-1", teamName: "First team" }]);
  await fleet.revokeLogin({ node: "press-1" });
  expect(await credential()).toBe("");
  await expect(fleet.revokeLogin({ node: "press-1" })).rejects.toMatchObject({ code: "NOT_FOUND" });
  expect((await fleet.logins({})).facts).toEqual({ all: 1, withLogin: 0, withoutLogin: 1, retired: 0 });
  await fleet.add({ node: "press-1", trusted: true });
  expect((await audit.list({ q: "press-1" })).rows.map(({ action }) => action)).toEqual([
    "node.add",
    "node.revoke-login",
    "node.rotate-login",
    "node.add",
  ]);
  await expect(fleet.add({ node: "throughline-ingest" })).rejects.toMatchObject({ code: "BAD_REQUEST" });
  await expect(fleet.add({ node: "x", site: "no-such" })).rejects.toMatchObject({ code: "NOT_FOUND" });
});

test("I01 a technician sees, adds and moves within their teams; another team's node is not there, and its name is taken", async () => {
  const [admin, technician] = [await caller("admin"), await caller("technician", team.second)];
  await admin.fleet.add({ node: "of-first" });
  await technician.fleet.add({ node: "of-second" });
  expect((await technician.fleet.logins({})).rows.map(({ id }) => id)).toEqual(["of-second"]);
  for (const change of [technician.fleet.renewLogin, technician.fleet.revokeLogin])
    await expect(change({ node: "of-first" })).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(technician.fleet.add({ node: "of-first" })).rejects.toThrow("is taken");
  await expect(technician.fleet.move({ node: "of-second", teamId: team.first })).rejects.toMatchObject({
    code: "NOT_FOUND",
  });
  await admin.fleet.move({ node: "of-first", teamId: team.second });
  expect((await technician.fleet.logins({})).rows.map(({ id }) => id)).toEqual(["of-first", "of-second"]);
});
