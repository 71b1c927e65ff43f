import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { cloneTestDb, type TestDb } from "@/db/testing";
import { listApiStreams } from "@/server/api/api-queries";
import { openVisit } from "@/server/core/context";
import { hashSecret } from "@/server/core/secrets-hash";
import type { Role } from "@/server/core/domain/permissions";
import { createCaller } from "@/server/root";
import { listNodeCredentials } from "./node-queries";

let db: TestDb;
const team = { first: "", second: "" };
let admin: ReturnType<typeof createCaller>;

beforeAll(async () => {
  db = await cloneTestDb();
  team.first = (await db.owner.query<{ id: string }>("select id from teams")).rows[0]?.id ?? "";
  const made = await db.owner.query<{ id: string }>(
    "insert into teams (org_id, name) select id, 'Second' from orgs returning id",
  );
  team.second = made.rows[0]?.id ?? "";
  admin = await caller("admin");
  for (const node of ["press-1", "press-2"]) {
    await admin.fleet.add({ node });
    await db.owner.query(
      "insert into streams (node_id, key, status) values ($1, 'a', 'accepted'), ($1, 'b', 'proposed')",
      [node],
    );
  }
});
beforeEach(async () => {
  admin = await caller("admin");
});
afterAll(() => db.drop());

/** A request remembers what it read: who looks again, asks again. */
async function caller(role: Role, teamId: string | null = null) {
  const token = `tlp_${randomBytes(24).toString("base64url")}`;
  await db.owner.query(
    `insert into api_tokens (name, token_hash, hint, role, team_id, access, created_by, expires_at) values ('t', $1, 'tlp_', $2, $3, 'write', 'test', now() + interval '1 hour')`,
    [hashSecret(token), role, teamId],
  );
  return createCaller(openVisit(db.pool, new Headers({ authorization: `Bearer ${token}` })));
}

const actions = async (node: string) =>
  (await admin.audit.list({ q: node })).rows.map(({ action }) => action).filter((action) => action !== "node.add");

test("a node is called by another name, found by it, and by its id again; the id never changes", async () => {
  await admin.fleet.rename({ node: "press-1", name: "  Press by the door " });
  expect(await admin.fleet.node({ node: "press-1" })).toMatchObject({ id: "press-1", name: "Press by the door" });
  expect((await admin.fleet.list({ q: "by the door" })).rows.map(({ id }) => id)).toEqual(["press-1"]);
  expect((await admin.streams.list({ q: "door a" })).rows.map(({ nodeId }) => nodeId)).toEqual(["press-1"]);
  await admin.fleet.rename({ node: "press-1", name: "Press by the door" });
  await admin.fleet.rename({ node: "press-1", name: null });
  expect(await admin.fleet.node({ node: "press-1" })).toMatchObject({ name: null });
  expect(await actions("press-1"), "the same name again is no change").toEqual(["node.rename", "node.rename"]);
  for (const name of ["", "  ", "\u200b", "two\nlines", "x".repeat(101)])
    await expect(admin.fleet.rename({ node: "press-1", name }), JSON.stringify(name)).rejects.toMatchObject({
      code: "BAD_REQUEST",
    });
});

