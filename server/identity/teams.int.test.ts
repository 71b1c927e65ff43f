import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cloneTestDb, type TestDb } from "@/db/testing";
import { openVisit } from "@/server/core/context";
import { hashSecret } from "@/server/core/secrets-hash";
import { createCaller } from "@/server/root";

let db: TestDb;
beforeAll(async () => {
  db = await cloneTestDb();
});
afterAll(() => db.drop());

async function admin() {
  const token = `tlp_${randomBytes(24).toString("base64url")}`;
  await db.owner.query(
    `insert into api_tokens (name, token_hash, hint, role, access, created_by, expires_at) values ('t', $1, 'tlp_', 'admin', 'write', 'test', now() + interval '1 hour')`,
    [hashSecret(token)],
  );
  // Each call is a visit of its own, as each request is.
  return () => createCaller(openVisit(db.pool, new Headers({ authorization: `Bearer ${token}` })));
}

test("sites and teams are made, renamed and removed, and each is written down", async () => {
  const call = await admin();
  const { teams, audit } = call();
  await teams.addSite({ id: "lyon", name: "Lyon", timeZone: "Europe/Paris" });
  await expect(teams.addSite({ id: "lyon", name: "Again", timeZone: "UTC" })).rejects.toMatchObject({
    code: "CONFLICT",
  });
  await expect(teams.addSite({ id: "mars", name: "Mars", timeZone: "Mars/Olympus" })).rejects.toThrow("IANA");
  const { id } = await teams.add({ name: "Press line", siteId: "lyon" });
  await expect(teams.add({ name: "Press line" })).rejects.toMatchObject({ code: "CONFLICT" });
  await expect(teams.add({ name: "Other", siteId: "nowhere" })).rejects.toMatchObject({ code: "NOT_FOUND" });
  await teams.change({ id, name: "Presses", siteId: "lyon" });
  await teams.changeSite({ id: "lyon", name: "Lyon works", timeZone: "UTC" });
  const listed = await teams.list();
  expect(listed.sites).toEqual([{ id: "lyon", name: "Lyon works", timeZone: "UTC", nodes: 0 }]);
  expect(listed.teams.find((team) => team.id === id)).toEqual({
    ...{ id, name: "Presses", siteId: "lyon", isDefault: false, nodes: 0, streams: 0, tokens: 0, members: [] },
  });
  await expect(teams.removeSite({ id: "lyon" })).rejects.toThrow("1 team and 0 nodes");
  await teams.remove({ id });
  await teams.removeSite({ id: "lyon" });
  await expect(teams.remove({ id })).rejects.toMatchObject({ code: "NOT_FOUND" });
  expect((await audit.list({})).rows.map(({ action }) => action)).toEqual([
    "site.remove",
    "team.remove",
    "site.change",
    "team.change",
    "team.add",
    "site.add",
  ]);
});

test("a team goes only when it is empty; what waited with it waits with the team of new nodes", async () => {
  const call = await admin();
  const { teams } = call();
  const first = (await teams.list()).teams.find(({ isDefault }) => isDefault);
  await expect(teams.remove({ id: first?.id ?? "" })).rejects.toThrow("New nodes wait with this team");
  const { id } = await teams.add({ name: "Short-lived" });
  await teams.makeDefault({ id });
  expect((await teams.list()).teams.filter(({ isDefault }) => isDefault).map(({ name }) => name)).toEqual([
    "Short-lived",
  ]);
  await db.owner.query(
    "insert into quarantine (node_id, topic, reason, message, payload) values ('stranger', 't', 'E', 'm', 'x')",
  );
  await call().fleet.add({ node: "short-1" });
  const token = await call().tokens.create({ name: "reads", role: "technician", teamId: id });
  await teams.makeDefault({ id: first?.id ?? "" });
  await expect(call().teams.remove({ id })).rejects.toThrow("1 node, 1 token.");
  await call().fleet.move({ node: "short-1", teamId: first?.id ?? "" });
  await call().tokens.revoke({ id: token.id });
  await call().teams.remove({ id });
  const { rows } = await db.owner.query("select team_id from quarantine where node_id = 'stranger'");
  expect(rows).toEqual([{ team_id: first?.id }]);
});
