import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { Birth } from "@/sdk/wire/birth";
import { LANES } from "@/sdk/wire/names";
import { readIfThere, removeFile, replaceFile } from "./buffer/files";
import type { BufferStore } from "./buffer/port";

/**
 * Births of this start and of former ones that still have batches in the buffer: a batch's columns are named by the birth
 * of its own start, which may never have met a broker.
 */
export class Births {
  private readonly folder: string;
  private readonly known = new Map<string, Birth>();

  private constructor(root: string) {
    this.folder = join(root, "births");
  }

  static async open(root: string): Promise<Births> {
    const births = new Births(root);
    await mkdir(births.folder, { recursive: true, mode: 0o700 });
    return births;
  }

  async keep(birth: Birth): Promise<void> {
    this.known.set(birth.boot, birth);
    await replaceFile(this.pathOf(birth.boot), JSON.stringify(birth));
  }

  async find(boot: string): Promise<Birth | null> {
    const known = this.known.get(boot);
    if (known) return known;
    const text = await readIfThere(this.pathOf(boot));
    const parsed = text === null ? null : Birth.safeParse(JSON.parse(text));
    if (!parsed?.success) return null;
    this.known.set(boot, parsed.data);
    return parsed.data;
  }

  /** Births of former starts whose rows or batches are in the buffer, oldest first. */
  async former(store: BufferStore, current: string): Promise<Birth[]> {
    const boots = [...bootsIn(store)].filter((boot) => boot !== current).sort();
    const found = await Promise.all(boots.map((boot) => this.find(boot)));
    return found.filter((birth) => birth !== null);
  }

  /** Forgets births that no row or batch needs any more. */
  async prune(store: BufferStore, current: string): Promise<void> {
    const needed = bootsIn(store).add(current);
    for (const name of await readdir(this.folder)) {
      if (!needed.has(name.replace(/\.json$/, ""))) await removeFile(join(this.folder, name));
    }
  }

  private pathOf(boot: string): string {
    return join(this.folder, `${boot}.json`);
  }
}

/** Starts that rows or batches in the buffer belong to. */
function bootsIn(store: BufferStore): Set<string> {
  const boots = new Set<string>();
  for (const lane of LANES) {
    for (const batch of store.held(lane)) boots.add(batch.boot);
    const run = store.unsealed(lane);
    if (run) boots.add(run.origin.boot);
  }
  return boots;
}
