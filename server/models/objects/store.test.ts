import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import S3rver from "s3rver";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { digestOf, keyOf, type ObjectStore } from "./object";
import { openObjectStore } from "./store";

const model = new TextEncoder().encode("weights of a small model");
let folder: string;
let s3: S3rver;
let s3Host: string;
const stores: Record<string, ObjectStore> = {};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "objects-"));
  s3 = new S3rver({
    port: 0,
    address: "127.0.0.1",
    silent: true,
    directory: join(folder, "s3"),
    configureBuckets: [{ name: "plant", configs: [] }],
  });
  s3Host = `127.0.0.1:${(await s3.run()).port}`;
  stores["folder"] = openObjectStore(pathToFileURL(join(folder, "files")).href);
  stores["s3"] = openObjectStore(`s3://S3RVER:S3RVER@${s3Host}/plant/line-1?tls=false`);
});

afterAll(async () => {
  await s3.close();
  await rm(folder, { recursive: true });
});

describe.each(["folder", "s3"])("an object store in %s", (home) => {
  const store = () => {
    const opened = stores[home];
    if (!opened) throw new Error(`no store ${home}`);
    return opened;
  };

  test("gives back what it was given, under the digest of its bytes", async () => {
    const digest = await store().put(model);
    expect(digest).toBe(digestOf(model));
    expect(await store().has(digest)).toBe(true);
    expect(Buffer.from((await store().get(digest)) ?? []).equals(model)).toBe(true);
  });

  test("keeps the same bytes once, also when they arrive twice at once", async () => {
    const [first, second] = await Promise.all([store().put(model), store().put(model)]);
    expect(first).toBe(second);
  });

  test("says that it does not have what nobody gave it", async () => {
    const absent = digestOf(new Uint8Array([1, 2, 3]));
    expect(await store().has(absent)).toBe(false);
    expect(await store().get(absent)).toBeNull();
  });
});

test("a damaged file is named and never served", async () => {
  const digest = (await stores["folder"]?.put(new Uint8Array([7, 7, 7]))) ?? "";
  await writeFile(join(folder, "files", keyOf(digest)), new Uint8Array([7, 7, 8]));
  await expect(stores["folder"]?.get(digest)).rejects.toThrow("damaged bytes");
});

test("no half-written file is left beside the objects", async () => {
  const names = await readdir(join(folder, "files"), { recursive: true });
  expect(names.filter((name) => name.endsWith(".part"))).toEqual([]);
});

test("a wrong key is an error that does not tell the secret", async () => {
  const stranger = openObjectStore(`s3://STRANGER:wrong@${s3Host}/plant?tls=false`);
  await expect(stranger.put(model)).rejects.toThrow("answered 403");
  expect(stranger.place).not.toContain("wrong");
});

test.each(["", "objects", "ftp://host/x", "s3://host/bucket"])("%j is refused with the accepted forms", (url) => {
  expect(() => openObjectStore(url)).toThrow("OBJECT_STORE_URL");
});
