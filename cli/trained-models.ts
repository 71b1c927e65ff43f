import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

const Trained = z.array(
  z.object({ plant: z.string(), slot: z.string(), file: z.string(), pipeline: z.record(z.string(), z.unknown()) }),
);
export type Trained = z.infer<typeof Trained>;

/**
 * What `train-demo` wrote into a folder. Null, which means train again, when it is not there yet, cannot be read, was noted
 * differently by another release, or names a model that is gone.
 */
export function readTrained(folder: string): Trained | null {
  let noted: unknown;
  try {
    noted = JSON.parse(readFileSync(join(folder, "trained.json"), "utf8"));
  } catch {
    return null; // also after a power cut that left half of it
  }
  const trained = Trained.safeParse(noted);
  return trained.success && trained.data.every(({ file }) => existsSync(file)) ? trained.data : null;
}
