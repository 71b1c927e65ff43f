import { statfs } from "node:fs/promises";
import { errorText } from "@/server/core/errors";
import type { RunParts } from "./runs";

const PROBE = Buffer.from("Throughline looks whether this can be written and read.\n");
/** Long enough for a growth per day, and for a look at the last quarter. */
const SAMPLES_KEPT = "100 days";

/**
 * Measures what is stored, and whether the object store can be written and read. A store that fails is a result, not a failure of this
 * turn: the page of the system says it.
 */
export async function measureStorage({
  pool,
  objects,
}: Pick<RunParts, "pool" | "objects">): Promise<Record<string, unknown>> {
  await pool.query("insert into storage_samples (what, bytes) select what, bytes from storage_sizes()");
  await pool.query("delete from storage_samples where at < now() - $1::interval", [SAMPLES_KEPT]);
  try {
    const store = objects();
    const digest = await store.put(PROBE);
    if ((await store.get(digest)) === null) throw new Error("what was written cannot be read");
    const used = await store.measure();
    await pool.query("insert into storage_samples (what, bytes) values ('objects', $1)", [used.bytes]);
    return { place: store.place, problem: null, ...used, freeBytes: await freeBytes(store.place) };
  } catch (cause) {
    return { place: null, problem: errorText(cause), freeBytes: null };
  }
}

/** Free bytes of the disk that a folder lies on; a bucket has no such figure. */
async function freeBytes(place: string): Promise<number | null> {
  if (!place.startsWith("/")) return null;
  const { bavail, bsize } = await statfs(place);
  return bavail * bsize;
}
