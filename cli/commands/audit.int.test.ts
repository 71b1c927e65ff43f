import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { cloneTestDb, type TestDb } from "@/db/testing";
import { keepAnchors } from "@/server/jobs/anchors";
import { openObjectStore } from "@/server/models/objects/store";
import { command } from "./audit";

const SECRET = "a secret of this test that is longer than 32 bytes";
let db: TestDb;
let folder = "";
let said = "";
beforeAll(async () => {
  db = await cloneTestDb();
});
afterAll(() => db.drop());
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "tl-audit-"));
  vi.stubEnv("DATABASE_URL", db.appUrl);
  vi.stubEnv("THROUGHLINE_SECRET", SECRET);
  vi.stubEnv("THROUGHLINE_DATA", folder);
  vi.stubEnv("OBJECT_STORE_URL", storeUrl());
  said = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    said += String(text);
    return true;
  });
  await behindTheTriggers("delete from audit_log; delete from audit_anchors");
  await write(10);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const storeUrl = () => pathToFileURL(join(folder, "objects")).href;
const copyHeads = () => keepAnchors({ pool: db.pool, sealKey: SECRET, objects: () => openObjectStore(storeUrl()) });
const forgetFile = () => rmSync(join(folder, "audit-anchors.jsonl"));

async function write(rows: number): Promise<void> {
  for (let i = 0; i < rows; i++)
    await db.pool.query(
      "insert into audit_log (org_id, actor_kind, actor_id, actor_name, action, subject) select id, 'system', 'test', 'test', 'a.b', $1 from orgs",
      [`x:${i}`],
    );
}

/** What only the owner of the tables could do. */
async function behindTheTriggers(sql: string): Promise<void> {
  await db.owner.query(`alter table audit_log disable trigger user; ${sql}; alter table audit_log enable trigger user`);
}

test("a log that nothing from before can be compared with is whole, and it is said what that cannot see", async () => {
  expect(await command.run(["verify"])).toBe(0);
  expect(said).toContain("The audit log is whole: 10 rows");
  expect(said).toContain("no earlier head to compare with: a tail that was cut off before now cannot be seen");
  said = "";
  await command.run(["verify", "--json"]);
  expect(JSON.parse(said)).toMatchObject({ rows: 10, whole: true, heads: { ofFolder: 1, ofStore: 0 }, unseen: null });
});

test("a tail that was cut off is found by the file of the last run, or by the heads in the object store", async () => {
  await copyHeads();
  await command.run(["verify"]);
  expect(said).toContain("Compared with 0 heads of the data folder and 1 of the object store.");
  await behindTheTriggers("delete from audit_log where n > 7");
  await expect(command.run(["verify"])).rejects.toThrow("row 8 is missing: the log once reached row 10");
  forgetFile();
  await expect(command.run(["verify"])).rejects.toThrow("row 8 is missing: the log once reached row 10");
});

test("whoever cuts the list of heads too leaves a mark that counts further, until somebody says that a backup was restored", async () => {
  await copyHeads();
  await write(5);
  await copyHeads();
  await behindTheTriggers("delete from audit_log where n > 10; delete from audit_anchors where n > 10");
  await expect(command.run(["verify"])).rejects.toThrow("rows of audit_anchors are gone");
  await write(1);
  await expect(copyHeads()).rejects.toMatchObject({ code: "invalid_state" });
  await behindTheTriggers("delete from audit_anchors");
  await expect(command.run(["verify"])).rejects.toThrow("rows of audit_anchors are gone");

  await expect(command.run(["restored"])).rejects.toThrow("Say why");
  await command.run(["restored", "--reason", "The disk failed; backup of last night."]);
  const { rows } = await db.owner.query("select action, after from audit_log order by n desc limit 1");
  expect(rows).toEqual([
    { action: "audit.restored", after: { headsForgotten: 2, reason: "The disk failed; backup of last night." } },
  ]);
  await expect(copyHeads()).resolves.toEqual({ kept: 1 });
  expect(await command.run(["verify"])).toBe(0);
});

test("a head that is no longer in the store, and a store that cannot be read, are no whole log", async () => {
  await copyHeads();
  rmSync(join(folder, "objects"), { recursive: true });
  await expect(command.run(["verify"])).rejects.toThrow("no longer in the object store");
  vi.stubEnv("OBJECT_STORE_URL", "s3://k:s@127.0.0.1:1/bucket?tls=false");
  await expect(command.run(["verify"])).rejects.toThrow("The heads in the object store cannot be read");
});
