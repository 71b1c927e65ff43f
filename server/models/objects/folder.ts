import { mkdir, open, opendir, readFile, rename, rm, stat } from "node:fs/promises";
import { randomUUID } from "node:crypto";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { digestOf, keyOf, type ObjectStore, verified } from "./object";

const isMissing = (cause: unknown): boolean => cause instanceof Error && "code" in cause && cause.code === "ENOENT";

/** Objects as files. A file appears under its name only when whole and on disk: written aside, synced, then renamed. */
export function openFolderStore(url: URL): ObjectStore {
  const root = fileURLToPath(url);
  const pathOf = (digest: string) => join(root, keyOf(digest));

  const has = async (digest: string): Promise<boolean> => {
    try {
      return (await stat(pathOf(digest))).isFile();
    } catch (cause) {
      if (isMissing(cause)) return false;
      throw cause;
    }
  };

  return {
    place: root,
    has,
    async put(bytes) {
      const digest = digestOf(bytes);
      if (await has(digest)) return digest;
      const path = pathOf(digest);
      await mkdir(dirname(path), { recursive: true });
      const aside = `${path}.${randomUUID()}.part`;
      try {
        const file = await open(aside, "wx");
        try {
          await file.writeFile(bytes);
          await file.sync();
        } finally {
          await file.close();
        }
        await rename(aside, path);
      } catch (cause) {
        await rm(aside, { force: true });
        throw cause;
      }
      return digest;
    },
    remove: (digest) => rm(pathOf(digest), { force: true }),
    async measure() {
      const total = { objects: 0, bytes: 0 };
      try {
        for await (const entry of await opendir(root, { recursive: true })) {
          if (!entry.isFile()) continue;
          total.objects++;
          total.bytes += (await stat(join(entry.parentPath, entry.name))).size;
        }
      } catch (cause) {
        if (!isMissing(cause)) throw cause; // nothing was kept yet, or a file went while it was counted
      }
      return total;
    },
    async get(digest) {
      try {
        return verified(digest, await readFile(pathOf(digest)), root);
      } catch (cause) {
        if (isMissing(cause)) return null;
        throw cause;
      }
    },
  };
}
