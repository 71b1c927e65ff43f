import { createHash, randomBytes, randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cloneTestDb, type TestDb } from "@/db/testing";
import { openVisit } from "@/server/core/context";
import { createCaller } from "@/server/root";

let db: TestDb;
beforeAll(async () => {
  db = await cloneTestDb();
});
afterAll(() => db.drop());

/** Somebody with a token of their own that may write. */
async function somebody() {
  const token = `tlp_${randomBytes(24).toString("base64url")}`;
  await db.owner.query(
    `insert into api_tokens (name, token_hash, hint, role, access, created_by, expires_at) values ($1, $2, 'tlp_', 'executive', 'write', 'test', now() + interval '1 hour')`,
    [randomUUID(), createHash("sha256").update(token).digest()],
  );
  return createCaller(openVisit(db.pool, new Headers({ authorization: `Bearer ${token}` })));
}

const OFFLINE = { page: "fleet", name: "Offline", query: "show=offline" };

test("a view is kept, replaced only when asked to, and removed", async () => {
  const { views } = await somebody();
  const saved = await views.save(OFFLINE);
  expect(await views.list({ page: "fleet" })).toEqual([saved]);
  await expect(views.save({ ...OFFLINE, query: "show=bad" })).rejects.toThrow("already");
  expect(await views.save({ ...OFFLINE, query: "show=bad", replace: true })).toEqual({ ...saved, query: "show=bad" });
  expect(await views.list({ page: "streams" })).toEqual([]);
  expect(await views.remove({ id: saved.id })).toMatchObject({ name: "Offline" });
  await expect(views.remove({ id: saved.id })).rejects.toMatchObject({ code: "NOT_FOUND" });
  expect(await views.list({})).toEqual([]);
});

test("I01 nobody sees, replaces or removes what somebody else keeps", async () => {
  const [mine, theirs] = [await somebody(), await somebody()];
  const saved = await mine.views.save(OFFLINE);
  expect(await theirs.views.list({})).toEqual([]);
  await expect(theirs.views.remove({ id: saved.id })).rejects.toMatchObject({ code: "NOT_FOUND" });
  await theirs.views.save({ ...OFFLINE, query: "show=bad", replace: true });
  expect(await mine.views.list({})).toEqual([saved]);
});

test("each save and removal is in the audit log", async () => {
  const { views } = await somebody();
  const { id } = await views.save(OFFLINE);
  await views.remove({ id });
  const { rows } = await db.owner.query<{ action: string }>(
    "select action from audit_log where subject = $1 order by n",
    [`view:${id}`],
  );
  expect(rows).toEqual([{ action: "view.save" }, { action: "view.remove" }]);
});

test("a page keeps fifty views", async () => {
  const { views } = await somebody();
  for (let i = 0; i < 50; i++) await views.save({ ...OFFLINE, name: `View ${i}` });
  await expect(views.save({ ...OFFLINE, name: "One more" })).rejects.toThrow("Remove one first");
});
