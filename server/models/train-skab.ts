import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { type SkabRecording, SKAB_FEATURES, SKAB_WINDOW, parseSkab, trainSkab } from "./domain/skab";
import { type WrittenModel, writePcaModel } from "./write-model";

/** Labelled recordings of a SKAB folder (`…/skab/data`), by number within each group; empty when the folder is absent. */
export function readSkab(dataDir: string, groups: readonly string[] = ["valve1", "other"]): SkabRecording[] {
  return groups.flatMap((group) => {
    const folder = join(dataDir, group);
    if (!existsSync(folder)) return [];
    const files = readdirSync(folder)
      .filter((file) => file.endsWith(".csv"))
      .sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10));
    return files.map((file) => parseSkab(`${group}/${file}`, readFileSync(join(folder, file), "utf8")));
  });
}

/**
 * Trains the model for replaying SKAB through the line and writes `<name>.onnx` with its manifest: by default on the first
 * 400 s of every recording of `group` (one operating point of the loop), or of the one recording named.
 * @throws {RangeError} when there is no such recording
 */
export async function trainSkabModel(
  dataDir: string,
  outDir: string,
  { group = "valve1", file }: { group?: string; file?: string } = {},
): Promise<WrittenModel> {
  const recordings = readSkab(dataDir, [group]).filter(({ name }) => file === undefined || name === `${group}/${file}`);
  if (recordings.length === 0)
    throw new RangeError(`there is no recording ${file ?? "*.csv"} in ${join(dataDir, group)}`);
  const pca = trainSkab(recordings);
  return writePcaModel(outDir, pca, {
    name: "skab-loop",
    version: "1.0.0",
    features: SKAB_FEATURES,
    trainedOn: `SKAB ${group}${file ? `/${file}` : ""}, first 400 s of ${recordings.length} recording(s), ${pca.rows} windows of ${SKAB_WINDOW.sizeMs / 1_000} s`,
  });
}
