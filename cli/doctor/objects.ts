import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { sep } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { errorText } from "@/server/core/errors";
import { openObjectStore } from "@/server/models/objects/store";
import type { Settings } from "@/cli/settings";
import { fail, ok, type Finding } from "./check";

/** Longer than a store across the world takes for three small requests. */
const PATIENCE_MS = 10_000;

/** Writes, reads and removes a small object where models, media and exports are kept. */
export async function checkObjectStore(
  { objectStoreUrl, dataDir }: Pick<Settings, "objectStoreUrl" | "dataDir">,
  patienceMs = PATIENCE_MS,
): Promise<Finding> {
  const isOurs = objectStoreUrl.startsWith("file:") && fileURLToPath(objectStoreUrl).startsWith(`${dataDir}${sep}`);
  if (isOurs && !existsSync(dataDir))
    return ok("object store", `${fileURLToPath(objectStoreUrl)} (made at first start)`);
  try {
    const store = openObjectStore(objectStoreUrl);
    const problem = await Promise.race([
      tryOut(store),
      sleep(patienceMs, `no answer within ${patienceMs / 1_000} s`, { ref: false }),
    ]);
    return problem === null
      ? ok("object store", `${store.place}: written, read and removed`)
      : fail("object store", `${store.place}: ${problem}`, howToMend(objectStoreUrl));
  } catch (cause) {
    return fail("object store", reason(cause), howToMend(objectStoreUrl));
  }
}

/** @returns what is wrong, or null. Never the same bytes twice: what an earlier look or another process left proves nothing. */
async function tryOut(store: ReturnType<typeof openObjectStore>): Promise<string | null> {
  const bytes = Buffer.concat([Buffer.from("throughline doctor "), randomBytes(16)]);
  const digest = await store.put(bytes);
  const read = await store.get(digest);
  await store.remove(digest);
  if (read === null || !bytes.equals(read)) return "what was written cannot be read";
  return (await store.has(digest)) ? "what was removed is still there" : null;
}

function howToMend(url: string): string {
  return url.startsWith("file:")
    ? "Give your user write access to that folder, or set OBJECT_STORE_URL to another one or to a bucket."
    : "Check OBJECT_STORE_URL: host, bucket, region, tls, and that the key may read, write and delete objects.";
}

/** fetch says why in its cause only. */
function reason(cause: unknown): string {
  const under = cause instanceof Error && cause.cause instanceof Error ? `: ${cause.cause.message}` : "";
  return errorText(cause) + under;
}
