import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import S3rver from "s3rver";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cloneTestDb, createEmptyTestDb } from "@/db/testing";
import { checkMigrations } from "./migrations";
import { checkObjectStore } from "./objects";

let folder: string;
let s3: S3rver;
let s3Port: number;
const silent = createServer();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "tl-doctor-"));
  writeFileSync(join(folder, "file"), "");
  s3 = new S3rver({
    ...{ port: 0, address: "127.0.0.1", silent: true, directory: join(folder, "s3") },
    configureBuckets: [{ name: "plant", configs: [] }],
  });
  s3Port = (await s3.run()).port;
  silent.listen(0, "127.0.0.1");
  await once(silent, "listening");
});
afterAll(async () => {
  await s3.close();
  silent.close();
  rmSync(folder, { recursive: true, force: true });
});

const look = (objectStoreUrl: string) => checkObjectStore({ objectStoreUrl, dataDir: join(folder, "data") }, 1_500);

test("a folder is written, read and left as it was", async () => {
  const objects = join(folder, "objects");
  expect(await look(pathToFileURL(objects).href)).toEqual({
    check: "object store",
    state: "ok",
    found: `${objects}: written, read and removed`,
    fix: "",
  });
  const left = readdirSync(objects, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  expect(left).toEqual([]);
});

test("before the first start the folder of the data folder is not made", async () => {
  const finding = await look(pathToFileURL(join(folder, "data", "objects")).href);
  expect(finding).toMatchObject({ state: "ok", found: expect.stringContaining("made at first start") });
  expect(readdirSync(folder)).not.toContain("data");
});

test("a bucket is written and read", async () => {
  const finding = await look(`s3://S3RVER:S3RVER@127.0.0.1:${s3Port}/plant/line-1?tls=false`);
  expect(finding).toMatchObject({ state: "ok", found: expect.stringContaining("/plant/line-1: written, read") });
});

test.each<[string, () => string, RegExp, RegExp]>([
  ["a folder that cannot be made", () => pathToFileURL(join(folder, "file", "x")).href, /ENOTDIR/, /write access/],
  ["a wrong key", () => `s3://STRANGER:wrong@127.0.0.1:${s3Port}/plant?tls=false`, /answered 403/, /the key may/],
  ["no such bucket", () => `s3://S3RVER:S3RVER@127.0.0.1:${s3Port}/none?tls=false`, /no such bucket/, /bucket/],
  ["nobody there", () => "s3://K:S@127.0.0.1:1/plant?tls=false", /fetch failed: /, /Check OBJECT_STORE_URL: host/],
  ["a URL without a bucket", () => "s3://K:S@127.0.0.1", /needs a key, a secret and a bucket/, /OBJECT_STORE_URL/],
  [
    "one that never answers",
    () => `s3://K:S@127.0.0.1:${(silent.address() as { port: number }).port}/plant?tls=false`,
    /no answer within 1\.5 s/,
    /host/,
  ],
])("an object store is named with what to do: %s", async (_name, url, found, fix) => {
  const finding = await look(url());
  expect(finding).toMatchObject({
    state: "fail",
    found: expect.stringMatching(found),
    fix: expect.stringMatching(fix),
  });
  expect(JSON.stringify(finding)).not.toContain("wrong");
});

test("migrations: none, one and all pending are counted; a newer release's database is named", async () => {
  const db = await cloneTestDb();
  const check = (url = db.ownerUrl) =>
    checkMigrations({ databaseUrl: url, databaseOwnerUrl: url, mqttUrl: null, nodeUrl: null, deviceUrl: null });
  try {
    expect(await check()).toMatchObject({ state: "ok", found: expect.stringMatching(/^none pending; \d+ applied$/) });
    expect(await check(db.appUrl)).toMatchObject({ state: "warn", fix: expect.stringContaining("DATABASE_OWNER_URL") });
    await db.owner.query("delete from schema_migrations where file = (select max(file) from schema_migrations)");
    expect(await check()).toMatchObject({ state: "fail", found: expect.stringMatching(/^1 is pending, from \d{4}-/) });
    await db.owner.query("insert into schema_migrations (file, sha256, took_ms) values ('9999-later.sql', '', 0)");
    expect(await check()).toMatchObject({
      state: "fail",
      found: expect.stringContaining("by a newer release (it has 9999-later.sql"),
      fix: expect.stringContaining("restore a backup"),
    });
  } finally {
    await db.drop();
  }
  const empty = await createEmptyTestDb();
  try {
    expect(await check(empty.url)).toMatchObject({
      state: "warn",
      found: expect.stringMatching(/^\d+ are pending: the database is empty$/),
      fix: expect.stringContaining("throughline migrate"),
    });
  } finally {
    await empty.drop();
  }
});