test("a retired node may not sign in, is in no list but its own, and keeps its streams; taken back it is as it was", async () => {
  const before = (await listNodeCredentials(db.pool)).get("press-1");
  await admin.fleet.retire({ node: "press-1" });
  expect((await listNodeCredentials(db.pool)).has("press-1")).toBe(false);
  expect((await admin.fleet.list({})).rows.map(({ id }) => id)).toEqual(["press-2"]);
  expect(await admin.fleet.list({ show: "retired" })).toMatchObject({
    rows: [{ id: "press-1", health: { status: "unknown", reason: "retired" } }],
    facts: { nodes: 1, retired: 1, proposedStreams: 1 },
  });
  expect(await admin.streams.list({})).toMatchObject({
    rows: [{ nodeId: "press-2" }, { nodeId: "press-2" }],
    matching: 2,
    total: 2,
  });
  expect((await admin.streams.list({ status: "retired" })).rows.map(({ key }) => key)).toEqual(["a", "b"]);
  expect((await admin.fleet.streamsOfNode({ node: "press-1" })).map(({ status }) => status)).toEqual([
    "retired",
    "retired",
  ]);
  const ofPress = { node: "press-1", after: 0, limit: 10 };
  expect((await listApiStreams(db.owner, ofPress)).map(({ status }) => status)).toEqual(["retired", "retired"]);
  expect(await admin.fleet.waiting()).toMatchObject({ proposedStreams: 1 });
  const { streams, fleet } = await admin.home.facts({});
  expect([streams.accepted, fleet.nodes]).toEqual([1, 1]);
  const page = await admin.fleet.node({ node: "press-1" });
  expect(page.retiredBy).toBe("t");
  expect(page.retiredMs).toBeGreaterThan(Date.now() - 60_000);

  admin = await caller("admin");
  await admin.fleet.takeBack({ node: "press-1" });
  expect((await listNodeCredentials(db.pool)).get("press-1"), "with the login it had").toBe(before);
  expect((await admin.fleet.list({})).facts).toMatchObject({ nodes: 2, retired: 0 });
  expect((await admin.fleet.streamsOfNode({ node: "press-1" })).map(({ status }) => status)).toEqual([
    "proposed",
    "accepted",
  ]);
  expect((await actions("press-1")).slice(0, 2)).toEqual(["node.take-back", "node.retire"]);
});

test("a node that waited to be accepted waits again when it is taken back", async () => {
  await db.owner.query("insert into nodes (id) values ('stranger-1')");
  await admin.fleet.retire({ node: "stranger-1" });
  expect(await admin.fleet.waiting()).toMatchObject({ proposedNodes: 0 });
  await admin.fleet.takeBack({ node: "stranger-1" });
  expect((await admin.fleet.list({ show: "proposed" })).rows.map(({ id }) => id)).toContain("stranger-1");
});

test("what cannot be is refused with the way on", async () => {
  const press = { node: "press-2" };
  await expect(admin.fleet.takeBack(press)).rejects.toMatchObject({ code: "CONFLICT" });
  await admin.fleet.retire(press);
  await expect(admin.fleet.retire(press)).rejects.toThrow("is retired already");
  await expect(admin.fleet.add(press)).rejects.toThrow("Take it back on its page");
  await expect(admin.fleet.accept(press)).rejects.toThrow("Take it back first");
  const streamIds = (await admin.fleet.streamsOfNode(press)).map(({ id }) => id);
  await expect(admin.streams.accept({ streamIds })).rejects.toThrow("Take it back first");
  const kept = await db.owner.query<{ id: string }>(
    "insert into quarantine (node_id, topic, reason, message, payload) values ('press-2', 't', 'RETIRED', 'm', 'x') returning id",
  );
  const ids = kept.rows.map(({ id }) => Number(id));
  await expect(admin.quarantine.replay({ ids })).rejects.toThrow("Take it back first");
  await expect(admin.fleet.renewLogin(press)).rejects.toMatchObject({ code: "NOT_FOUND" });
  await admin.fleet.takeBack(press);
  for (const change of [admin.fleet.retire, admin.fleet.takeBack])
    await expect(change({ node: "no-such-node" })).rejects.toMatchObject({ code: "NOT_FOUND" });
});

test("I01 a technician does it with the nodes of their team; another team's are not there, and other roles may not", async () => {
  await admin.fleet.move({ node: "press-2", teamId: team.second });
  const mine = await caller("technician", team.second);
  const others = await caller("technician", team.first);
  const scientist = await caller("data-scientist", team.second);
  for (const { fleet } of [others, scientist, await caller("executive"), await caller("auditor")])
    for (const change of [
      () => fleet.rename({ node: "press-2", name: "Mine now" }),
      () => fleet.retire({ node: "press-2" }),
      () => fleet.takeBack({ node: "press-2" }),
    ])
      await expect(change()).rejects.toMatchObject({ code: "NOT_FOUND" });
  await mine.fleet.rename({ node: "press-2", name: "Ours" });
  await mine.fleet.retire({ node: "press-2" });
  await mine.fleet.takeBack({ node: "press-2" });
  expect(await admin.fleet.node({ node: "press-2" })).toMatchObject({ name: "Ours", status: "accepted" });
});
