import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** Where recordings of real plants lie: THROUGHLINE_SHARED, else the folder `shared` beside this repository. They are never copied. */
export const SHARED_FOLDER = resolve(
  process.env.THROUGHLINE_SHARED ?? fileURLToPath(new URL("../../shared", import.meta.url)),
);

/** SKAB's recordings, labelled (`valve1/0.csv`, …). */
export const SKAB_RECORDINGS = join(SHARED_FOLDER, "data", "skab", "data");
