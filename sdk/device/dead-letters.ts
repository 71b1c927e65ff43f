import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Lane } from "@/sdk/wire/names";
import { removeFile } from "./buffer/files";

/** Most dead letters kept; the oldest go first. The control plane keeps its own copy in quarantine. */
const MAX_DEAD_LETTERS = 256;

export interface DeadLetter {
  lane: Lane;
  batch: number;
  code: string;
  detail: string;
  atMs: number;
}

/**
 * Keeps the bytes of a batch that the control plane rejected, with its reason, under `dead/`. It is never sent again by
 * itself; someone has to look (G10).
 */
export async function keepDeadLetter(root: string, letter: DeadLetter, bytes: Buffer): Promise<void> {
  const folder = join(root, "dead");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const name = `${String(letter.atMs).padStart(15, "0")}-${letter.lane}-${letter.batch}`;
  await writeFile(join(folder, `${name}.batch`), bytes, { mode: 0o600 });
  await writeFile(join(folder, `${name}.json`), `${JSON.stringify(letter)}\n`, { mode: 0o600 });
  const names = (await readdir(folder)).sort();
  for (const old of names.slice(0, Math.max(0, names.length - 2 * MAX_DEAD_LETTERS)))
    await removeFile(join(folder, old));
}
