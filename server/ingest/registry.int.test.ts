import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { cloneTestDb, type TestDb } from "@/db/testing";
import { Registry } from "./registry";

let db: TestDb;
let registry: Registry;
beforeAll(async () => {
  db = await cloneTestDb();
  for (const node of ["pump-1", "press-1"]) {
    await db.owner.query("insert into nodes (id, status) values ($1, 'proposed')", [node]);
    await db.owner.query("insert into births (node_id, boot, epoch, document) values ($1, 'boot', 'epoch', $2)", [
      node,
      { streams: [{ alias: 1, key: "a/b", unit: "mm/s", type: "number" }] },
    ]);
    await db.owner.query(
      `with stream as (insert into streams (node_id, key, unit, status) values ($1, 'a/b', 'mm/s', 'accepted') returning id)
       insert into stream_aliases (node_id, boot, alias, stream_id) select $1, 'boot', 1, id from stream`,
      [node],
    );
  }
});
beforeEach(() => {
  registry = new Registry(db.owner);
});
afterEach(() => vi.restoreAllMocks());
afterAll(() => db.drop());

const accept = (node: string) => db.owner.query("update nodes set status = 'accepted' where id = $1", [node]);

test("a change of one node is read anew, and leaves what is known of another", async () => {
  await registry.load("pump-1");
  await registry.load("press-1");
  await accept("pump-1");
  registry.forget("pump-1");
  const queries = vi.spyOn(db.owner, "query");
  expect((await registry.load("press-1"))?.status).toBe("proposed");
  expect(queries).not.toHaveBeenCalled();
  expect((await registry.load("pump-1"))?.status).toBe("accepted");
});

test("a read that a change overtook answers who waits for it, and is not kept", async () => {
  const overtaken = registry.load("press-1");
  registry.forget("press-1");
  expect((await overtaken)?.byKey.size).toBe(1);
  expect(registry.peek("press-1")).toBeUndefined();
});

test("a change of one node does not throw away another's read that is under way", async () => {
  const reading = registry.load("press-1");
  registry.forget("pump-1");
  await reading;
  expect(registry.peek("press-1")?.byKey.size).toBe(1);
});

test("a whole flood of batches of one boot asks the database once", async () => {
  const queries = vi.spyOn(db.owner, "query");
  const answers = await Promise.all(Array.from({ length: 50 }, () => registry.loadAliases("pump-1", "boot")));
  expect(answers.every((aliases) => aliases?.get("1")?.key === "a/b")).toBe(true);
  expect(queries).toHaveBeenCalledTimes(3); // the node, its streams, the aliases of the boot
});

test("a boot that nobody announced is asked for every time: another replica may have taken its birth", async () => {
  expect(await registry.loadAliases("pump-1", "later")).toBeNull();
  await db.owner.query("insert into births (node_id, boot, epoch, document) values ('pump-1', 'later', 'epoch', $1)", [
    { streams: [] },
  ]);
  expect((await registry.loadAliases("pump-1", "later"))?.size).toBe(0);
});
